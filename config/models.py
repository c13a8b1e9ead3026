"""What people declare in integrations.yaml: the models, and nothing of how the file is read."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from config.fields import (
    ClockTime,
    Count,
    Day,
    Flag,
    Interval,
    LatencyLimit,
    Line,
    Reminder,
    SecretRef,
    Setting,
    Share,
    Slug,
    Timeout,
    Version,
    WallTime,
    Zone,
)
from core.maintenance import Weekday
from core.plan import Criticality


class Model(BaseModel):
    """Unknown keys are refused, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Defaults(Model):
    """What a check does where it says nothing else."""

    interval: Interval = Field(default=60_000, description="Time between two runs of a check.")
    retry: Interval | None = Field(
        default=None, description="Time to the next run while a state is unsettled. Default: 20s, or the interval if shorter."
    )
    timeout: Timeout = Field(default=10_000, description="One deadline over everything a run does. At most the retry time.")
    fail_after: Count = Field(default=3, description="Failures in a row that open an incident.")
    recover_after: Count = Field(default=2, description="Successes in a row that close it.")
    slow_after: Count = Field(default=5, description="Slow answers in a row that open an incident.")
    unslow_after: Count = Field(default=3, description="Answers in time in a row that close it.")
    latency_limit: LatencyLimit | None = Field(default=None, description="An answer slower than this is `degraded`.")


class Check(BaseModel):
    """One check. Beside these keys stand those of its kind, or of the provider's own check of that name."""

    model_config = ConfigDict(extra="allow", frozen=True)

    kind: Slug | None = Field(
        default=None, description="How to ask: http, statuspage, tls, dns, tcp, heartbeat. Left out: the provider's check of that name."
    )
    title: Line | None = Field(default=None, description="What people call it.")
    enabled: Flag = Field(default=True, description="false: a check the provider brings is not run.")
    counts: Flag | None = Field(
        default=None, description="Whether it decides the integration's status. Default: yes; no for status pages and certificates."
    )
    interval: Interval | None = Field(default=None, description="Time between two runs.")
    retry: Interval | None = Field(default=None, description="Time to the next run while the state is unsettled.")
    timeout: Timeout | None = Field(default=None, description="One deadline over everything a run does.")
    fail_after: Count | None = Field(default=None, description="Failures in a row that open an incident.")
    recover_after: Count | None = Field(default=None, description="Successes in a row that close it.")
    slow_after: Count | None = Field(default=None, description="Slow answers in a row that open an incident.")
    unslow_after: Count | None = Field(default=None, description="Answers in time in a row that close it.")
    latency_limit: LatencyLimit | None = Field(default=None, description="An answer slower than this is `degraded`.")
    reuse: Flag = Field(default=False, description="Keep the connection between runs. It hides DNS, connect and TLS failures.")
    renamed_from: Slug | None = Field(default=None, description="The check's earlier name: its history goes on.")

    @property
    def own(self) -> dict[str, Any]:
        """The keys that belong to its kind or to the provider's check."""
        return dict(self.model_extra or {})


class Objective(Model):
    """What this company wants of the integration."""

    availability: Share | None = Field(default=None, description="Per cent of the time, under the `experience` policy.")
    latency: LatencyLimit | None = Field(default=None, description="Answers are to be faster than this.")
    latency_share: Share | None = Field(default=None, description="This share of them, in per cent.")


class Contract(Model):
    """What the vendor promised."""

    availability: Share = Field(description="Per cent of a calendar month, under the `contract` policy.")
    source: Line | None = Field(default=None, description="Where it is written.")
    read_at: Day | None = Field(default=None, description="When somebody read it there.")


class Integration(Model):
    """One use of a provider by this company."""

    slug: Slug = Field(description="Its name in addresses and history; it never changes (see `renamed_from`).")
    provider: Slug = Field(description="The provider's slug; `http` for a vendor without a file of its own.")
    name: Line | None = Field(default=None, description="What people call it. Default: the provider's name.")
    vendor: Line | None = Field(
        default=None, description="With provider `http`: who is behind it. Checks of one vendor are judged together."
    )
    category: Slug | None = Field(default=None, description="Where it stands on the wall. Default: the provider's category.")
    environment: Slug = Field(default="production", description="production, staging ...")
    owner: Line | None = Field(default=None, description="The team that is asked when it fails.")
    runbook: Line | None = Field(default=None, description="What to do when it fails: an address, or plain words.")
    criticality: Criticality = Field(default=Criticality.MEDIUM, description="high, medium or low: with the status it makes the severity.")
    tags: tuple[Slug, ...] = Field(default=(), description="For filters, maintenance and silences.")
    flows: tuple[Line, ...] = Field(default=(), description="What stops when it stops: business flows such as Checkout.")
    upstreams: tuple[Line, ...] = Field(default=(), description="What this vendor stands on itself, such as aws:us-east-1.")
    channels: tuple[Slug, ...] = Field(default=(), description="Where its alerts go. Default: alerting.channel.")
    objective: Objective | None = Field(default=None, description="What this company wants of it.")
    contract: Contract | None = Field(default=None, description="What the vendor promised.")
    secrets: dict[str, SecretRef] = Field(default_factory=dict, description="The provider's credentials, as references.")
    settings: dict[str, Setting] = Field(default_factory=dict, description="What the provider lets one set, such as base_url.")
    private_targets: Flag = Field(default=False, description="Allow addresses inside this network.")
    checks: dict[Slug, Check] = Field(default_factory=dict, description="Its checks by name; the provider's own are there already.")
    renamed_from: Slug | None = Field(default=None, description="Its earlier slug: the history goes on.")


class Channel(BaseModel):
    """One way out for alerts. Beside `kind` stand the keys of that kind."""

    model_config = ConfigDict(extra="allow", frozen=True)

    kind: Slug = Field(description="slack, slack_webhook, webhook, smtp.")

    @property
    def own(self) -> dict[str, Any]:
        """The keys that belong to its kind."""
        return dict(self.model_extra or {})


class Alerting(Model):
    """Where alerts go and how often they are repeated."""

    channel: Slug | None = Field(default=None, description="The channel of every integration that names none.")
    fallback: Slug | None = Field(default=None, description="Takes over when a channel keeps failing.")
    reminder: Reminder = Field(default=1_800_000, description="Time between reminders of an incident nobody is on.")


class Once(Model):
    """A window that happens once."""

    start: WallTime = Field(description="Wall time in the window's zone.")
    end: WallTime = Field(description="Wall time in the window's zone.")


class Weekly(Model):
    """A window that returns every week; an end at or before the start is on the next day."""

    day: Weekday = Field(description="The day it starts.")
    start: ClockTime = Field(description="Wall time in the window's zone.")
    end: ClockTime = Field(description="Wall time in the window's zone.")


class Window(Model):
    """A stretch of planned time, for some integrations or for all of them."""

    name: Line | None = Field(default=None, description="What it is for.")
    once: Once | None = Field(default=None, description="One stretch.")
    weekly: Weekly | None = Field(default=None, description="A stretch of every week.")
    zone: Zone = Field(default="UTC", description="The zone its times are read in.")
    integrations: tuple[Slug, ...] = Field(default=(), description="Their slugs. Neither these nor tags: every integration.")
    tags: tuple[Slug, ...] = Field(default=(), description="Every integration with one of these tags.")


class Config(Model):
    """The whole of integrations.yaml."""

    version: Version = Field(description="The form of this file.")
    defaults: Defaults = Field(default=Defaults(), description="For every check that says nothing else.")
    channels: dict[Slug, Channel] = Field(default_factory=dict, description="Ways out for alerts, by name.")
    alerting: Alerting = Field(default=Alerting(), description="Where alerts go.")
    integrations: tuple[Integration, ...] = Field(default=(), description="Everything that is watched.")
    maintenance: tuple[Window, ...] = Field(default=(), description="Planned work: outside every figure.")
    silences: tuple[Window, ...] = Field(default=(), description="No alerts meanwhile; measuring goes on.")
