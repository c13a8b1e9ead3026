"""Slack by incoming webhook: opened, reminder and resolved, each a message of its own."""

from __future__ import annotations

import logging
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field

from alerts.channel import Channel, ChannelConfig, ChannelKind, Clients, SecretRef

TIMEOUT_S = 10
HOST = "hooks.slack.com"


class Config(ChannelConfig):
    """An incoming webhook's address; it is a secret, so only a reference to it is declared."""

    kind: Literal["slack_webhook"] = "slack_webhook"
    url: SecretRef = Field(description="The address, as a reference: env:SLACK_WEBHOOK_URL.", examples=["env:SLACK_WEBHOOK_URL"])


def check_address(url: str, operators: str | None) -> None:
    """https on exactly hooks.slack.com, or the origin the operator's SLACK_BASE_URL names; raises ValueError."""
    parts = urlsplit(url)
    if operators and _origin(url) == _origin(operators):
        return
    if parts.scheme != "https" or parts.hostname != HOST or parts.port not in (None, 443) or parts.username or parts.password:
        raise ValueError(f"a Slack webhook is an https address on {HOST}; any other needs SLACK_BASE_URL")


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port


def build(config: Config, clients: Clients) -> Channel:
    """Raises ValueError where the address is not Slack's."""
    from slack_sdk.webhook.async_client import AsyncWebhookClient

    from alerts.slack_hook import SlackHook

    url = clients.secrets["url"].strip()
    check_address(url, clients.slack_base_url)
    quiet = logging.getLogger("integration_health.slack")
    quiet.setLevel(logging.WARNING)
    client = AsyncWebhookClient(url, timeout=TIMEOUT_S, ssl=clients.tls(), retry_handlers=[], logger=quiet)
    client.proxy = clients.proxy
    return SlackHook(client)


CHANNEL = ChannelKind("slack_webhook", Config, build)
