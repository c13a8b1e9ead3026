"""One flush in the making: a copy of the memory, and the rows that will be written with it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from core.health import Cause, ProbeResult
from core.ledger import (
    AlertKind,
    AlertRow,
    Answer,
    EventRow,
    IncidentRow,
    Ledger,
    PageRow,
    SignalRow,
    SpanRow,
    StateRow,
    VerdictRow,
    WindowRow,
)
from core.line import Key, Line
from core.remembered import state_row
from scheduler.memory import Memory


@dataclass(slots=True)
class Draft:
    """Rows that are upserted stand here by their key: of two in one flush the later one is written."""

    memory: Memory
    now_ms: int | None  # None: each result is judged at the instant it ended
    results: list[ProbeResult] = field(default_factory=list)
    spans: dict[tuple[int, int, int], SpanRow] = field(default_factory=dict)
    verdicts: dict[tuple[int, int, int], VerdictRow] = field(default_factory=dict)
    states: dict[Key, StateRow] = field(default_factory=dict)
    incidents: dict[int, IncidentRow] = field(default_factory=dict)
    signals: dict[tuple[int, str], SignalRow] = field(default_factory=dict)
    pages: list[PageRow] = field(default_factory=list)
    events: list[EventRow] = field(default_factory=list)
    alerts: list[AlertRow] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    windows: list[WindowRow] = field(default_factory=list)
    topics: set[str] = field(default_factory=set)
    owns_lines: bool = False

    def ledger(self) -> Ledger:
        return Ledger(
            results=self.results,
            spans=list(self.spans.values()),
            verdicts=list(self.verdicts.values()),
            states=list(self.states.values()),
            incidents=list(self.incidents.values()),
            events=self.events,
            alerts=self.alerts,
            signals=list(self.signals.values()),
            pages=self.pages,
            answers=self.answers,
            windows=self.windows,
            topics=self.topics,
        )

    def now(self, result: ProbeResult) -> int:
        """The commit's instant; played back: when the result was there."""
        return result.edge_ms + result.total_us // 1000 if self.now_ms is None else self.now_ms

    def put_line(self, key: Key, line: Line) -> None:
        """The first line that changes makes the lines this draft's own: in most flushes none does."""
        if not self.owns_lines:
            self.memory.lines = self.memory.lines.copy()
            self.owns_lines = True
        self.memory.lines[key] = line
        self.memory.silent_ms = 0 if line.moved_ms is None else min(self.memory.silent_ms, line.moved_ms + line.hold_ms)

    def write_span(self, row: SpanRow) -> None:
        self.spans[row.check, row.location, row.start_ms] = row

    def write_line(self, key: Key, line: Line) -> None:
        """A line that changed so much that it is written down."""
        self.put_line(key, line)
        self.states[key] = state_row(key, line)

    def write_verdict(self, row: VerdictRow) -> None:
        self.verdicts[row.check, row.location, row.start_ms] = row

    def write_incident(self, row: IncidentRow) -> None:
        """An incident opened or changed; once closed it leaves the memory."""
        self.incidents[row.id] = row
        self.topics.add("incidents")
        memory, open_ = self.memory, row.closed_ms is None
        if open_:
            memory.incidents[row.id] = row
        else:
            memory.incidents.pop(row.id, None)
        if row.integration is not None and open_:
            memory.opened[row.integration, row.kind.value] = row.id
        elif row.integration is not None:
            memory.opened.pop((row.integration, row.kind.value), None)

    def change(self, incident: int, **changed: Any) -> IncidentRow:
        """An open incident with some of its fields changed."""
        row: IncidentRow = replace(self.memory.incidents[incident], **changed)
        self.write_incident(row)
        return row

    def new_incident(self) -> int:
        ident = self.memory.next_incident
        self.memory.next_incident = ident + 1
        return ident

    def event(self, incident: int, at_ms: int, kind: str, text: str, detail: str = "", by: str | None = None) -> None:
        self.events.append(EventRow(incident, at_ms, kind, text, detail, by))
        self.topics.add("incidents")

    def alert(self, row: IncidentRow | None, channel: str, kind: AlertKind, now_ms: int, severity: int, body: dict[str, Any]) -> None:
        self.alerts.append(AlertRow(row.id if row else None, channel, kind, now_ms, severity, body))
        self.topics.add("deliveries")

    @staticmethod
    def cause(result: ProbeResult) -> Cause:
        """The cause of a result that is not well."""
        return result.cause or Cause.INTERNAL
