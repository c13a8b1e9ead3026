"""Takes up what people ask: pages, API and commands append requests, the recorder's thread answers them here."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import observe
from core.ledger import AddressRow, AlertKind, AlertRow, Answer, Ledger
from core.line import HEARTBEAT
from scheduler import judge as judging
from scheduler.correcting import correct
from scheduler.judging.answers import ran
from scheduler.memory import Memory
from scheduler.prober import Heard
from scheduler.recorder import Recorder
from storage import requests, windows
from storage.changes import Changes
from storage.engine import Database
from storage.faults import NO_ANSWER, Fenced
from storage.rows import RequestRow

TEST_SEVERITY: Final = 4
LARGEST_ID: Final = 2**62
ADDRESS_BYTES: Final = 24
PATIENCE_MS: Final = 25_000  # beyond the timeout: a slot, a canary round, and the other providers where it was silent

log = logging.getLogger(__name__)

Apply = Callable[[str, str | None, int], str]  # text, file name, now -> the sentence that answers; raises ValueError with why not


@dataclass(slots=True)
class _Runs:
    """A `run_check` under way: which checks are still to come in, what came, and when it is not waited for any longer."""

    waiting: set[int]
    until_ms: int
    came: list[Heard] = field(default_factory=list)


@dataclass
class Desk:
    """One desk for one recorder. `run_now` starts a manual run of a check for a request; False: there is nothing to ask."""

    db: Database
    recorder: Recorder
    run_now: Callable[[int, int, int], bool]
    apply: Apply
    channels: Callable[[], tuple[frozenset[str], str | None]]  # names, and the default one

    def __post_init__(self) -> None:
        self._changes = Changes(self.db)
        self._runs: dict[int, _Runs] = {}
        self._again = True

    def look(self, now_ms: int) -> None:
        """Answer whatever was asked since the last look; what a dead worker left half done is answered too."""
        self._give_up(now_ms)
        if not self._changes.seen() and not self._again:
            return
        with self.db.read() as conn:
            asked = requests.unanswered(conn) if self._again else requests.pending(conn)
        self._again = True  # until all of them were taken up: a database that does not answer now is asked again
        for request in asked:
            if request.id not in self._runs:
                self._take(request, now_ms)
        self._again = False

    def heard(self, results: Iterable[Heard]) -> None:
        """Manual runs that were recorded: their request is answered when the last one is in."""
        for one in results:
            runs = self._runs.get(one.request) if one.request is not None else None
            if runs is None or one.request is None:
                continue
            runs.came.append(one)
            runs.waiting.discard(one.result.check)
            if not runs.waiting:
                self._answer_runs(one.request)

    def close(self) -> None:
        self._changes.close()

    def _take(self, request: RequestRow, now_ms: int) -> None:
        requests.accept(self.db, [request.id], now_ms)
        try:  # what people typed goes on into events, messages and reports: without secrets
            self._do(requests.reword(self.db, request, observe.secrets.typed), now_ms)
        except ValueError as why:
            self._say(request.id, False, str(why))
        except (*NO_ANSWER, Fenced, OSError):
            raise
        except Exception:
            log.exception("a request to %s met a bug of ours", request.kind)
            self._say(request.id, False, "This could not be done: a fault of ours, which was reported.")

    def _do(self, request: RequestRow, now_ms: int) -> None:
        if request.kind == "apply":
            self._say(request.id, True, self.apply(str(request.body.get("text", "")), request.body.get("file"), now_ms))
        elif request.kind == "alerts_test":
            self._test(request, now_ms)
        elif request.kind == "end_window":
            self.recorder.change(lambda memory, now: self._end_window(memory, request, now))
        elif request.kind == "correct":
            self.recorder.change(lambda memory, now: (self._corrected(request, now), memory))
        elif request.kind == "replace_address":
            self.recorder.change(lambda memory, now: _new_address(memory, request, now))
        else:
            ledger = self.recorder.change(lambda memory, now: judging.apply(memory, request, now))
            if request.kind == "run_check" and not ledger.answers:
                self._run(request, now_ms)

    def _end_window(self, memory: Memory, request: RequestRow, now_ms: int) -> tuple[Ledger, Memory]:
        """Read within the step: nobody else can end it between the look and the write."""
        ident = request.body.get("window")
        with self.db.read() as conn:
            row = windows.window(conn, ident) if isinstance(ident, int) and 0 < ident <= LARGEST_ID else None
        return judging.end_window(memory, request, row, now_ms)

    def _corrected(self, request: RequestRow, now_ms: int) -> Ledger:
        """Read within the step: two that replace the same row come one after the other."""
        with self.db.read() as conn:
            return correct(conn, request, now_ms)

    def _run(self, request: RequestRow, now_ms: int) -> None:
        """At the instant it was asked for: a run that a dead worker began already is then not recorded twice."""
        memory = self.recorder.memory
        asked = [check for check in request.body.get("checks", ()) if check in memory.manual]
        begun = {check for check in asked if self.run_now(check, min(request.at_ms, now_ms), request.id)}
        if not begun:
            raise ValueError(
                "Nothing to run: the check cannot be asked as it is configured, or its vendor's call budget is used up for now."
            )
        longest_ms = max(memory.plan.checks[check].timeout_ms for check in begun)
        self._runs[request.id] = _Runs(begun, now_ms + longest_ms + PATIENCE_MS)

    def _give_up(self, now_ms: int) -> None:
        """A run that was lost to a fault of ours must not leave somebody waiting."""
        for ident in [ident for ident, runs in self._runs.items() if runs.until_ms < now_ms]:
            self._answer_runs(ident)

    def _answer_runs(self, ident: int) -> None:
        came = [one.result for one in self._runs[ident].came]

        def answered(memory: Memory, now_ms: int) -> tuple[Ledger, Memory]:
            said = ran(memory, ident, came, now_ms) if came else Answer(ident, now_ms, False, "The run did not come to an end.")
            return Ledger(answers=[said]), memory

        self.recorder.change(answered)
        del self._runs[ident]

    def _test(self, request: RequestRow, now_ms: int) -> None:
        """A test alert goes the way of every alert: a row in the outbox, delivered by the dispatcher."""
        names, default = self.channels()
        channel = request.body.get("channel") or default
        if channel is None:
            raise ValueError("No channel is declared: add one under channels and name it in alerting.channel.")
        if channel not in names:
            raise ValueError(f"There is no channel called {str(channel)[:40]}; declared are: {', '.join(sorted(names)) or 'none'}.")
        row = AlertRow(None, channel, AlertKind.TEST, now_ms, TEST_SEVERITY, {"by": request.by or "", "request": request.id})
        said = Answer(request.id, now_ms, True, f"A test alert for {channel} is on its way.", {"channel": channel})
        self.recorder.change(lambda memory, now: (Ledger(alerts=[row], answers=[said], topics={"deliveries"}), memory))

    def _say(self, ident: int, ok: bool, text: str, body: Mapping[str, object] | None = None) -> None:
        said = Answer(ident, self.recorder.clock.now_ms(), ok, text, dict(body or {}))
        self.recorder.change(lambda memory, now: (Ledger(answers=[said]), memory))


def _new_address(memory: Memory, request: RequestRow, now_ms: int) -> tuple[Ledger, Memory]:
    """Of a heartbeat, as unguessable as the one before, which stops working with the commit."""
    check = request.body.get("check")
    plan = memory.plan.checks.get(check) if isinstance(check, int) else None
    if plan is None or plan.kind != HEARTBEAT:
        raise ValueError("There is no such heartbeat: only checks that something must call have an address.")
    row = AddressRow(plan.id, secrets.token_urlsafe(ADDRESS_BYTES))
    text = f"{plan.name} has a new address; the one before stopped working. Whatever calls it must be given the new one."
    said = Answer(request.id, now_ms, True, text, {"path": f"/ping/{row.address}"})
    return Ledger(addresses=[row], answers=[said], topics={"plan"}), memory
