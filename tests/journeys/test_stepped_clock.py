"""The machine's clock goes forth and back under the real worker: nothing is asked in a burst, counted twice or blamed on anybody."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import Connection

from core.calendar import month, month_at
from core.health import Status
from core.ledger import SpanRow
from core.plan import LOCAL
from lab.running import LabThread
from sla.books import month_report
from storage import incidents, lease, notices, timeline
from storage.catalogue import check_named
from storage.codes import HOUR_MS, Scope
from storage.engine import Database, open_database
from storage.folding import Folder
from storage.readings import MonthBooks
from storage.results import results
from storage.rollups import rollups
from storage.rows import ResultLine
from tests.journeys.actors import Process, declared, environment, leader, roots, until, vendor
from tests.journeys.databases import databases
from ui.reader import Reader
from ui.readings.system import read_system
from ui.views.monitor import Monitor

MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE
ZONE: Final = "Europe/Berlin"
LATE_MS: Final = 60_000  # less than any step


def utc_ms(when: str) -> int:
    return int(datetime.fromisoformat(when).replace(tzinfo=UTC).timestamp() * 1000)


@dataclass(frozen=True, slots=True)
class Scene:
    """A vendor of its own, what the clock says at first, and by how much it is changed in turn: under the worker, or between two."""

    slug: str
    begins_ms: int
    steps: Sequence[int]
    stopped: bool = False


SCENES: Final = {
    "minutes": Scene("stripe", utc_ms("2026-06-10 12:00"), (10 * MINUTE, -25 * MINUTE)),
    "hours": Scene("sendgrid", utc_ms("2026-06-10 12:00"), (-3 * HOUR, 5 * HOUR)),
    "restart": Scene("sentry", utc_ms("2026-06-10 12:00"), (-2 * HOUR,), stopped=True),
    "dst": Scene("twilio", utc_ms("2026-10-25 00:59:50"), (-HOUR, HOUR)),  # Berlin's clocks go back at 01:00 UTC
    "month": Scene("hubspot", utc_ms("2026-10-31 22:50"), (15 * MINUTE, -10 * MINUTE)),  # its November begins at 23:00 UTC
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What was asked within how many seconds, what is on disk of it, and what was said of the clock after each step."""

    asked: int
    took_s: float
    lines: list[ResultLine]
    spans: list[SpanRow]
    incidents: int
    hours: Counter[int]
    ahead_ms: list[int]
    db: Database


class Machine:
    """Its clock, a worker on it, and a look at the database."""

    def __init__(self, folder: Path, url: str, scene: Scene, lab: LabThread) -> None:
        self.db = open_database(url)
        self._scene = scene
        self._clock = folder / "off"
        self._off = scene.begins_ms - time.time_ns() // 1_000_000
        self.step(0)
        entry = vendor(lab, scene.slug, objective={"availability": 99.9})
        (folder / "integrations.yaml").write_text(declared(entry))
        env = environment(folder, url, lab, TIMEZONE=ZONE)
        self.worker = Process(folder, env, ("tests.journeys.stepped", str(self._clock)))

    def step(self, by_ms: int) -> None:
        """Whole, or not at all: it is read at every look at the clock."""
        self._off += by_ms
        new = self._clock.with_suffix(".new")
        new.write_text(str(self._off))
        new.replace(self._clock)

    def check(self, conn: Connection) -> int | None:
        found = check_named(conn, f"{self._scene.slug}/api")
        return found.plan.id if found else None

    def lines(self) -> list[ResultLine]:
        """Oldest first."""
        with self.db.read() as conn:
            check = self.check(conn)
            return results(conn, check, LOCAL, 0, 2**42, 10_000)[::-1] if check else []

    def says(self) -> str:
        """The system page's line of the clock."""
        with self.db.read() as conn:
            told = notices.notices(conn)
        return dict(read_system(Monitor(None, None, demo=False), (), told, (), (), None, Reader(0)).notes).get("Clock", "")

    def runs_on(self) -> None:
        """Two more results."""
        before = len(self.lines())
        until(lambda: len(self.lines()) >= before + 2, "it goes on asking", 60)


def seen(folder: Path, url: str, scene: Scene, lab: LabThread) -> Seen:
    machine, ahead = Machine(folder, url, scene, lab), []
    begun = time.monotonic()
    with machine.worker as worker:
        machine.runs_on()
        for by_ms in scene.steps:
            if scene.stopped:
                assert worker.stop() == 0
            machine.step(by_ms)
            if scene.stopped:
                worker.start()
            until(lambda by_ms=by_ms: told_of(machine, by_ms), f"the step by {by_ms} is told", 60)  # type: ignore[misc]
            machine.runs_on()
            found = leader(machine.db)
            ahead.append(int(found.body["clock_ahead_ms"]) if found else 0)
        assert worker.stop() == 0
        took_s = time.monotonic() - begun
        assert "Traceback" not in worker.said
    return on_disk(machine, lab.lab.server(f"api-{scene.slug}").count, took_s, ahead)


def told_of(machine: Machine, by_ms: int) -> bool:
    """To the minute: between the change and the look at it a little time passes, most where the worker was away."""
    said = re.search(r"changed by ([+-][\d.]+) s", machine.says())
    return said is not None and abs(float(said[1]) * 1000 - by_ms) < MINUTE


def on_disk(machine: Machine, asked: int, took_s: float, ahead: list[int]) -> Seen:
    lines = machine.lines()
    with machine.db.read() as conn:
        check, epoch = machine.check(conn), lease.current(conn)
        assert check
        spans = timeline.spans(conn, [check], 0, 2**42)
        opened = len(incidents.incidents(conn))
    Folder(machine.db).fold(lines[-1].at_ms + MINUTE, epoch=epoch)
    with machine.db.read() as conn:
        hours = Counter({row.start_ms: row.results for row in rollups(conn, Scope.CHECK, [check], HOUR_MS, 0, 2**42) if row.results})
    return Seen(asked, took_s, lines, spans, opened, hours, ahead, machine.db)


Played = Mapping[tuple[str, str], Future[Seen]]
ON_POSTGRES: Final = [name for name in SCENES if name != "minutes"]  # `hours` goes both ways, too
PLAYED: Final = [*(("sqlite", name) for name in SCENES), *(("postgres", name) for name in ON_POSTGRES)]


@pytest.fixture(scope="module")
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """Side by side, each on a database of its own: each of them mostly waits. By database and scene."""
    slugs = [scene.slug for scene in SCENES.values()]
    with (
        databases(request, PLAYED) as urls,
        LabThread(only=slugs) as one,
        LabThread(only=slugs) as other,
        ThreadPoolExecutor(len(PLAYED)) as pool,
    ):
        labs = {"sqlite": one, "postgres": other}  # what a vendor was asked is counted: once for each database
        begun = {
            (kind, name): pool.submit(seen, tmp_path_factory.mktemp(name), urls[kind, name], SCENES[name], labs[kind])
            for kind, name in PLAYED
        }
        yield begun
        for ended in begun.values():
            ended.result().db.close()
        assert [roots(lab) for lab in labs.values()] == [[], []]


@pytest.mark.parametrize(("kind", "name"), PLAYED)
def test_a_step_of_the_clock_is_told_and_changes_nothing_else(played: Played, kind: str, name: str) -> None:
    scene, after = SCENES[name], played[kind, name].result(240)
    instants = [line.at_ms + line.late_ms for line in after.lines]
    assert len(after.lines) == after.asked, "each run is on disk, once"
    assert after.asked <= after.took_s + 2 * (1 + len(scene.steps)), "one a second, and what is due at a start or a step"
    assert all(before < later for before, later in pairwise(instants))
    assert all(0 <= line.late_ms < LATE_MS and line.total_us > 0 for line in after.lines)
    assert after.incidents == 0
    assert {line.cause for line in after.lines} == {None}
    assert after.hours == Counter(line.at_ms // HOUR_MS * HOUR_MS for line in after.lines)
    assert [ahead > 0 for ahead in after.ahead_ms] == [waits(scene, turn) for turn in range(len(scene.steps))]


def waits(scene: Scene, turn: int) -> bool:
    """Whether the worker is ahead of the machine's clock after so many steps: it never goes back, and does not go on from there."""
    newest = sum(scene.steps[: turn + 1])
    return newest < max(sum(scene.steps[:before]) for before in range(turn + 1))


@pytest.mark.parametrize(("kind", "name"), PLAYED)
def test_stretches_follow_each_other_and_what_was_leapt_over_is_unknown(played: Played, kind: str, name: str) -> None:
    scene, after = SCENES[name], played[kind, name].result(240)
    spans = after.spans
    assert all(span.end_ms is None or span.start_ms < span.end_ms for span in spans)
    assert all(before.end_ms is not None and before.end_ms <= later.start_ms for before, later in pairwise(spans))
    assert {span.status for span in spans} == {Status.UP}
    leaps = [later.start_ms - (before.end_ms or 0) for before, later in pairwise(spans)]
    forth = [by_ms for turn, by_ms in enumerate(scene.steps) if by_ms > 0 and not (turn and scene.steps[turn - 1] == -by_ms)]
    assert len([leap for leap in leaps if leap > MINUTE]) == len(forth)


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_what_is_asked_after_the_month_ended_is_the_next_months_whatever_the_clock_says_then(played: Played, kind: str) -> None:
    after = played[kind, "month"].result(240)
    keys = [month_at(line.at_ms, ZONE).key for line in after.lines]
    assert set(keys) == {"2026-10", "2026-11"}
    assert keys == sorted(keys), "no way back"
    now_ms = after.lines[-1].at_ms + MINUTE
    for number in (10, 11):
        period = month(2026, number, ZONE)
        (row,) = month_report(MonthBooks(after.db), period, now_ms).rows
        assert row.latency
        assert row.latency.results == sum(line.fit for line, key in zip(after.lines, keys, strict=True) if key == period.key)
        assert period.start_ms <= row.start_ms < row.end_ms <= period.end_ms
        assert row.buckets.up_ms + row.buckets.unknown_ms == row.end_ms - row.start_ms
        assert row.buckets.up_ms > 0
