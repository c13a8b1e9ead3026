"""A test alert, on the path of every alert, and what became of it."""

from __future__ import annotations

import time
from typing import Any, Final

from commands.asking import ask
from commands.output import answer, answer_json
from core.exits import Exit
from settings import Settings
from storage import deliveries
from storage.engine import Database, open_database
from storage.rows import AlertLine

DELIVERY_S: Final = 12.0


def test(settings: Settings, channel: str | None, *, as_json: bool) -> Exit:
    """Exit code 0 when the channel took it."""
    asked_ms = time.time_ns() // 1_000_000
    said = ask(settings, "alerts_test", {"channel": channel})
    if not said.ok:
        return _told({"ok": False, "text": said.text}, as_json=as_json)
    db = open_database(settings.database)
    try:
        line = _settled(db, str(said.body.get("channel")), asked_ms)
    finally:
        db.close()
    return _told(_outcome(line), as_json=as_json)


def _settled(db: Database, channel: str, since_ms: int) -> AlertLine | None:
    """The test's alert row once it is delivered, dead, or was refused once; the newest of this channel since we asked."""
    deadline = time.monotonic() + DELIVERY_S
    line: AlertLine | None = None
    while time.monotonic() < deadline:
        with db.read() as conn:
            rows = [row for row in deliveries.alerts(conn, limit=20) if row.channel == channel and row.kind == "test"]
        line = next((row for row in rows if row.created_ms >= since_ms - 1_000), None)
        if line and (line.delivered_ms or line.dead_ms or line.attempts):
            return line
        time.sleep(0.1)
    return line


def _outcome(line: AlertLine | None) -> dict[str, Any]:
    if line is None:
        return {"ok": False, "text": "The test alert was not found again."}
    if line.delivered_ms is not None:
        return {"ok": True, "text": f"{line.channel} took the test alert.", "channel": line.channel}
    state = "It was given up" if line.dead_ms else "It is tried again"
    return {"ok": False, "text": f"{line.channel} did not take it: {line.error or 'no answer yet'}. {state}.", "channel": line.channel}


def _told(outcome: dict[str, Any], *, as_json: bool) -> Exit:
    if as_json:
        answer_json(outcome)
    else:
        answer(str(outcome["text"]))
    return Exit.OK if outcome["ok"] else Exit.FAILED
