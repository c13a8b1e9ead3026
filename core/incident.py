"""When an integration is in trouble, since when, and whose its trouble mostly is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from core.health import Cause, Status
from core.ledger import VerdictRow
from core.line import Line
from core.quorum import decide, majority
from core.rules import VENDOR_CAUSES
from core.verdict import Party, Verdict

LOST_SIGHT_MS: Final = 1_800_000
GIVEN_UP_MS: Final = 24 * 3_600_000


@dataclass(frozen=True, slots=True)
class Trouble:
    """A check whose failure (or slowness) is confirmed, and the edge before its first failure."""

    status: Status
    started_ms: int


def trouble(lines: Sequence[Line]) -> Trouble | None:
    """Of one check, from its lines at all its locations; None while nothing is confirmed. Down needs more than half of them."""
    status = decide([line.confirmed for line in lines])
    if status is Status.DOWN:
        edges = sorted(line.down.bad_edge_ms or 0 for line in lines if line.down.open)
        return Trouble(status, edges[min(majority(len(lines)), len(edges)) - 1])
    edges = sorted(edge for line in lines for edge in _edges(line))
    return Trouble(Status.DEGRADED, edges[0]) if status is Status.DEGRADED and edges else None


def _edges(line: Line) -> list[int]:
    machines = (line.down, line.slow)
    return [machine.bad_edge_ms for machine in machines if machine.open and machine.bad_edge_ms is not None]


def came_back(before: Line, after: Line) -> int | None:
    """The edge before the first success of the run that closed one of a line's machines; None where none closed."""
    pairs = ((before.down, after.down), (before.slow, after.slow), (before.own, after.own))
    edges = [new.good_edge_ms for old, new in pairs if old.open and not new.open and new.good_edge_ms is not None]
    return max(edges, default=None)


def turned(before: Line, after: Line) -> bool:
    """Whether a state machine opened or closed."""
    return (before.down.open, before.slow.open, before.own.open) != (after.down.open, after.slow.open, after.own.open)


def family(cause: Cause) -> str:
    """Causes of rows 11 to 14 make one stretch; every other cause has its own."""
    return "vendor" if cause in VENDOR_CAUSES else cause.value


def blame(blamed: Iterable[tuple[Party, int]], stretches: Iterable[tuple[VerdictRow, int]]) -> dict[Party, int]:
    """Bad time by party: what is over, and open stretches up to the instant beside each."""
    spent: dict[Party, int] = {}
    for party, ms in blamed:
        spent[party] = spent.get(party, 0) + ms
    for row, until_ms in stretches:
        spent[row.verdict.party] = spent.get(row.verdict.party, 0) + max(0, until_ms - row.start_ms)
    return spent


def foremost(before: Verdict | None, spent: Mapping[Party, int], stretches: Sequence[VerdictRow]) -> VerdictRow | None:
    """The stretch whose verdict an incident shows: the newest open one of the party with most bad time.

    None where what was shown before stands: that party has no open stretch, or there is none at all.
    """
    newest = sorted(stretches, key=lambda row: row.start_ms, reverse=True)
    lately = [row.verdict.party for row in newest] + ([before.party] if before else [])
    most = max(spent, key=lambda party: (spent[party], -_place(lately, party)), default=None)
    found = next((row for row in newest if row.verdict.party is most), None)
    if found is None and newest and (before is None or before.party is not most):
        return newest[0]
    return found


def _place(order: Sequence[Party], party: Party) -> int:
    return order.index(party) if party in order else len(order)


def same_judgement(one: Verdict | None, other: Verdict | None) -> bool:
    """Whether two verdicts say the same; figures in their facts may differ."""
    if one is None or other is None:
        return one is other
    return (one.rule, one.party, one.confidence, one.acknowledged) == (other.rule, other.party, other.confidence, other.acknowledged)
