"""Stretches of planned time as they are declared: maintenance and silences."""

from __future__ import annotations

from pydantic import Field

from config.fields import ClockTime, Line, Model, Slug, WallTime, Zone
from core.maintenance import Weekday


class Once(Model):
    """A window that happens once."""

    start: WallTime = Field(description="Wall time in the window's zone.", examples=["2026-12-01T01:00"])
    end: WallTime = Field(description="Wall time in the window's zone.", examples=["2026-12-01T03:00"])


class Weekly(Model):
    """A window that returns every week; an end at or before the start is on the next day."""

    day: Weekday = Field(description="The day it starts.", examples=["sunday"])
    start: ClockTime = Field(description="Wall time in the window's zone.", examples=["02:00"])
    end: ClockTime = Field(description="Wall time in the window's zone.", examples=["04:00"])


class Window(Model):
    """A stretch of planned time, for some integrations or for all of them."""

    name: Line | None = Field(default=None, description="What it is for.", examples=["Database move"])
    once: Once | None = Field(default=None, description="One stretch.", examples=[{"start": "2026-12-01T01:00", "end": "2026-12-01T03:00"}])
    weekly: Weekly | None = Field(
        default=None, description="A stretch of every week.", examples=[{"day": "sunday", "start": "02:00", "end": "04:00"}]
    )
    zone: Zone = Field(default="UTC", description="The zone its times are read in.", examples=["Europe/Berlin"])
    integrations: tuple[Slug, ...] = Field(
        default=(), max_length=2000, description="Their slugs. Neither these nor tags: every integration.", examples=[["stripe"]]
    )
    tags: tuple[Slug, ...] = Field(default=(), max_length=100, description="Every integration with one of these tags.", examples=[["eu"]])
