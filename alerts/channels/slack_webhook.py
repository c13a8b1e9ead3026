"""Slack by incoming webhook: opened, reminder and resolved, each a message of its own."""

from __future__ import annotations

from typing import Literal

from alerts.channel import ChannelConfig, SecretRef


class Config(ChannelConfig):
    """An incoming webhook's address; it is a secret, so only a reference to it is declared."""

    kind: Literal["slack_webhook"] = "slack_webhook"
    url: SecretRef
