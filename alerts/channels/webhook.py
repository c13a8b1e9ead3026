"""A signed webhook in the form of Standard Webhooks (standardwebhooks.com): JSON, HMAC-SHA256, replay-safe."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints, model_validator

from alerts.channel import Channel, ChannelConfig, ChannelKind, Clients, SecretRef
from alerts.signed_post import SignedPost
from core.address import AddressPolicy, check_target

Address = Annotated[str, StringConstraints(max_length=2000, pattern=r"^(https?://[^\s]+|env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$")]


class Config(ChannelConfig):
    """Where to post (an https address or a reference to one) and the secret it is signed with (`whsec_...` or plain)."""

    kind: Literal["webhook"] = "webhook"
    url: Address = Field(description="An https address, or a reference to one.", examples=["https://hooks.example.com/alerts"])
    secret: SecretRef = Field(description="What it is signed with, as a reference; 16 characters or more.", examples=["env:HOOK_SECRET"])
    private_targets: bool = Field(default=False, description="Allow an address inside this network, and http.", examples=[True])

    @model_validator(mode="after")
    def _may_be_asked(self) -> Config:
        if not self.url.startswith(("env:", "file:")):
            check_address(self.url, private=self.private_targets)
        return self


def check_address(url: str, *, private: bool) -> None:
    """What our own guard would refuse at every delivery is refused now; raises ValueError."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise ValueError("this is no address") from None
    if parts.scheme != "https" and not private:
        raise ValueError("a webhook is an https address; http needs private_targets: true")
    check_target(parts.scheme, parts.hostname or "", port, AddressPolicy(private))


def build(config: Config, clients: Clients) -> Channel:
    """Raises ValueError where the address or the secret is not usable."""
    url = clients.secrets.get("url", config.url).strip()
    check_address(url, private=config.private_targets)
    return SignedPost(clients.http, url, clients.secrets["secret"])


CHANNEL = ChannelKind("webhook", Config, build)
