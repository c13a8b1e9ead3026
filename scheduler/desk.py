"""Takes up what people ask: pages, API and commands append requests, the recorder's thread answers them here."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from core.ledger import AlertKind, AlertRow, Answer, Ledger
from scheduler import judge as judging
from scheduler.judging.answers import ran
from scheduler.memory import Memory
from scheduler.prober import Heard
from scheduler.recorder import Recorder
from storage import requests
from storage.changes import Changes
from storage.engine import Database
from storage.rows import RequestRow

JUDGED: Final = frozenset({"acknowledge", "note", "silence", "maintenance", "run_check"})
TEST_SEVERITY: Final = 4

log = logging.getLogger(__name__)

Apply = Callable[[str, str | None, int], str]  # text, file name, now -> the sentence that answers; raises ValueError with why not


@dataclass(slots=True)
class _Runs:
    """A `run_check` under way: which checks are still to come in, and what came."""

    waiting: set[int]
    came: list[Heard] = field(default_factory=list)


@dataclass
class Desk:
    """One desk for one recorder. `run_now` starts a manual run and says whether there was anything to run."""

    db: Database
    recorder: Recorder
    run_now: Callable[[int, int, int], None]
    apply: Apply
    channels: Callable[[], tuple[frozenset[str], str | None]]  # names, and the default one

    def __post_init__(self) -> None:
        self._changes = Changes(self.db)
        self._runs: dict[int, _Runs] = {}
        self._again = True

    def look(self, now_ms: int) -> None:
        """Answer whatever was asked since the last look; what a dead worker left half done is answered too."""
        if not self._changes.seen() and not self._again:
            return
        with self.db.read() as conn:
            asked = requests.unanswered(conn) if self._again else requests.pending(conn)
        self._again = False
        for request in asked:
            if request.id not in self._runs:
                self._take(request, now_ms)

    def heard(self, results: Iterable[Heard]) -> None:
        """Manual runs that were recorded: their request is answered when the last one is in."""
        for one in results:
            runs = self._runs.get(one.request) if one.request is not None else None
            if runs is None or one.request is None:
                continue
            runs.came.append(one)
            runs.waiting.discard(one.result.check)
            if not runs.waiting:
                self._answer_runs(one.request, self._runs.pop(one.request))

    def _take(self, request: RequestRow, now_ms: int) -> None:
        requests.accept(self.db, [request.id], now_ms)
        try:
            self._do(request, now_ms)
        except ValueError as why:
            self._say(request.id, False, str(why))

    def _do(self, request: RequestRow, now_ms: int) -> None:
        if request.kind == "apply":
            self._say(request.id, True, self.apply(str(request.body.get("text", "")), request.body.get("file"), now_ms))
        elif request.kind == "alerts_test":
            self._test(request, now_ms)
        else:
            ledger = self.recorder.change(lambda memory, now: judging.apply(memory, request, now))
            if request.kind == "run_check" and not ledger.answers:
                self._run(request, now_ms)

    def _run(self, request: RequestRow, now_ms: int) -> None:
        manual = self.recorder.memory.manual
        checks = {check for check in request.body.get("checks", ()) if check in manual}
        self._runs[request.id] = _Runs(set(checks))
        for check in sorted(checks):
            self.run_now(check, max(request.at_ms, manual[check]), request.id)

    def _answer_runs(self, ident: int, runs: _Runs) -> None:
        def answered(memory: Memory, now_ms: int) -> tuple[Ledger, Memory]:
            return Ledger(answers=[ran(memory, ident, [one.result for one in runs.came], now_ms)]), memory

        self.recorder.change(answered)

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
