"""The lab's Slack on a real loopback socket, with the clock of these tests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lab.exchange import Reply, Request
from lab.server import Server
from lab.slack.front import LabSlack
from lab.slack.limits import refusal
from lab.slack.workspace import Message
from tests.alerts.samples import NOON

__all__ = ["SlackServer", "refusal"]


class SlackServer(LabSlack):
    """`behave` plans one answer each: Slack's error code, `429`, `500`, `silent` or `dropped` (both kept, never answered)."""

    def __init__(self) -> None:
        super().__init__()
        self._server = Server("slack", self._now)

    async def _now(self, request: Request) -> Reply:
        """Answered now, as these tests have it; a plan of "" is an answer as it should be."""
        later: list[str] = []
        if self.planned and self.planned[0] == "":
            later = list(self.planned)[1:]
            self.planned.clear()
        reply = await self.answer(replace(request, at_s=NOON / 1000))
        self.behave(*later)
        return reply

    async def __aenter__(self) -> SlackServer:
        self._server.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.stop()

    @property
    def api(self) -> str:
        return f"{self._server.url}/api/"

    @property
    def hook(self) -> str:
        return self._server.url + self.hook_path

    @property
    def in_channel(self) -> list[dict[str, Any]]:
        """What stands in the channel, oldest first."""
        return [_shown(message) for message in self.workspace.messages.values() if message.thread_ts is None]

    @property
    def in_threads(self) -> list[dict[str, Any]]:
        return [_shown(message) for message in self.workspace.messages.values() if message.thread_ts is not None]


def _shown(message: Message) -> dict[str, Any]:
    return {**message.as_slack(metadata=True), "reply_broadcast": message.broadcast, "via": message.via}
