"""What somebody knows better of the past: asked of the worker, which answers; and the list of what was corrected so far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from commands.asking import ask
from commands.output import answer, answer_json
from commands.reading import reading
from core.calendar import from_ms, instant, to_ms, zone_named
from core.corrections import standing
from core.exits import Exit, Refusal
from core.ledger import CorrectionRow
from settings import Settings
from storage import catalogue
from storage.corrections import corrections


@dataclass(frozen=True, slots=True)
class Asked:
    """The options as they were typed."""

    name: str | None = None  # integration or integration/check
    since: str | None = None
    until: str | None = None
    counts_as: str | None = None
    whose: str | None = None
    why: str | None = None
    by: str | None = None
    replaces: int | None = None
    withdraw: int | None = None


def correct(settings: Settings, asked: Asked, *, as_json: bool) -> Exit:
    """Exit code 1 where the worker says why it cannot be. Raises Refusal for what does not read."""
    said = ask(settings, "correct", _body(asked, settings.timezone), asked.by)
    if as_json:
        answer_json({"ok": said.ok, "text": said.text})
    else:
        answer(said.text)
    return Exit.OK if said.ok else Exit.FAILED


def listed(settings: Settings, name: str | None, *, as_json: bool) -> Exit:
    """Those that hold, oldest first; only reads."""
    with reading(settings) as db, db.read() as conn:
        rows, every = standing(corrections(conn)), catalogue.integrations(conn, archived=True)
    slugs = {one.plan.id: one.plan.slug for one in every} | {-check.plan.id: check.plan.slug for one in every for check in one.checks}
    wanted = [row for row in rows if name is None or slugs.get(row.integration) == name]
    told = [_told(row, slugs, settings.timezone) for row in wanted]
    if as_json:
        answer_json(told)
    else:
        answer("\n".join(map(_line, told)) or "Nothing was corrected.")
    return Exit.OK


def _body(asked: Asked, zone: str) -> dict[str, Any]:
    if asked.withdraw is not None:
        return {"withdraw": asked.withdraw, "reason": asked.why}
    if asked.name is None or asked.since is None or asked.until is None:
        raise Refusal(Exit.USAGE, "Say which integration (or integration/check), --from when and --to when; or --withdraw ID; or --list.")
    integration, _, check = asked.name.partition("/")
    return {
        "integration": integration,
        "check": check or None,
        "start_ms": _instant(asked.since, zone),
        "end_ms": _instant(asked.until, zone),
        "bucket": asked.counts_as,
        "party": asked.whose,
        "reason": asked.why,
        "replaces": asked.replaces,
    }


def _instant(text: str, zone: str) -> int:
    """A time without an offset is one of the operator's zone."""
    try:
        found = datetime.fromisoformat(text)
        return to_ms(found if found.tzinfo else instant(found, zone))
    except (ValueError, OverflowError):
        raise Refusal(Exit.USAGE, f"{text[:40]!r} is not a time; one is written like 2026-11-03T10:00 or 2026-11-03T10:00+01:00.") from None


def _told(row: CorrectionRow, slugs: dict[int, str], zone: str) -> dict[str, Any]:
    """Ids of checks are negative in `slugs`: both kinds begin at 1."""
    begin, end = (from_ms(ms).astimezone(zone_named(zone)).isoformat() for ms in (row.start_ms, row.end_ms))
    check = None if row.check is None else slugs.get(-row.check)
    made = {"id": row.id, "integration": slugs.get(row.integration), "check": check, "from": begin, "to": end}
    return made | {"counts_as": row.bucket, "party": row.party, "by": row.author, "why": row.reason}


def _line(told: dict[str, Any]) -> str:
    where = told["integration"] + (f"/{told['check']}" if told["check"] else "")
    what = ", ".join(filter(None, (told["counts_as"], told["party"])))
    return f"{told['id']}  {where}  {told['from']} to {told['to']}  {what}  by {told['by']}: {told['why']}"
