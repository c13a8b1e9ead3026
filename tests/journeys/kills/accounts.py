"""The counting after the kills: what was lost, what is there twice, what was made up; each question a list that ought to be empty."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, text

from core.health import STATUS_OF, ProbeResult
from core.ledger import IncidentRow
from core.plan import LOCAL
from core.spans import Sample, Span, hold, read_span, spans_of
from storage import requests, timeline
from storage.catalogue import check_named
from storage.codec import load
from storage.deliveries import waiting
from storage.engine import Database
from storage.folding import Folder
from storage.results import line_of
from storage.rows import ResultLine
from tests.journeys.actors import now_ms
from tests.journeys.kills.lives import Journal, Key, Life
from tests.journeys.kills.receivers import Call

INTERVAL_MS: Final = 1_000  # of every check, settled or not
ROUNDING_MS: Final = 5
ANSWERS: Final = (None, "server_error")  # causes of a result that a vendor said itself


def stored(db: Database, since_ms: int) -> list[ResultLine]:
    """Every result since the worker first began: none of them is packed yet."""
    query = text('SELECT * FROM result WHERE at_ms >= :since ORDER BY "check", location, at_ms')
    with db.read() as conn:
        return [line_of(row) for row in conn.execute(query, {"since": since_ms})]


def lost(lines: Iterable[ResultLine], journal: Journal) -> set[Key]:
    """P1: their flush had returned."""
    return journal.returned - set(map(_key, lines))


def made_up(lines: Iterable[ResultLine], journal: Journal) -> set[Key]:
    """No transaction that was to be committed had them."""
    return set(map(_key, lines)) - journal.sent


def packed_twice(db: Database, given: Mapping[tuple[int, int], int]) -> list[tuple[int, int, int]]:
    """`given`: how many results a check had on a day before anything was packed. Days with more or fewer now."""
    with db.read() as conn:
        held: Counter[tuple[int, int]] = Counter()
        for check, day_ms, results in conn.execute(text('SELECT "check", day_ms, results FROM pack')):
            held[check, day_ms] += results
        for check, at_ms in conn.execute(text('SELECT "check", at_ms FROM result')):
            held[check, at_ms // 86_400_000 * 86_400_000] += 1
    return [(*key, held[key]) for key, count in given.items() if held[key] != count]


@dataclass(frozen=True, slots=True)
class Asked:
    """The vendors' ledgers beside the database: requests whose result is not there, and results that nobody was asked for."""

    unrecorded: list[Call]
    invented: list[Key]
    recorded: list[Call]


def compared(calls: Iterable[Call], lines: Iterable[ResultLine], names: Mapping[str, int]) -> Asked:
    """A check is in the queue or in flight, never both: from the beginning of one run to that of the next the first request is its own."""
    ours: dict[int, list[ResultLine]] = defaultdict(list)
    for line in lines:
        ours[line.check].append(line)
    asked: dict[str, list[Call]] = defaultdict(list)
    for call in calls:
        asked[call.path.strip("/")].append(call)
    unrecorded: list[Call] = []
    invented: list[Key] = []
    recorded: list[Call] = []
    for name, check in names.items():
        waiting = sorted(asked[name], key=lambda call: call.asked_s)
        runs = sorted(ours[check], key=lambda line: line.at_ms + line.late_ms)
        begins = [line.at_ms + line.late_ms - ROUNDING_MS for line in runs]
        unrecorded += [call for call in waiting if not begins or call.asked_s * 1000 < begins[0]]
        for line, begin, end in zip(runs, begins, [*begins[1:], float("inf")], strict=False):
            mine = [call for call in waiting if begin <= call.asked_s * 1000 < end]
            if not mine and (line.cause is None or line.cause in ANSWERS):
                invented.append(_key(line))
            recorded += mine[:1]
            unrecorded += mine[1:]
    return Asked(unrecorded, invented, recorded)


def unexplained(asked: Asked, lives: Sequence[Life]) -> list[Call]:
    """Requests without a result in a life that was not killed, or before one of the same check and life that has its result:
    a flush takes all that waits, so what a kill may lose is the newest of each check.
    """
    killed = {life.number for life in lives if life.code == -9}
    newest: dict[tuple[int, str], float] = defaultdict(float)
    for call in asked.recorded:
        newest[call.life, call.path] = max(call.asked_s, newest[call.life, call.path])
    return [call for call in asked.unrecorded if call.life not in killed or call.asked_s < newest[call.life, call.path]]


def reach_ms(asked: Asked, lives: Sequence[Life]) -> list[float]:
    """How long before its kill each answer that was lost had been given: what P1 bounds."""
    at = {life.number: life.killed_s for life in lives}
    answered = [call for call in asked.unrecorded if call.answered_s is not None and call.answered_s < at[call.life]]
    return [(at[call.life] - (call.answered_s or 0)) * 1000 for call in answered]


def pace_per_s(calls: Iterable[Call], lives: Sequence[Life]) -> float:
    """How many requests a second there were, from the first of each killed life to its kill."""
    of: dict[int, list[float]] = defaultdict(list)
    for call in calls:
        of[call.life].append(call.asked_s)
    killed = {life.number: life.killed_s for life in lives if life.code == -9 and life.number in of}
    lived_s = sum(end - min(of[number]) for number, end in killed.items())
    return sum(len(of[number]) for number in killed) / lived_s if lived_s else 0.0


def asked_twice(asked: Asked, lines: Iterable[ResultLine], names: Mapping[str, int]) -> int:
    """How many requests without a result were due at an instant that another run has its result for."""
    due: dict[int, set[int]] = defaultdict(set)
    for line in lines:
        due[line.check].add(line.at_ms)
    phases = {check: next(iter(instants)) % INTERVAL_MS for check, instants in due.items() if instants}
    found = 0
    for call in asked.unrecorded:
        check = names[call.path.strip("/")]
        phase = phases.get(check, 0)
        found += (int(call.asked_s * 1000) - phase) // INTERVAL_MS * INTERVAL_MS + phase in due[check]
    return found


def spans_astray(db: Database, lines: Iterable[ResultLine], now_ms: int) -> list[tuple[int, list[Span], list[Span]]]:
    """Checks whose stored spans are not those that their raw results make: what is stored and not made, made and not stored."""
    runs: dict[int, list[ResultLine]] = defaultdict(list)
    for line in lines:
        runs[line.check].append(line)
    astray = []
    with db.read() as conn:
        newest = timeline.newest_edges(conn, list(runs))
        for check, mine in runs.items():
            rows = timeline.spans(conn, [check], 0, now_ms + INTERVAL_MS * 10)
            held = [read_span(row, newest[check, LOCAL], now_ms) for row in rows]
            made = spans_of(sorted(map(_sample, mine), key=lambda one: one.edge_ms), until_ms=now_ms)
            held = [span for span in held if span.end_ms > span.start_ms]
            if held != made:
                astray.append((check, [one for one in held if one not in made], [one for one in made if one not in held]))
    return astray


def _sample(line: ResultLine) -> Sample:
    return Sample(line.at_ms + line.late_ms, STATUS_OF[line.cause], line.cause, hold(INTERVAL_MS))


def folded_astray(db: Database, epoch: int, now_ms: int) -> list[str]:
    """Rows of hours, days and the wall that are other than those made anew from nothing but results, spans and verdicts."""
    Folder(db).fold(now_ms, epoch=epoch)
    with db.read() as conn:
        before = _folded(conn)
    with db.write() as conn:
        conn.execute(text("DELETE FROM rollup"))
        conn.execute(text("UPDATE summary SET folded_ms = 0, first_ms = NULL, seen_ms = NULL, figures = NULL, bars = '', sparkline = NULL"))
    Folder(db).fold(now_ms, epoch=epoch)
    with db.read() as conn:
        after = _folded(conn)
    return sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))


def _folded(conn: Connection) -> dict[str, Any]:
    rollups = conn.execute(text("SELECT * FROM rollup")).mappings().all()
    summaries = conn.execute(text("SELECT * FROM summary")).mappings().all()
    found = {f"rollup {row['scope']} {row['subject']} {row['width_ms']} {row['start_ms']}": dict(row) for row in rollups}
    return found | {f"summary {row['scope']} {row['subject']}": dict(row) for row in summaries}


def incidents_twice(db: Database) -> list[str]:
    """An integration with two open ones, an incident opened or told of twice, one without its alert, an alert without its incident."""
    twice = []
    with db.read() as conn:
        for question, words in _TWICE.items():
            twice += [f"{words}: {tuple(row)}" for row in conn.execute(text(question))]
        told = {
            (incident, channel) for incident, channel in conn.execute(text("SELECT incident, channel FROM alert WHERE kind = 'opened'"))
        }
        rows = [load(IncidentRow, body) for (body,) in conn.execute(text("SELECT body FROM incident"))]
    return twice + [f"no alert to {channel}: {row.id}" for row in rows for channel in row.told if (row.id, channel) not in told]


_TWICE: Final = {
    "SELECT integration, kind FROM incident WHERE closed_ms IS NULL AND integration IS NOT NULL "
    "GROUP BY integration, kind HAVING COUNT(*) > 1": "two open at once",
    "SELECT incident FROM event WHERE kind = 'opened' GROUP BY incident HAVING COUNT(*) > 1": "opened twice",
    "SELECT incident, channel FROM alert WHERE kind = 'opened' AND incident IS NOT NULL AND handed_from IS NULL "
    "GROUP BY incident, channel HAVING COUNT(*) > 1": "its opening is to be told twice",
    "SELECT id FROM incident WHERE NOT EXISTS (SELECT 1 FROM event WHERE event.incident = incident.id AND kind = 'opened')": "never opened",
    "SELECT DISTINCT incident FROM alert WHERE incident IS NOT NULL AND NOT EXISTS "
    "(SELECT 1 FROM incident WHERE incident.id = alert.incident)": "told of and not there",
}


def epochs(db: Database) -> int:
    with db.read() as conn:
        return int(conn.execute(text("SELECT epoch FROM lease WHERE id = 1")).scalar_one())


def ids(db: Database, names: Iterable[str]) -> dict[str, int]:
    with db.read() as conn:
        found = {name: check_named(conn, name) for name in names}
    return {name: row.plan.id for name, row in found.items() if row is not None}


def said(messages: Iterable[Any]) -> Counter[str]:
    """How many messages Slack shows of each incident or notice, by the word that each carries of us."""
    return Counter(message.metadata["event_payload"]["message"] for message in messages if message.thread_ts is None and message.metadata)


def undelivered(db: Database) -> list[int]:
    with db.read() as conn:
        return list(conn.execute(text("SELECT id FROM alert WHERE delivered_ms IS NULL")).scalars())


def to_be_said(db: Database) -> set[str]:
    """By the same words: what one root message each is due for."""
    query = "SELECT a.id, a.incident, i.started_ms FROM alert a LEFT JOIN incident i ON i.id = a.incident WHERE a.handed_from IS NULL"
    with db.read() as conn:
        return {_word(*row) for row in conn.execute(text(query))}


def claimed(db: Database) -> list[str]:
    """What was on its way when the worker died."""
    query = "SELECT a.id, a.incident, i.started_ms FROM alert a LEFT JOIN incident i ON i.id = a.incident WHERE a.claimed_ms IS NOT NULL"
    with db.read() as conn:
        return sorted({_word(*row) for row in conn.execute(text(query))})


def _word(alert: int, incident: int | None, started_ms: int | None) -> str:
    return f"alert_{alert}" if incident is None else f"incident-{incident}-{started_ms}"


def ask_for_alerts(db: Database, count: int) -> None:
    """As a page does: somebody wants to see whether the channel works."""
    for _ in range(count):
        requests.append(db, "alerts_test", {}, "Ana", now_ms())


def unsettled(db: Database) -> bool:
    """Whether something is still to be answered or told."""
    with db.read() as conn:
        return bool(requests.unanswered(conn)) or bool(waiting(conn))


def dead(db: Database) -> list[int]:
    with db.read() as conn:
        return list(conn.execute(text("SELECT id FROM alert WHERE dead_ms IS NOT NULL")).scalars())


def _key(line: ResultLine | ProbeResult) -> Key:
    return line.check, line.location, line.at_ms


def shown(faults: Mapping[str, Sequence[Any]]) -> str:
    """The first few of each, for whoever reads why a test failed."""
    return json.dumps({name: [str(one) for one in list(found)[:5]] for name, found in faults.items() if found}, indent=1)
