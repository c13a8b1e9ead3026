"""E-mail over the operator's SMTP server (SMTP_URL): opened, reminder and resolved in one thread."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from alerts.channel import ChannelConfig

Address = Annotated[str, StringConstraints(max_length=254, pattern=r"^[^\s@<>,;:\"]+@[A-Za-z0-9.\-]+$")]


class Config(ChannelConfig):
    """Who gets the e-mail and who it is from."""

    kind: Literal["smtp"] = "smtp"
    to: tuple[Address, ...] = Field(min_length=1, max_length=50)
    sender: Address = Field(alias="from")
