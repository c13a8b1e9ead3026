"""One request done without a worker: take the lead, answer through the worker's own code, let go."""

from __future__ import annotations

import asyncio
import time

from core.ledger import Answer
from scheduler import leader
from scheduler.beats import Beats
from scheduler.clock import Clock
from scheduler.service import Service
from settings import Settings
from storage import processes, requests
from storage.deliveries import waiting
from storage.engine import Database

LONGEST_S = 20.0


def answer_alone(settings: Settings, db: Database, ident: int) -> Answer | None:
    """The answer, or None where somebody else leads after all."""
    clock = Clock()
    lock = leader.leader_lock(settings.database)
    process = processes.register(db, "command", clock.now_ms())
    try:
        epoch = leader.lead(db, lock, process=process, now_ms=clock.now_ms(), wait_s=1.0)
        return None if epoch is None else asyncio.run(_serve(settings, db, epoch, clock, process, ident))
    finally:
        lock.release()
        processes.end(db, process, clock.now_ms())


async def _serve(settings: Settings, db: Database, epoch: int, clock: Clock, process: int, ident: int) -> Answer | None:
    """A worker that asks no vendor: it answers the request, delivers what that says, and ends."""
    beats = Beats(db, process, clock, dict)
    with db.read() as conn:
        asked = requests.request(conn, ident)
    applies = asked is not None and asked.kind == "apply"  # it brings the file with it: the one that stands here is not applied before
    service = Service(settings, db, epoch, clock, beats, probing=False, following=not applies)
    running = asyncio.create_task(service.run())
    deadline = time.monotonic() + LONGEST_S
    try:
        return await _answered(db, ident, deadline)
    finally:
        service.stop()
        await running


async def _answered(db: Database, ident: int, deadline: float) -> Answer | None:
    """When it is answered, and, for a test alert, said."""
    while time.monotonic() < deadline:
        found = await asyncio.to_thread(requests.wait, db, ident, 0.2)
        if found.answer is not None and (found.kind != "alerts_test" or not found.answer.ok or await asyncio.to_thread(_is_said, db)):
            return found.answer
    return (await asyncio.to_thread(requests.wait, db, ident, 0.0)).answer


def _is_said(db: Database) -> bool:
    with db.read() as conn:
        return not waiting(conn)
