"""One pass over one channel: bury what is too old, hand over what is in trouble, deliver one parcel, note what came of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar

from alerts import policy
from alerts.channel import Channel, DeliveryError, Nowhere, Receipt, Ref
from alerts.message import IncidentView, Message, Notice
from alerts.notice import notice_of
from alerts.outbox import Outbox
from core.delivery import ChannelHealth, Parcel
from core.ledger import AlertKind

SEND_S: Final = 30.0  # a channel that says nothing for so long has failed

T = TypeVar("T")
log = logging.getLogger(__name__)


@dataclass(slots=True)
class Courier:
    """`look` reads an incident's present state (in a thread); `now_ms` is the clock; `handed_over` wakes the fallback."""

    outbox: Outbox
    channels: Mapping[str, Channel]
    fallback: str | None
    look: Callable[[int], IncidentView | None]
    now_ms: Callable[[], int]
    zone: str = "UTC"
    base_url: str | None = None
    handed_over: Callable[[], None] = field(default=lambda: None)

    async def step(self, name: str) -> int | None:
        """One pass over one channel, one delivery at most. Returns when to come back (None: nothing is pending)."""
        now = self.now_ms()
        parcels = await _ask(self.outbox.pending, name)
        health = await _ask(self.outbox.health, name)
        if await self._bury(parcels, now):
            return now
        for parcel in parcels:
            if policy.in_trouble(parcel, health, now):
                await self._hand_over(parcel)
        resting = policy.resting_until_ms(health)
        due = next((parcel for parcel in parcels if max(parcel.due_ms, resting) <= now), None)
        if due is not None:
            await self._deliver(due, health)
            return now
        return min((max(parcel.due_ms, resting) for parcel in parcels), default=None)

    async def _bury(self, parcels: list[Parcel], now: int) -> bool:
        old = [alert.id for parcel in parcels for alert in parcel.alerts if policy.given_up(alert, now)]
        if old:
            await _ask(self.outbox.dead, old, at_ms=now, error="not delivered within 24 hours")
        return bool(old)

    async def _hand_over(self, parcel: Parcel) -> None:
        fallback = self.fallback
        if fallback is None or fallback == parcel.channel or not policy.to_hand_over(parcel, fallback_told=True):
            return  # the outbox is not asked about each parcel that was handed over long ago, at every pass
        ids = policy.to_hand_over(parcel, fallback_told=await self._told(parcel, fallback))
        if ids:
            await _ask(self.outbox.hand_over, ids, to=fallback, at_ms=self.now_ms())
            self.handed_over()

    async def _told(self, parcel: Parcel, channel: str) -> bool:
        """Whether a channel believes that the parcel's incident is still open."""
        if parcel.incident is None or AlertKind.RESOLVED not in {alert.kind for alert in parcel.alerts}:
            return False
        ref = await _ask(self.outbox.message, parcel.incident, channel)
        return ref is not None and ref.get("told") != "resolved"

    async def _deliver(self, parcel: Parcel, health: ChannelHealth) -> None:
        channel = self.channels.get(parcel.channel, Nowhere("no channel of this name is declared"))
        began = self.now_ms()
        about = await self._about(parcel, began)
        if about is None:
            await _ask(self.outbox.dead, parcel.ids, at_ms=began, error="its incident is not there any more")
            return
        silent = policy.nothing_to_say(parcel, about, edits=channel.edits) if isinstance(about, IncidentView) else None
        if silent is not None:
            await _ask(self.outbox.delivered, parcel.ids, at_ms=began, ref=None, detail=silent, began_ms=began)
            return
        await _ask(self.outbox.claim, parcel.ids, at_ms=began)
        try:
            receipt = await send(channel, self._message(parcel, about, began), parcel.ref)
        except DeliveryError as error:
            await self._failed(parcel, health, error, about, began)
        else:
            await self._delivered(parcel, health, receipt, about, began)

    async def _about(self, parcel: Parcel, now: int) -> IncidentView | Notice | None:
        if parcel.incident is None:
            return notice_of(parcel.alerts[0], now, self.zone, self.base_url)
        return await _ask(self.look, parcel.incident)

    def _message(self, parcel: Parcel, about: IncidentView | Notice, now: int) -> Message:
        return Message(
            id=f"alert_{parcel.alerts[-1].id}",
            about=about,
            kinds=frozenset(alert.kind for alert in parcel.alerts),
            severity=min(alert.severity for alert in parcel.alerts),
            at_ms=now,
            late=policy.told_late(parcel, now),
            doubtful=any(alert.doubtful or alert.claimed_ms is not None for alert in parcel.alerts),
            handed_from=next((alert.handed_from for alert in parcel.alerts if alert.handed_from), None),
            zone=self.zone,
        )

    async def _delivered(self, parcel: Parcel, health: ChannelHealth, receipt: Receipt, about: IncidentView | Notice, began: int) -> None:
        now = self.now_ms()
        ref = _noted(receipt.ref or {}, about)
        await _ask(self.outbox.delivered, parcel.ids, at_ms=now, ref=ref, detail=receipt.detail, began_ms=began)
        if health.opened_ms is not None or health.failures_ms:
            await _ask(self.outbox.save_health, policy.after_success(health, now), at_ms=now)
        if health.opened_ms is not None:
            log.warning("channel %s takes messages again", parcel.channel)
            await _ask(self.outbox.release, parcel.channel, at_ms=now)
        if self.fallback is not None and await self._told(parcel, self.fallback):
            await self._hand_over(parcel)  # who was told of the opening is told of the end

    async def _failed(self, parcel: Parcel, health: ChannelHealth, error: DeliveryError, about: IncidentView | Notice, began: int) -> None:
        now = self.now_ms()
        oldest = parcel.alerts[0]
        delay = policy.retry_delay_ms(oldest.attempts + 1, oldest.id, error.retry_after_s)
        log.warning("delivery through %s failed: %s", parcel.channel, error)
        await _ask(
            self.outbox.failed,
            parcel.ids,
            at_ms=now,
            error=str(error),
            next_due_ms=now + delay,
            doubtful=error.doubtful,
            ref=None if error.ref is None else _noted(error.ref, about),
            began_ms=began,
        )
        if not error.throttled:
            health = policy.after_failure(health, now, str(error))
        if error.retry_after_s is not None:
            health = replace(health, paused_until_ms=now + int(1000 * error.retry_after_s))
        await _ask(self.outbox.save_health, health, at_ms=now)
        if error.permanent:
            await self._hand_over(parcel)
            await _ask(self.outbox.dead, parcel.ids, at_ms=now, error=str(error))


async def _ask(question: Callable[..., T], *args: Any, **named: Any) -> T:
    """The outbox waits for locks: in a thread."""
    return await asyncio.to_thread(question, *args, **named)


async def send(channel: Channel, message: Message, ref: Ref | None) -> Receipt:
    """A send with a deadline, and with DeliveryError as its only way to fail."""
    try:
        async with asyncio.timeout(SEND_S):
            return await channel.send(message, ref)
    except DeliveryError:
        raise
    except TimeoutError:
        raise DeliveryError(f"no answer within {SEND_S:.0f} s", doubtful=True) from None
    except Exception as error:
        log.exception("a channel broke its promise to raise nothing but DeliveryError")
        raise DeliveryError(f"our own fault ({type(error).__name__})", doubtful=True) from error


def _noted(ref: Ref, about: IncidentView | Notice) -> dict[str, Any] | None:
    """A channel's own words about its message, and what the message says; a notice is never edited."""
    if not isinstance(about, IncidentView):
        return None
    return {**ref, "told": "open" if about.open else "resolved"}
