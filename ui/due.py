"""When something that must call us has to have called."""

from __future__ import annotations

from typing import Final

from core.heartbeat import Ping, PingKind, judge
from core.line import HEARTBEAT
from core.plan import CheckPlan
from storage import pings
from ui.place import Snapshot

PINGS_READ: Final = 50


def due_ms(conn: Snapshot, check: CheckPlan, now_ms: int) -> int | None:
    """The end of the grace after the next call, or after the end of a job that runs.

    None for what is no heartbeat, and while none is awaited: nothing called yet, or the last call is overdue or says that it failed.
    """
    if check.kind != HEARTBEAT:
        return None
    heard = [Ping(row.at_ms, PingKind(row.kind)) for row in pings.newest_pings(conn, check.id, PINGS_READ)]
    beat = judge(heard, check.interval_ms, check.grace_ms, max(now_ms, heard[-1].at_ms)) if heard else None
    return beat.deadline_ms if beat else None
