"""What cannot be recorded is said straight away, past the outbox: the fallback first, at most once an hour."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Final

from alerts.channel import Channel, DeliveryError
from alerts.courier import send
from alerts.message import Message, Notice

EVERY_MS: Final = 3_600_000
RETRY_MS: Final = 60_000  # where nobody took it

log = logging.getLogger(__name__)


class Emergency:
    """One for a worker's life, whoever in it speaks: its memory of what was said is the only one there is."""

    def __init__(self, now_ms: Callable[[], int], zone: str = "UTC") -> None:
        self._now_ms = now_ms
        self._zone = zone
        self._next_ms = 0

    @property
    def may_speak(self) -> bool:
        return self._now_ms() >= self._next_ms

    async def say(self, sentence: str, channels: Mapping[str, Channel], fallback: str | None) -> bool:
        """Whether somebody took it."""
        now = self._now_ms()
        if not self.may_speak:
            return False
        self._next_ms = now + EVERY_MS
        notice = Notice("Not recorded: the monitor cannot write", sentence)
        message = Message(id=f"emergency_{now}", about=notice, kinds=frozenset(), severity=1, at_ms=now, zone=self._zone)
        for name in sorted(channels, key=lambda name: name != fallback):
            try:
                await send(channels[name], message, None)
            except DeliveryError as error:
                log.warning("the emergency alert did not go through %s: %s", name, error)
            else:
                return True
        self._next_ms = now + RETRY_MS
        return False
