"""Declared channels, opened: their secrets are known to the redactor, and what cannot be used says why."""

from __future__ import annotations

import httpx
import pytest

import observe
from alerts.channel import DeliveryError
from alerts.message import Message, Notice
from config.loading import load
from scheduler.outlets import outlets
from settings import Settings

TOKEN = "xoxb-4711-0815-outlets"
TEXT = """
version: 1
channels:
  ops: {kind: slack, token: env:TOKEN, channel: "#ops"}
  spare: {kind: slack, token: env:NOT_SET, channel: "#ops"}
"""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def a_message() -> Message:
    return Message(id="alert_1", about=Notice("A test", "words"), kinds=frozenset(), severity=4, at_ms=0)


@pytest.mark.anyio
async def test_a_channel_whose_secret_is_missing_says_so_at_every_delivery() -> None:
    config = load(TEXT).config
    assert config is not None
    async with httpx.AsyncClient() as http:
        opened = outlets(config, Settings(), {"TOKEN": TOKEN}, http, http)
        with pytest.raises(DeliveryError, match="NOT_SET") as refused:
            await opened["spare"].send(a_message(), None)
    assert refused.value.permanent
    assert set(opened) == {"ops", "spare"}


@pytest.mark.anyio
async def test_the_secrets_of_channels_never_reach_a_log() -> None:
    config = load(TEXT).config
    assert config is not None
    async with httpx.AsyncClient() as http:
        outlets(config, Settings(), {"TOKEN": TOKEN}, http, http)
    assert TOKEN not in observe.secrets.redact(f"it said {TOKEN} and nothing else")
