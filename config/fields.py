"""The kinds of value that occur in integrations.yaml: durations, shares, slugs, secret references, wall times, zones."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StringConstraints, WithJsonSchema

from core.durations import PATTERN, Bounds, format_duration, parse_duration

SLUG: Final = r"^[a-z0-9][a-z0-9_-]{0,62}$"
REFERENCE: Final = r"^(env:[A-Za-z_][A-Za-z0-9_]{0,127}|file:[^\x00-\x1f\x7f]{1,4096})$"
WRITTEN_OUT: Final = "a secret is named here, never written: use env:NAME or file:PATH"
_INTERVAL: Final = Bounds(1_000, 86_400_000)
_TIMEOUT: Final = Bounds(100, 60_000)
_LATENCY: Final = Bounds(1, 60_000)
_REMINDER: Final = Bounds(60_000, 7 * 86_400_000)


class NotOneOf(ValueError):
    """A word that is none of `options`, which are too many to be listed."""

    def __init__(self, message: str, word: object, options: Iterable[str]) -> None:
        super().__init__(message)
        self.word = word
        self.options = options


def _version(value: Any) -> Any:
    """In Python `True` and `1.0` are 1."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("must be 1")
    return value


def _share(value: Any) -> Decimal:
    """Exact: 99.9 stays 99.9, because a float's shortest form is what was written."""
    written = str(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else ""
    share = Decimal(written) if re.fullmatch(r"\d{1,3}(\.\d{1,9})?", written, re.ASCII) else Decimal(0)
    if not 0 < share <= 100:
        raise ValueError("a share is a number above 0 and at most 100, in per cent")
    return share


def _reference(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(REFERENCE, value):
        raise ValueError(WRITTEN_OUT)
    return value


def _wall(value: Any) -> datetime:
    try:
        wall = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError("a time is written 2026-12-01T01:00, in the window's zone") from None
    if wall.tzinfo is not None:
        raise ValueError("a time is written without an offset: the window's zone says where the clock hangs")
    return wall


def _clock(value: Any) -> time:
    if not isinstance(value, str) or not re.match(r"^([01]\d|2[0-3]):[0-5]\d$", value):
        raise ValueError('a time of day is written "02:00"')
    return time.fromisoformat(value)


def _day(value: Any) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError("a date is written 2026-01-31") from None


def _zone(value: Any) -> str:
    zones = available_timezones()
    if not isinstance(value, str) or value not in zones:
        raise NotOneOf("there is no such time zone; they are named like Europe/Berlin or UTC", value, zones)
    return ZoneInfo(value).key


def _setting(value: Any) -> Any:
    if not isinstance(value, str | int | float):
        raise ValueError("a setting is one word, one number, true or false")
    return value


def _text(shape: str, **more: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": shape, **more})


def _within(bounds: Bounds) -> WithJsonSchema:
    """No keyword of JSON schema compares durations: the bounds are a comment, which the documentation shows."""
    return _text(PATTERN, examples=["60s", "5m"], **{"$comment": str(bounds)})


Duration = Annotated[
    int, BeforeValidator(parse_duration), PlainSerializer(format_duration, return_type=str), _text(PATTERN, examples=["60s", "5m"])
]
"""Milliseconds, written `60s`, `5m`, `1h30m`."""

Interval = Annotated[Duration, AfterValidator(_INTERVAL), _within(_INTERVAL)]
"""`config.politeness` has the bound for hosts that are not one's own."""
Timeout = Annotated[Duration, AfterValidator(_TIMEOUT), _within(_TIMEOUT)]
LatencyLimit = Annotated[Duration, AfterValidator(_LATENCY), _within(_LATENCY)]
Reminder = Annotated[Duration, AfterValidator(_REMINDER), _within(_REMINDER)]

Share = Annotated[
    Decimal, BeforeValidator(_share), PlainSerializer(float), WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "maximum": 100})
]
"""Per cent, exact."""

Version = Annotated[Literal[1], BeforeValidator(_version)]
Setting = Annotated[Any, BeforeValidator(_setting), WithJsonSchema({"type": ["string", "number", "boolean"]})]
Slug = Annotated[str, StringConstraints(pattern=SLUG)]
SecretRef = Annotated[str, BeforeValidator(_reference), _text(REFERENCE, examples=["env:STRIPE_KEY"])]
WallTime = Annotated[
    datetime,
    BeforeValidator(_wall),
    _text(r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?$", examples=["2026-12-01T01:00"], **{"$comment": "wall time"}),
]
ClockTime = Annotated[time, BeforeValidator(_clock), _text(r"^([01]\d|2[0-3]):[0-5]\d$", examples=["02:00"], **{"$comment": "time of day"})]
Day = Annotated[date, BeforeValidator(_day), _text(r"^\d{4}-\d\d-\d\d$", **{"$comment": "date"})]
Zone = Annotated[
    str, BeforeValidator(_zone), WithJsonSchema({"type": "string", "examples": ["UTC", "Europe/Berlin"], "$comment": "time zone"})
]
Count = Annotated[int, Field(strict=True, ge=1, le=100)]
Flag = Annotated[bool, Field(strict=True)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""One line of plain text."""


class Model(BaseModel):
    """Unknown keys are refused, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)
