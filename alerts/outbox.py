"""What the dispatcher asks of the transactional outbox; `storage/outbox.py` answers. Every call is one short transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from core.delivery import ChannelHealth, Parcel


class Outbox(Protocol):
    """Synchronous: the dispatcher calls it in a thread, because SQLite's writers wait for an OS lock."""

    def channels(self) -> set[str]:
        """Names of all channels that have undelivered alerts, configured or not."""
        ...

    def pending(self, channel: str, limit: int = 200) -> list[Parcel]:
        """Undelivered, not dead alerts of a channel, one whole parcel per incident, ordered by (due_ms, first alert's id).

        Due or not: the dispatcher decides. At most `limit` that are next in turn, and as many that are still to be handed over,
        wherever they stand in the queue. A parcel's `ref` is the message row of (incident, channel).
        """
        ...

    def claim(self, ids: Sequence[int], *, at_ms: int) -> None:
        """Note on disk that a send begins: a crash after it leaves `claimed_ms` set, and the send is doubtful."""
        ...

    def delivered(self, ids: Sequence[int], *, at_ms: int, ref: Mapping[str, Any] | None, detail: str, began_ms: int) -> None:
        """Mark delivered, add a delivery row, upsert the message row of (incident, channel) where `ref` is given."""
        ...

    def failed(
        self,
        ids: Sequence[int],
        *,
        at_ms: int,
        error: str,
        next_due_ms: int,
        doubtful: bool,
        ref: Mapping[str, Any] | None,
        began_ms: int,
    ) -> None:
        """Clear the claim, count the attempt, set due_ms, doubtful and first_failed_ms (once), add a delivery row; `ref` as above."""
        ...

    def dead(self, ids: Sequence[int], *, at_ms: int, error: str) -> None:
        """A visible dead letter: not tried again."""
        ...

    def hand_over(self, ids: Sequence[int], *, to: str, at_ms: int) -> None:
        """Copy alerts to another channel (due now, `handed_from` set), once: an alert with `handed_to` makes no second copy."""
        ...

    def release(self, channel: str, *, at_ms: int) -> None:
        """Make every undelivered alert of a channel due now: the channel is back."""
        ...

    def message(self, incident: int, channel: str) -> Mapping[str, Any] | None:
        """The ref of the message a channel has of an incident: who was told of the opening is told of the end."""
        ...

    def health(self, channel: str) -> ChannelHealth:
        """A channel's breaker; closed where nothing is known."""
        ...

    def save_health(self, health: ChannelHealth, *, at_ms: int) -> None: ...
