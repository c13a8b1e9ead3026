"""A whole course of kills on one database, and what is counted after it: for the tests a short one, for `make bench` a long one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from core.health import ProbeResult
from core.ledger import Ledger
from core.plan import LOCAL
from lab.running import LabThread
from storage.engine import Database, open_database
from storage.writer import Writer
from tests.journeys.actors import environment, now_ms
from tests.journeys.kills import accounts
from tests.journeys.kills.lives import Life, Lives
from tests.journeys.kills.points import ALERTS, WORKER, Point
from tests.journeys.kills.receivers import Receivers

DAY_MS: Final = 86_400_000
OLD_DAYS: Final = range(3, 8)  # closed for 48 h and more
OLD_RESULTS: Final = 10  # of a check, on each of them
STRAY: Final = 3  # a course may take so many times the kills that were asked for, before chance is no excuse


@dataclass(slots=True)
class Outcome:
    """What came of a course. Every list in `faults` ought to be empty."""

    hits: Counter[Point] = field(default_factory=Counter)
    faults: dict[str, Sequence[Any]] = field(default_factory=dict)
    requests: int = 0
    results: int = 0
    unrecorded: int = 0  # requests whose result a kill took
    twice: int = 0  # of these, how many were asked again for the same instant
    reach_ms: float = 0.0  # the longest that an answer had been given when a kill took it
    per_s: float = 0.0  # requests in a second, while the workers lived

    def __str__(self) -> str:
        hits = ", ".join(f"{count} {point.value}" for point, count in self.hits.items())
        return (
            f"{sum(self.hits.values())} kills ({hits}); {self.requests} requests ({self.per_s:.0f} a second), {self.results} results, "
            f"{self.unrecorded} lost with a kill, {self.twice} asked again, the oldest answer lost {self.reach_ms:.0f} ms before its kill"
        )


def kill_workers(folder: Path, url: str, each: int, *, seed: int) -> Outcome:
    """On a migrated database: `each` kills at every point of the worker, then a life that is let be, and the count."""
    since_ms, outcome = now_ms(), Outcome()
    with LabThread(only=[]) as lab, closing(open_database(url)) as db:
        receivers = Receivers(lab)
        given: dict[tuple[int, int], int] = {}
        with Lives(folder, _env(folder, url, lab, receivers), receivers, seed) as lives:
            while missing := [point for point in WORKER if outcome.hits[point] < each]:
                assert len(lives.past) < STRAY * each * len(WORKER), outcome.hits
                outcome.hits[lives.live(lives.doom(missing[len(lives.past) % len(missing)])).fell] += 1
                given = given or _fill_old_days(db, receivers, lives.past[-1])
            receivers.ill = False
            last_ms = now_ms()
            lives.live_until(
                lambda: _all_asked_since(db, receivers, last_ms) and not accounts.undelivered(db), "everybody asked again, all told"
            )
            outcome.faults["troubles of the workers themselves"] = lives.troubles
        _count_results(outcome, db, receivers, lives, since_ms)
        outcome.faults["packed days with more or fewer results"] = accounts.packed_twice(db, given)
        outcome.faults["messages in Slack that are not one an incident"] = _not_once(db, lab)
    return outcome


def kill_couriers(folder: Path, url: str, each: int, *, seed: int, may_look: bool) -> Outcome:
    """On a migrated database: `each` kills at every point of an alert's way. `may_look`: the token may read what the channel holds."""
    outcome, in_doubt = Outcome(), Counter[str]()
    with LabThread(only=[]) as lab, closing(open_database(url)) as db:
        receivers = Receivers(lab, integrations=8, checks=1)
        lab.lab.slack.denied = set() if may_look else {"channels:history"}
        with Lives(folder, _env(folder, url, lab, receivers), receivers, seed) as lives:
            for number in range(each * len(ALERTS)):
                accounts.ask_for_alerts(db, 2)
                life = lives.live(lives.doom(ALERTS[number % len(ALERTS)]))
                outcome.hits[life.fell] += 1
                if life.fell in (Point.SENDING, Point.UNMARKED):
                    in_doubt.update(accounts.claimed(db))
            receivers.ill = False
            lives.live_until(lambda: not accounts.unsettled(db), "all told")
            outcome.faults["troubles of the workers themselves"] = lives.troubles
        messages = lab.call(lambda: list(lab.lab.slack.workspace.messages.values()))
        said, wanted = accounts.said(messages), accounts.to_be_said(db)
        outcome.faults["never said"] = sorted(wanted - said.keys())
        outcome.faults["said, and never asked for"] = sorted(said.keys() - wanted)
        outcome.faults["dead letters"] = accounts.dead(db)
        allowed = in_doubt if not may_look else Counter[str]()
        outcome.faults["said more often than kills between send and mark explain"] = [
            key for key, count in said.items() if count - 1 > allowed[key]
        ]
        outcome.faults["incidents and alerts"] = accounts.incidents_twice(db)
        outcome.twice = sum(count - 1 for count in said.values())
        outcome.results = len(wanted)
    return outcome


def _env(folder: Path, url: str, lab: LabThread, receivers: Receivers) -> dict[str, str]:
    return environment(folder, url, lab, SLACK_BASE_URL=receivers.slack.url + "/api/")


def _fill_old_days(db: Database, receivers: Receivers, life: Life) -> dict[tuple[int, int], int]:
    """Something to pack: results of days that closed long ago. How many each check has of each day."""
    today, checks = now_ms() // DAY_MS * DAY_MS, accounts.ids(db, receivers.names()).values()
    days = [today - day * DAY_MS for day in OLD_DAYS]
    results = [
        ProbeResult(check, LOCAL, day + check * 100 + n * 60_000, 5, None, 90_000)
        for check in checks
        for day in days
        for n in range(OLD_RESULTS)
    ]
    Writer(db).commit(Ledger(results=results), epoch=life.number)
    return {(check, day): OLD_RESULTS for check in checks for day in days}


def _all_asked_since(db: Database, receivers: Receivers, since_ms: int) -> bool:
    """P1: whatever was lost, its check runs again."""
    return {line.check for line in accounts.stored(db, since_ms)} == set(accounts.ids(db, receivers.names()).values())


def _count_results(outcome: Outcome, db: Database, receivers: Receivers, lives: Lives, since_ms: int) -> None:
    lines, names, at_ms = accounts.stored(db, since_ms), accounts.ids(db, receivers.names()), now_ms()
    asked = accounts.compared(receivers.calls, lines, names)
    outcome.requests, outcome.results, outcome.unrecorded = len(receivers.calls), len(lines), len(asked.unrecorded)
    outcome.twice = accounts.asked_twice(asked, lines, names)
    outcome.reach_ms = max(accounts.reach_ms(asked, lives.past), default=0.0)
    outcome.per_s = accounts.pace_per_s(receivers.calls, lives.past)
    epoch = accounts.epochs(db)
    outcome.faults |= {
        "flushed and not there": sorted(accounts.lost(lines, lives.journal)),
        "there and never sent": sorted(accounts.made_up(lines, lives.journal)),
        "results of no request": asked.invented,
        "requests lost without a kill": accounts.unexplained(asked, lives.past),
        "spans other than the results make": accounts.spans_astray(db, lines, at_ms),
        "rows other than a fold from nothing makes": accounts.folded_astray(db, epoch, at_ms),
        "incidents and alerts": accounts.incidents_twice(db),
        "epochs other than lives": [] if epoch == len(lives.past) else [epoch, len(lives.past)],
    }


def _not_once(db: Database, lab: LabThread) -> list[str]:
    messages = lab.call(lambda: list(lab.lab.slack.workspace.messages.values()))
    said, wanted = accounts.said(messages), accounts.to_be_said(db)
    return sorted((wanted ^ said.keys()) | {key for key, count in said.items() if count > 1})
