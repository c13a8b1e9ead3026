"""E-mail over the operator's SMTP server (SMTP_URL): opened, reminder and resolved in one thread."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from alerts.channel import Channel, ChannelConfig, ChannelKind, Clients
from alerts.mail import Mailer, server_of

Address = Annotated[str, StringConstraints(max_length=254, pattern=r"^[^\s@<>,;:\"()\[\]\\]+@[A-Za-z0-9.\-]+$")]


class Config(ChannelConfig):
    """Who gets the e-mail and who it is from."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_by_name=True, validate_by_alias=True)

    kind: Literal["smtp"] = "smtp"
    to: tuple[Address, ...] = Field(min_length=1, max_length=50, description="Who gets it.", examples=[["ops@example.com"]])
    sender: Address = Field(alias="from", description="Whose address it bears.", examples=["health@example.com"])


def build(config: Config, clients: Clients) -> Channel:
    """Raises ValueError where SMTP_URL is missing or unusable."""
    if not clients.smtp_url:
        raise ValueError("e-mail needs SMTP_URL, such as smtp://user:password@mail.example.com:587")
    return Mailer(server_of(clients.smtp_url), config.sender, config.to, clients.tls())


CHANNEL = ChannelKind("smtp", Config, build)
