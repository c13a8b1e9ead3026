"""A line as it is written down in a StateRow, and as it is read again after a restart."""

from __future__ import annotations

from typing import Any, Final

from core.health import Cause
from core.ledger import StateRow
from core.line import Key, Line, settle
from core.plan import CheckPlan
from core.spans import hold
from core.transition import CLOSED, Machine


def state_row(key: Key, line: Line) -> StateRow:
    """What is written down of a line: enough to go on after a restart."""
    failing = 0 if line.down.open else line.down.bad
    return StateRow(*key, line.status, line.since_ms, _body(line), failing)


_PLAIN: Final = ("known", "start_ms", "gap_ms", "good_ms", "last_good_ms", "failing_ms", "moved_ms")
_MACHINES: Final = ("down", "slow", "own")


def _body(line: Line) -> dict[str, Any]:
    machines = {name: _numbers(getattr(line, name)) for name in _MACHINES if getattr(line, name) != CLOSED}
    plain = {name: getattr(line, name) for name in _PLAIN}
    return {**plain, "cause": line.cause.value if line.cause else None, **machines}


def _numbers(machine: Machine) -> list[int | None]:
    return [int(machine.open), machine.bad, machine.good, machine.counted_ms, machine.bad_edge_ms, machine.good_edge_ms]


def line_of(row: StateRow, check: CheckPlan) -> Line:
    """The line as it was written down."""
    body = row.body
    read = Line(
        down=_machine(body.get("down")),
        slow=_machine(body.get("slow")),
        own=_machine(body.get("own")),
        **{name: body[name] for name in _PLAIN if name in body},
        status=row.status,
        since_ms=row.since_ms,
        cause=Cause(body["cause"]) if body.get("cause") else None,
        hold_ms=hold(body.get("gap_ms", check.interval_ms)),
    )
    return settle(read, check)


def _machine(numbers: list[Any] | None) -> Machine:
    return Machine(bool(numbers[0]), *numbers[1:]) if numbers else CLOSED
