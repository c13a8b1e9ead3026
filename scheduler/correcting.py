"""A `correct` request, judged and answered: what a person knows better of the past becomes a row, or a sentence says why not.

{integration, check or null, start_ms, end_ms, bucket or null, party or null, reason, replaces or null}
{withdraw, reason}: the row of that id holds no longer. Who asks is the author.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any, Final, TypeVar

from core.corrections import standing
from core.display import spent_minutes
from core.ledger import Answer, CorrectionRow, CountsAs, Ledger
from core.verdict import Party
from storage import accounts, catalogue
from storage.corrections import corrections
from storage.engine import Snapshot
from storage.rows import IntegrationRow, RequestRow

NAME_LIMIT: Final = 100
REASON_LIMIT: Final = 500
LARGEST_MS: Final = 2**53
TOPICS: Final = ("wall", "incidents")

Word = TypeVar("Word", bound=StrEnum)


def correct(conn: Snapshot, request: RequestRow, now_ms: int) -> Ledger:
    """Raises ValueError with a sentence for whoever asked."""
    made_ms = max([now_ms, *(row.made_ms + 1 for row in corrections(conn))])  # no two of one instant: their order is their instants'
    row = _withdrawal(conn, request, made_ms) if request.body.get("withdraw") is not None else _row(conn, request, made_ms)
    said = "Withdrawn: what was measured counts again." if not (row.bucket or row.party) else _said(row)
    answer = Answer(request.id, now_ms, True, said, {"integration": row.integration, "start_ms": row.start_ms, "end_ms": row.end_ms})
    return Ledger(corrections=[row], answers=[answer], topics=set(TOPICS))


def _row(conn: Snapshot, request: RequestRow, made_ms: int) -> CorrectionRow:
    body = request.body
    one = _integration(conn, body.get("integration"))
    check = _check(one, body.get("check"))
    start_ms, end_ms = _range(conn, one, body, made_ms)
    row = CorrectionRow(one.plan.id, start_ms, end_ms, _reason(body), _author(request), made_ms, check=check)
    row = replace(row, bucket=_named(CountsAs, body.get("bucket")), party=_named(Party, body.get("party")))
    if body.get("replaces") is not None:
        before = _held(conn, body["replaces"])
        if before.integration != row.integration:
            raise ValueError(f"Correction {before.id} is of another integration.")
        row = replace(row, replaces=before.id)
    _require_sense(row)
    return row


def _withdrawal(conn: Snapshot, request: RequestRow, made_ms: int) -> CorrectionRow:
    before = _held(conn, request.body["withdraw"])
    ended = replace(before, id=None, replaces=before.id, bucket=None, party=None)
    return replace(ended, reason=_reason(request.body), author=_author(request), made_ms=made_ms)


def _require_sense(row: CorrectionRow) -> None:
    if row.bucket is None and row.party is None:
        raise ValueError("Say what the time is to count as (up, degraded, down, maintenance or unknown), or whose trouble it was.")
    if row.party is not None and row.bucket not in (None, CountsAs.DOWN):
        raise ValueError(f"Time that counts as {row.bucket} is nobody's trouble: leave the party out.")
    if row.check is not None and row.bucket is CountsAs.MAINTENANCE:
        raise ValueError("Maintenance is of a whole integration: leave the check out, or let its time count as unknown.")


def _integration(conn: Snapshot, slug: object) -> IntegrationRow:
    """Removed ones too: their months are still read."""
    found = next((one for one in catalogue.integrations(conn, archived=True) if one.plan.slug == slug), None)
    if found is None:
        raise ValueError(f"There is no integration called {str(slug)[:60]!r}.")
    return found


def _check(one: IntegrationRow, slug: object) -> int | None:
    if slug is None:
        return None
    found = next((check.plan for check in one.checks if check.plan.slug == slug), None)
    if found is None:
        raise ValueError(f"{one.plan.name} has no check called {str(slug)[:60]!r}; there are {', '.join(c.plan.slug for c in one.checks)}.")
    return found.id


def _range(conn: Snapshot, one: IntegrationRow, body: Mapping[str, Any], now_ms: int) -> tuple[int, int]:
    start_ms, end_ms = _instant(body.get("start_ms")), _instant(body.get("end_ms"))
    if start_ms is None or end_ms is None or start_ms >= end_ms:
        raise ValueError("A correction needs a beginning and a later end.")
    if end_ms > now_ms:
        raise ValueError("A correction is of time that is over; what is to come is planned as maintenance.")
    first = min(accounts.first_edges(conn, [check.plan.id for check in one.checks]).values(), default=None)
    if first is None or end_ms <= first:
        raise ValueError(f"{one.plan.name} was not watched then: there is nothing to correct.")
    return start_ms, end_ms


def _instant(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < LARGEST_MS else None


def _held(conn: Snapshot, ident: object) -> CorrectionRow:
    found = next((row for row in standing(corrections(conn)) if row.id == ident), None)
    if found is None:
        raise ValueError(f"There is no correction {str(ident)[:20]} that still holds: it was replaced, withdrawn, or never made.")
    return found


def _named(kind: type[Word], value: object) -> Word | None:
    if value is None:
        return None
    try:
        return kind(str(value))
    except ValueError:
        raise ValueError(f"{str(value)[:40]!r} is none of {', '.join(kind)}.") from None


def _author(request: RequestRow) -> str:
    name = (request.by or "").strip()[:NAME_LIMIT]
    if not name:
        raise ValueError("A correction needs the name of who makes it.")
    return name


def _reason(body: Mapping[str, Any]) -> str:
    reason = body.get("reason")
    if not isinstance(reason, str) or not reason.strip():
        raise ValueError("A correction needs a reason: it is printed in the report.")
    return reason.strip()[:REASON_LIMIT]


def _said(row: CorrectionRow) -> str:
    what = f"counts as {row.bucket}" if row.bucket else "has another party"
    whose = f": {row.party}" if row.party else ""
    return (
        f"Corrected: {spent_minutes(row.end_ms - row.start_ms)} min {what}{whose}. A month that is closed has its new row within minutes."
    )
