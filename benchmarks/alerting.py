"""What an alert waits for: from its row to the receiver, beside a channel that is dead, and in the hour after an outage.

python benchmarks/alerting.py
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import httpx

from alerts.catalogue import open_channel
from alerts.channel import Channel, Clients, Receipt, Ref
from alerts.dispatch import Dispatcher
from alerts.message import IncidentView, Message
from benchmarks.figures import say
from core.health import Cause, Status
from core.ledger import AlertKind, AlertRow, IncidentKind, Ledger
from lab.slack.front import SILENT
from lab.world import Lab
from storage.engine import Database, open_database
from storage.lease import take
from storage.migrate import migrate
from storage.outbox import StoredOutbox
from storage.writer import Writer

ALERTS = 200  # to each channel
EVERY_S = 0.02
PATIENCE_S = 60.0


@dataclass
class Receiver:
    """A channel whose other end notes when it was told of which incident."""

    edits: bool = False
    told_s: dict[int, float] = field(default_factory=dict)

    async def send(self, message: Message, ref: Ref | None) -> Receipt:
        if message.incident is not None:
            self.told_s[message.incident.id] = time.time()
        return Receipt(detail="ok")


def main() -> None:
    """Prints each figure beside its goal; exits 1 where one is missed."""
    alone, beside = asyncio.run(_delays(dead=False)), asyncio.run(_delays(dead=True))
    seen = f"{2 * ALERTS} alerts to two channels, {EVERY_S * 1000:.0f} ms apart; without it {max(alone) * 1000:.0f} ms"
    held = [
        say("a row's way to the receiver, p99", _p99(alone) * 1000, "<=", 1_000, "ms", seen="no dead channel").held,
        say("the same beside a dead channel of three, at worst", max(beside) * 1000, "<=", 1_000, "ms", seen=seen).held,
    ]
    sys.exit(0 if all(held) else 1)


async def _delays(*, dead: bool) -> list[float]:
    """Seconds from the commit of each row to its receiver, for the two that live. The third takes messages and is silent, or answers."""
    receivers = {"first": Receiver(), "second": Receiver()}
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/health.db"
        migrate(url)
        async with Lab(only=[]) as lab, httpx.AsyncClient(trust_env=False) as http:
            lab.slack.always = SILENT if dead else None
            clients = Clients(http=http, slack_base_url=lab.slack_api)
            slack = open_channel("slack", {"token": "env:TOKEN", "channel": "#ops"}, clients, lambda _: lab.slack.token)
            with closing(open_database(url)) as db:
                return await _told(db, {"slack": slack, **receivers}, list(receivers.values()))


async def _told(db: Database, channels: dict[str, Channel], receivers: Sequence[Receiver]) -> list[float]:
    dispatcher = Dispatcher(
        outbox=StoredOutbox(db), channels=channels, fallback=None, look=_view, now_ms=lambda: time.time_ns() // 1_000_000
    )
    running, epoch = asyncio.create_task(dispatcher.run()), take(db, None, 0)
    committed: dict[int, float] = {}
    for ident in range(1, ALERTS + 1):
        rows = [AlertRow(ident, name, AlertKind.OPENED, time.time_ns() // 1_000_000, 1) for name in channels]
        await asyncio.to_thread(Writer(db).commit, Ledger(alerts=rows), epoch=epoch)
        committed[ident] = time.time()
        dispatcher.wake()
        await asyncio.sleep(EVERY_S)
    async with asyncio.timeout(PATIENCE_S):
        while any(len(one.told_s) < ALERTS for one in receivers):
            await asyncio.sleep(0.05)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return [max(0.0, told_s - committed[ident]) for one in receivers for ident, told_s in one.told_s.items()]


def _view(ident: int) -> IncidentView:
    now_ms = time.time_ns() // 1_000_000
    return IncidentView(ident, IncidentKind.VENDOR, f"Vendor {ident}", Status.DOWN, Cause.SERVER_ERROR, now_ms, now_ms, 1)


def _p99(delays: Sequence[float]) -> float:
    return sorted(delays)[int(0.99 * (len(delays) - 1))]


if __name__ == "__main__":
    main()
