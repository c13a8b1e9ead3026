"""A signed webhook in the form of Standard Webhooks (standardwebhooks.com): JSON, HMAC-SHA256, replay-safe."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from alerts.channel import Channel, ChannelConfig, ChannelKind, Clients, SecretRef
from alerts.signed_post import SignedPost

Address = Annotated[str, StringConstraints(max_length=2000, pattern=r"^(https?://[^\s]+|env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$")]


class Config(ChannelConfig):
    """Where to post (an https address or a reference to one) and the secret it is signed with (`whsec_...` or plain)."""

    kind: Literal["webhook"] = "webhook"
    url: Address = Field(description="An https address, or a reference to one.")
    secret: SecretRef = Field(description="What it is signed with, as a reference; 16 characters or more.")
    private_targets: bool = Field(default=False, description="Allow an address inside this network.")


def build(config: Config, clients: Clients) -> Channel:
    """Raises ValueError where the secret is not usable."""
    return SignedPost(clients.http, clients.secrets.get("url", config.url).strip(), clients.secrets["secret"])


CHANNEL = ChannelKind("webhook", Config, build)
