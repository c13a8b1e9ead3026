"""What the tests of alerts share: a clock that is turned by hand, an outbox in memory, a Slack on a real socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest

from alerts.catalogue import open_channel
from alerts.channel import Channel, Clients
from tests.alerts.memory import MemoryOutbox
from tests.alerts.samples import NOON
from tests.alerts.slack_server import SlackServer


@dataclass
class Clock:
    at_ms: int = NOON

    def __call__(self) -> int:
        return self.at_ms

    def forward(self, seconds: float) -> None:
        self.at_ms += int(seconds * 1000)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def outbox() -> MemoryOutbox:
    return MemoryOutbox()


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with SlackServer() as server:
        yield server


@pytest.fixture
async def clients(slack: SlackServer) -> AsyncIterator[Clients]:
    async with httpx.AsyncClient(trust_env=False) as http:
        yield Clients(http=http, slack_base_url=slack.api)


@pytest.fixture
def ops(clients: Clients, slack: SlackServer) -> Channel:
    return open_channel("slack", {"token": "env:SLACK_BOT_TOKEN", "channel": "#ops"}, clients, lambda reference: slack.token)
