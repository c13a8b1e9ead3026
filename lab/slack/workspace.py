"""What a Slack workspace holds: channels, messages with their edits, threads; pure but for the clock it is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from lab.identifiers import DIGITS, made_up

KEPT: Final = ("text", "blocks", "metadata")


@dataclass(slots=True)
class Message:
    """One message. `versions` are earlier forms, oldest first; `via` is `bot` or `webhook`."""

    ts: str
    channel: str
    at_s: float
    text: str = ""
    blocks: list[dict[str, Any]] = field(default_factory=list)
    metadata: dict[str, Any] | None = None
    thread_ts: str | None = None
    broadcast: bool = False
    via: str = "bot"
    edited_s: float | None = None
    versions: list[dict[str, Any]] = field(default_factory=list)

    def as_slack(self, *, metadata: bool) -> dict[str, Any]:
        """As conversations.history gives it."""
        told: dict[str, Any] = {"type": "message", "ts": self.ts, "text": self.text, "blocks": self.blocks, "bot_id": "B0LAB"}
        if self.thread_ts is not None:
            told["thread_ts"] = self.thread_ts
        if self.edited_s is not None:
            told["edited"] = {"user": "U0LAB", "ts": f"{self.edited_s:.6f}"}
        return {**told, "metadata": self.metadata} if metadata and self.metadata else told


class Workspace:
    """Messages in the order they came. `version` rises with every change, for pages that look again."""

    def __init__(self, channels: Mapping[str, str]) -> None:
        self.channels = dict(channels)  # id -> name
        self.messages: dict[str, Message] = {}
        self.version = 0
        self._last_s = 0.0

    def channel(self, named: Any) -> str | None:
        """The id of a channel named by id, by name or by #name; None: there is none."""
        if named in self.channels:
            return str(named)
        name = str(named).removeprefix("#")
        return next((id_ for id_, known in self.channels.items() if known == name), None)

    def post(self, channel: str, body: Mapping[str, Any], now_s: float, *, via: str = "bot") -> Message:
        """A new message; its `ts` is its name, and no two are alike."""
        self._last_s = max(now_s, self._last_s + 0.000_002)
        message = Message(f"{self._last_s:.6f}", channel, now_s, via=via)
        self._fill(message, body)
        message.thread_ts = body.get("thread_ts") or None
        message.broadcast = bool(body.get("reply_broadcast"))
        self.messages[message.ts] = message
        self.version += 1
        return message

    def edit(self, message: Message, body: Mapping[str, Any], now_s: float) -> None:
        """What is not given stays as it was."""
        message.versions.append({name: getattr(message, name) for name in KEPT} | {"until_s": now_s})
        self._fill(message, body)
        message.edited_s = now_s
        self.version += 1

    def _fill(self, message: Message, body: Mapping[str, Any]) -> None:
        if body.get("text") is not None:
            message.text = str(body["text"])
        if body.get("blocks") is not None:
            message.blocks = list(body["blocks"])
        if body.get("metadata") is not None:
            message.metadata = dict(body["metadata"])

    @property
    def roots(self) -> list[Message]:
        """Messages that are no replies, newest first."""
        return [message for message in reversed(self.messages.values()) if message.thread_ts is None]

    def thread(self, ts: str) -> list[Message]:
        """The replies to a message, oldest first."""
        return [message for message in self.messages.values() if message.thread_ts == ts]

    def history(self, channel: str) -> list[Message]:
        """What stands in the channel itself, newest first: roots and replies that were sent there too."""
        found = (message for message in reversed(self.messages.values()) if message.channel == channel)
        return [message for message in found if message.thread_ts is None or message.broadcast]

    def clear(self) -> None:
        self.messages.clear()
        self.version += 1


def workspace(*names: str) -> Workspace:
    """A workspace with these channels."""
    return Workspace({"C" + made_up(("channel", name), 10, DIGITS): name for name in names})
