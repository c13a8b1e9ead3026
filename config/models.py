"""What people declare in integrations.yaml: the models, and nothing of how the file is read."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from config.fields import (
    Count,
    Day,
    Flag,
    Interval,
    LatencyLimit,
    Line,
    Model,
    Reminder,
    SecretRef,
    Setting,
    Share,
    Slug,
    Timeout,
    Version,
)
from config.windows import Window
from core.plan import Criticality


class Defaults(Model):
    """What a check does where it says nothing else."""

    interval: Interval = Field(default=60_000, description="Time between two runs of a check.", examples=["60s"])
    retry: Interval | None = Field(
        default=None,
        description="Time to the next run while a state is unsettled. Default: 20s, or the interval if shorter.",
        examples=["20s"],
    )
    timeout: Timeout = Field(
        default=10_000, description="One deadline over everything a run does. At most the retry time.", examples=["10s"]
    )
    fail_after: Count = Field(default=3, description="Failures in a row that open an incident.", examples=[3])
    recover_after: Count = Field(default=2, description="Successes in a row that close it.", examples=[2])
    slow_after: Count = Field(default=5, description="Slow answers in a row that open an incident.", examples=[5])
    unslow_after: Count = Field(default=3, description="Answers in time in a row that close it.", examples=[3])
    latency_limit: LatencyLimit | None = Field(default=None, description="An answer slower than this is `degraded`.", examples=["800ms"])


class Check(BaseModel):
    """One check. Beside these keys stand those of its kind, or of the provider's own check of that name."""

    model_config = ConfigDict(extra="allow", frozen=True)

    kind: Slug | None = Field(
        default=None,
        description="How to ask: http, statuspage, tls, dns, tcp, heartbeat. Default: as the provider's check of this name.",
        examples=["http"],
    )
    title: Line | None = Field(default=None, description="What people call it.", examples=["Nightly export"])
    enabled: Flag = Field(default=True, description="false: a check the provider brings is not run.", examples=[False])
    counts: Flag | None = Field(
        default=None,
        description="Whether it decides the integration's status. Default: yes; no for status pages and certificates.",
        examples=[False],
    )
    interval: Interval | None = Field(
        default=None,
        description="Time between two runs. Default: that of the provider's check, else of defaults; 1h for tls.",
        examples=["5m"],
    )
    retry: Interval | None = Field(
        default=None, description="Time to the next run while the state is unsettled. Default: that of defaults.", examples=["20s"]
    )
    timeout: Timeout | None = Field(
        default=None,
        description="One deadline over everything a run does. At most the retry time. Default: that of defaults.",
        examples=["10s"],
    )
    fail_after: Count | None = Field(
        default=None, description="Failures in a row that open an incident. Default: that of defaults; 1 for heartbeats.", examples=[3]
    )
    recover_after: Count | None = Field(
        default=None, description="Successes in a row that close it. Default: that of defaults; 1 for heartbeats.", examples=[2]
    )
    slow_after: Count | None = Field(
        default=None, description="Slow answers in a row that open an incident. Default: that of defaults.", examples=[5]
    )
    unslow_after: Count | None = Field(
        default=None, description="Answers in time in a row that close it. Default: that of defaults.", examples=[3]
    )
    latency_limit: LatencyLimit | None = Field(
        default=None,
        description="An answer slower than this is `degraded`. Default: that of defaults, where the check counts.",
        examples=["800ms"],
    )
    reuse: Flag = Field(
        default=False, description="Keep the connection between runs. It hides DNS, connect and TLS failures.", examples=[True]
    )
    renamed_from: Slug | None = Field(default=None, description="The check's earlier name: its history goes on.", examples=["export"])

    @property
    def own(self) -> dict[str, Any]:
        """The keys that belong to its kind or to the provider's check."""
        return dict(self.model_extra or {})


class Objective(Model):
    """What this company wants of the integration."""

    availability: Share | None = Field(default=None, description="Per cent of the time, under the `experience` policy.", examples=[99.9])
    latency: LatencyLimit | None = Field(default=None, description="Answers are to be faster than this.", examples=["800ms"])
    latency_share: Share | None = Field(default=None, description="This share of them, in per cent.", examples=[95])


class Contract(Model):
    """What the vendor promised."""

    availability: Share = Field(description="Per cent of a calendar month, under the `contract` policy.", examples=[99.99])
    source: Line | None = Field(default=None, description="Where it is written.", examples=["https://example.com/sla"])
    read_at: Day | None = Field(default=None, description="When somebody read it there.", examples=["2026-01-31"])


class Integration(Model):
    """One use of a provider by this company."""

    slug: Slug = Field(description="Its name in addresses and history; it never changes (see `renamed_from`).", examples=["stripe"])
    provider: Slug = Field(description="The provider's slug; `http` for a vendor without a file of its own.", examples=["stripe"])
    name: Line | None = Field(default=None, description="What people call it. Default: the provider's name.", examples=["Stripe (EU)"])
    vendor: Line | None = Field(
        default=None, description="With provider `http`: who is behind it. Checks of one vendor are judged together.", examples=["GitHub"]
    )
    category: Slug | None = Field(
        default=None, description="Where it stands on the wall. Default: the provider's category.", examples=["payments"]
    )
    environment: Slug = Field(default="production", description="production, staging ...", examples=["staging"])
    owner: Line | None = Field(default=None, description="The team that is asked when it fails.", examples=["payments"])
    runbook: Line | None = Field(
        default=None, description="What to do when it fails: an address, or plain words.", examples=["https://wiki.example.com/stripe"]
    )
    criticality: Criticality = Field(
        default=Criticality.MEDIUM, description="high, medium or low: with the status it makes the severity.", examples=["high"]
    )
    tags: tuple[Slug, ...] = Field(
        default=(), max_length=100, description="For filters, maintenance and silences.", examples=[["eu", "shop"]]
    )
    flows: tuple[Line, ...] = Field(
        default=(), max_length=100, description="What stops when it stops: business flows such as Checkout.", examples=[["Checkout"]]
    )
    upstreams: tuple[Line, ...] = Field(
        default=(), max_length=100, description="What this vendor stands on itself, such as aws:us-east-1.", examples=[["aws:us-east-1"]]
    )
    channels: tuple[Slug, ...] = Field(
        default=(), max_length=100, description="Where its alerts go. Default: alerting.channel.", examples=[["ops"]]
    )
    objective: Objective | None = Field(default=None, description="What this company wants of it.", examples=[{"availability": 99.9}])
    contract: Contract | None = Field(default=None, description="What the vendor promised.", examples=[{"availability": 99.9}])
    secrets: dict[str, SecretRef] = Field(
        default_factory=dict, description="The provider's credentials, as references.", examples=[{"secret_key": "env:STRIPE_KEY"}]
    )
    settings: dict[str, Setting] = Field(
        default_factory=dict,
        description="What the provider lets one set, such as base_url.",
        examples=[{"base_url": "https://api.stripe.com"}],
    )
    private_targets: Flag = Field(
        default=False, description="Allow addresses inside this network, asked as often as every second.", examples=[True]
    )
    checks: dict[Slug, Check] = Field(
        default_factory=dict,
        description="Its checks by name; the provider's own are there already.",
        examples=[{"api": {"interval": "5m"}}],
    )
    renamed_from: Slug | None = Field(default=None, description="Its earlier slug: the history goes on.", examples=["cards"])


class Channel(BaseModel):
    """One way out for alerts. Beside `kind` stand the keys of that kind."""

    model_config = ConfigDict(extra="allow", frozen=True)

    kind: Slug = Field(description="slack, slack_webhook, webhook, smtp.", examples=["slack"])

    @property
    def own(self) -> dict[str, Any]:
        """The keys that belong to its kind."""
        return dict(self.model_extra or {})


class Alerting(Model):
    """Where alerts go and how often they are repeated."""

    channel: Slug | None = Field(default=None, description="The channel of every integration that names none.", examples=["ops"])
    fallback: Slug | None = Field(default=None, description="Takes over when a channel keeps failing.", examples=["mail"])
    reminder: Reminder = Field(default=1_800_000, description="Time between reminders of an incident nobody is on.", examples=["30m"])


class Config(Model):
    """The whole of integrations.yaml."""

    version: Version = Field(description="The form of this file.", examples=[1])
    defaults: Defaults = Field(default=Defaults(), description="For every check that says nothing else.", examples=[{"interval": "2m"}])
    channels: dict[Slug, Channel] = Field(
        default_factory=dict,
        description="Ways out for alerts, by name.",
        examples=[{"ops": {"kind": "slack", "token": "env:SLACK_BOT_TOKEN", "channel": "#ops"}}],
    )
    alerting: Alerting = Field(default=Alerting(), description="Where alerts go.", examples=[{"channel": "ops"}])
    integrations: tuple[Integration, ...] = Field(
        default=(), description="Everything that is watched.", examples=[[{"slug": "stripe", "provider": "stripe"}]]
    )
    maintenance: tuple[Window, ...] = Field(
        default=(),
        description="Planned work: outside every figure.",
        examples=[[{"weekly": {"day": "sunday", "start": "02:00", "end": "04:00"}}]],
    )
    silences: tuple[Window, ...] = Field(
        default=(),
        description="No alerts meanwhile; measuring goes on.",
        examples=[[{"weekly": {"day": "sunday", "start": "02:00", "end": "04:00"}, "tags": ["eu"]}]],
    )
