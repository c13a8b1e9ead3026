"""Slack by bot token: one message per incident, edited in place, its timeline in the thread."""

from __future__ import annotations

import logging
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from alerts.channel import Channel, ChannelConfig, ChannelKind, Clients, SecretRef

TIMEOUT_S: Final = 10
Name = Annotated[str, StringConstraints(min_length=2, max_length=80, pattern=r"^#?[^\s#]+$")]


class Config(ChannelConfig):
    """A Slack app's bot token (scope chat:write; channels:history and channels:read prevent doubles) and where it posts."""

    kind: Literal["slack"] = "slack"
    token: SecretRef = Field(description="The bot token, as a reference: env:SLACK_BOT_TOKEN.", examples=["env:SLACK_BOT_TOKEN"])
    channel: Name = Field(description="Where to post: #name, or the channel's id.", examples=["#ops"])


def build(config: Config, clients: Clients) -> Channel:
    """A client whose own retries are off: its default one posts again on a dropped connection."""
    from slack_sdk.web.async_client import AsyncWebClient  # takes 300 ms that the command line need not pay

    from alerts.slack_bot import SlackBot

    quiet = logging.getLogger("integration_health.slack")
    quiet.setLevel(logging.WARNING)  # slack-sdk logs whole bodies at DEBUG
    client = AsyncWebClient(
        token=clients.secrets["token"],
        base_url=clients.slack_base_url or AsyncWebClient.BASE_URL,
        timeout=TIMEOUT_S,
        ssl=clients.tls(),
        retry_handlers=[],
        logger=quiet,
    )
    client.proxy = clients.proxy  # slack-sdk would take the environment's unasked
    return SlackBot(client, config.channel)


CHANNEL = ChannelKind("slack", Config, build)
