"""The judge's half of the summary rows: the wall's status enters in the transaction of the transition itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, bindparam, text

from core.health import Status
from core.ledger import StateRow
from core.merge import worst
from core.plan import CheckPlan, IntegrationPlan
from core.quorum import decide
from storage import models
from storage.bulk import Twice, insert
from storage.catalogue import load_catalogue, read_catalogue
from storage.codes import STATUS_CODE, STATUSES, Scope

COLUMNS: Final = ("scope", "subject", "status", "since_ms", "failing", "fail_after")


@dataclass(frozen=True, slots=True)
class Standing:
    """The confirmed state of a check, at one location or over all, or of an integration. `since_ms is None`: never judged."""

    status: Status = Status.UNKNOWN
    since_ms: int | None = None
    failing: int = 0
    fail_after: int = 0


def enter(conn: Connection, states: Sequence[StateRow]) -> None:
    """Carry changed states over to the rows of their checks and integrations."""
    if not states:
        return
    plan = load_catalogue(conn).plan
    touched = {plan.checks[state.check].integration for state in states if state.check in plan.checks}
    _enter(conn, [plan.integrations[ident] for ident in sorted(touched)])


def enter_all(conn: Connection) -> None:
    """After the catalogue changed: a check that came or went changes its integration."""
    _enter(conn, list(read_catalogue(conn).plan.integrations.values()))


def _enter(conn: Connection, integrations: Sequence[IntegrationPlan]) -> None:
    places = _places(conn, [check.id for one in integrations for check in one.checks])
    rows = []
    for one in integrations:
        checks = {check: standing_of_check(check, places) for check in one.checks}
        rows += [_row(Scope.CHECK, check.id, standing) for check, standing in checks.items()]
        rows.append(_row(Scope.INTEGRATION, one.id, standing_of([standing for check, standing in checks.items() if check.counts])))
    insert(conn, models.Summary, COLUMNS, rows, Twice.REPLACE)


def _row(scope: Scope, subject: int, standing: Standing) -> tuple[object, ...]:
    return int(scope), subject, STATUS_CODE[standing.status], standing.since_ms, standing.failing, standing.fail_after


def _places(conn: Connection, checks: Iterable[int]) -> Mapping[int, list[Standing]]:
    """What the judge holds of each check, one for each location."""
    found: dict[int, list[Standing]] = defaultdict(list)
    query = text('SELECT "check", status, since_ms, failing FROM state WHERE "check" IN :checks').bindparams(
        bindparam("checks", expanding=True)
    )
    for check, status, since_ms, failing in conn.execute(query, {"checks": list(checks)}):
        found[check].append(Standing(STATUSES[status], since_ms, failing))
    return found


def standing_of_check(check: CheckPlan, places: Mapping[int, Sequence[Standing]]) -> Standing:
    """Over its locations, by quorum."""
    found = places.get(check.id, ())
    status = decide([place.status for place in found])
    failing = max((place.failing for place in found), default=0)
    return Standing(status, _since(found, status), failing, check.fail_after)


def standing_of(checks: Sequence[Standing]) -> Standing:
    """The worst of an integration's counting checks that were ever judged, and of the others the longest run of failures."""
    judged = [check for check in checks if check.since_ms is not None]
    status = worst(check.status for check in judged)
    worried = max(checks, key=lambda check: check.failing, default=Standing())
    return Standing(status, _since(judged, status), worried.failing, worried.fail_after)


def _since(parts: Sequence[Standing], status: Status) -> int | None:
    """Trouble since the first part that has it; well since the last part came back."""
    instants = [part.since_ms for part in parts if part.since_ms is not None and part.status is status]
    pick = max if status is Status.UP else min
    return pick(instants, default=max((part.since_ms or 0 for part in parts), default=None))
