"""What a channel is: a kind found by name, its declared configuration, and one verb, `send`.

DeliveryError is the one exception a delivery raises; anything else is a bug of ours.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Annotated, Any, Final, Protocol

import httpx
from pydantic import BaseModel, ConfigDict, StringConstraints

from alerts.message import Message

LONGEST_WAIT_S: Final = 3_600.0  # a receiver that asks for a day is tried hourly all the same: an alert is worth nothing after it

Ref = Mapping[str, Any]  # JSON-ready: how a channel finds the message it sent

SecretRef = Annotated[str, StringConstraints(pattern=r"^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$")]


class DeliveryError(Exception):
    """A delivery that failed. `permanent`: the same message will never be taken; `doubtful`: it may have arrived.

    `throttled` failures say nothing about the channel's health; `ref` is how far the delivery got.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        retry_after_s: float | None = None,
        doubtful: bool = False,
        throttled: bool = False,
        ref: Ref | None = None,
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after_s = retry_after_s
        self.doubtful = doubtful
        self.throttled = throttled
        self.ref = ref


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the channel answered: how to find the message again, and a few words for the deliveries page."""

    ref: Ref | None = None
    detail: str = ""


class Channel(Protocol):
    edits: bool  # one message per incident, edited; else only what changes somebody's evening is sent

    async def send(self, message: Message, ref: Ref | None) -> Receipt:
        """Tell it, editing the message of `ref` where the channel can; raises DeliveryError."""
        ...


class ChannelConfig(BaseModel):
    """What is declared of a channel in integrations.yaml, beside its `kind`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def references(self) -> dict[str, str]:
        """Fields that hold a secret's reference (`env:NAME`, `file:PATH`), to be resolved by the worker."""
        values = {name: getattr(self, name) for name in type(self).model_fields}
        return {k: v for k, v in values.items() if isinstance(v, str) and v.startswith(("env:", "file:"))}


@dataclass(frozen=True, slots=True)
class Clients:
    """What the worker hands to a channel: resolved secrets by field, a guarded client, the operator's own addresses."""

    http: httpx.AsyncClient
    secrets: Mapping[str, str] = field(default_factory=dict)  # field name -> value of its reference
    slack_base_url: str | None = None
    smtp_url: str | None = None
    ca_file: str | None = None
    proxy: str | None = None

    def tls(self) -> ssl.SSLContext:
        """The system's authorities and the operator's own."""
        context = ssl.create_default_context()
        if self.ca_file:
            context.load_verify_locations(self.ca_file)
        return context


@dataclass(frozen=True, slots=True)
class ChannelKind:
    """One way of telling. `build` raises ValueError with a sentence where the configuration cannot work."""

    name: str
    config: type[ChannelConfig]
    build: Callable[[Any, Clients], Channel]


def retry_after(value: object, now: datetime | None = None) -> float | None:
    """Seconds of a Retry-After header in either form (RFC 9110), an hour at most; None where there is none that makes sense."""
    said = str(value).strip()
    if re.fullmatch(r"\d{1,20}(\.\d{1,6})?", said, re.ASCII):
        return min(float(said), LONGEST_WAIT_S)
    try:
        until = parsedate_to_datetime(said)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max((until - (now or datetime.now(UTC))).total_seconds(), 0.0), LONGEST_WAIT_S)


class Nowhere:
    """Stands for a channel that cannot be: not declared any more, or its configuration does not work."""

    edits = False

    def __init__(self, why: str) -> None:
        self._why = why

    async def send(self, message: Message, ref: Ref | None) -> Receipt:
        raise DeliveryError(self._why, permanent=True)
