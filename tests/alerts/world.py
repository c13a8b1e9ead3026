"""A channel that fails as it is told, and the incidents of a dispatcher whose clock is turned by hand."""

from __future__ import annotations

from dataclasses import dataclass, field

from alerts.channel import Channel, DeliveryError, Receipt, Ref
from alerts.dispatch import Dispatcher
from alerts.message import IncidentView, Message
from tests.alerts.conftest import Clock
from tests.alerts.memory import MemoryOutbox
from tests.alerts.samples import incident


@dataclass
class Pager:
    """A channel that cannot edit; it fails with what it is given, oldest first."""

    faults: list[DeliveryError] = field(default_factory=list)
    told: list[Message] = field(default_factory=list)
    edits: bool = False
    broken: bool = False

    async def send(self, message: Message, ref: Ref | None) -> Receipt:
        if self.broken:
            raise DeliveryError("the receiver answered 500")
        if self.faults:
            raise self.faults.pop(0)
        self.told.append(message)
        return Receipt(detail="ok")


@dataclass
class World:
    """The present state of incidents, as the dispatcher looks at it."""

    outbox: MemoryOutbox
    clock: Clock
    incidents: dict[int, IncidentView] = field(default_factory=lambda: {1: incident(id=1)})

    def dispatcher(self, fallback: str | None = None, **channels: Channel) -> Dispatcher:
        return Dispatcher(outbox=self.outbox, channels=channels, fallback=fallback, look=self.incidents.get, now_ms=self.clock)


async def drain(dispatcher: Dispatcher, clock: Clock, *names: str) -> None:
    """Pass over the channels until nothing is due now."""
    for name in names:
        for _ in range(50):
            back_ms = await dispatcher.step(name)
            if back_ms is None or back_ms > clock():
                break
