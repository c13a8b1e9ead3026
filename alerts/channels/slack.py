"""Slack by bot token: one message per incident, edited in place, its timeline in the thread."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from alerts.channel import ChannelConfig, SecretRef


class Config(ChannelConfig):
    """A Slack app's bot token (scopes chat:write, channels:history) and the channel it posts to."""

    kind: Literal["slack"] = "slack"
    token: SecretRef
    channel: Annotated[str, StringConstraints(min_length=2, max_length=80, pattern=r"^#?[^\s#]+$")]
