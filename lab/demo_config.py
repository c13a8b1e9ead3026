"""The demo's integrations.yaml and environment, written for a running lab."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import yaml

from core.escape import slug_of
from lab import cast
from lab.cast import PARTS, Part
from lab.sockets import HOST
from lab.vendor import Vendor
from lab.world import Lab

OWN: Final = frozenset(
    ("stripe", "paypal", "auth0", "sendgrid", "aws_s3", "cloudflare", "sentry", "hubspot", "slack", "twilio")
)  # vendors whose own checks the product brings; the others are asked by plain checks
CHECKS: Final = cast.checks()
WEEKLY: Final = {"day": "sunday", "start": "02:00", "end": "04:00"}
ZONE: Final = "Europe/Berlin"
WORK_BEGAN: Final = timedelta(minutes=12)
WORK_LASTS: Final = timedelta(minutes=60)
HEAD: Final = "# The demo's integrations: written anew at every start, for the fault lab's addresses.\n"


@dataclass(frozen=True, slots=True)
class Demo:
    """The file's text, and what the product's environment needs beside it: addresses of the lab and invented keys."""

    text: str
    env: dict[str, str]


def demo(lab: Lab, *, now: datetime) -> Demo:
    """`now` is when the demo starts: a planned window of one integration lies around it."""
    config = {
        "version": 1,
        "defaults": {"interval": "30s", "retry": "10s", "timeout": "5s"},
        "channels": _channels(lab),
        "alerting": {"channel": "ops", "fallback": "backup", "reminder": "5m"},
        "integrations": [_integration(lab, part) for part in PARTS],
        "maintenance": _maintenance(now),
    }
    text = yaml.safe_dump(config, sort_keys=False, allow_unicode=True, width=140, default_flow_style=None)
    return Demo(HEAD + text, {**_environment(lab), **dict(_keys(lab))})


def provider_of(part: Part) -> str:
    """Under which name the product judges its vendor together with its other integrations."""
    return part.vendor if part.vendor in OWN else slug_of(part.name)


def _channels(lab: Lab) -> dict[str, Any]:
    return {
        "ops": {"kind": "slack", "token": "env:LAB_SLACK_TOKEN", "channel": "#ops"},
        "backup": {"kind": "webhook", "url": lab.hook_url, "secret": "env:LAB_HOOK_SECRET", "private_targets": True},
        "mail": {"kind": "smtp", "to": ["platform@shop.example"], "from": "health@shop.example"},
    }


def _maintenance(now: datetime) -> list[dict[str, Any]]:
    start = (now - WORK_BEGAN).astimezone(UTC).replace(second=0, microsecond=0, tzinfo=None)
    once = {"start": start.isoformat(timespec="minutes"), "end": (start + WORK_LASTS).isoformat(timespec="minutes")}
    return [
        {"name": "HubSpot moves our portal", "once": once, "zone": "UTC", "integrations": ["hubspot"]},
        {"name": "Weekly database work", "weekly": WEEKLY, "zone": ZONE, "integrations": ["orders", "sessions"]},
    ]


def _integration(lab: Lab, part: Part) -> dict[str, Any]:
    vendor = None if part.vendor is None else lab.vendors[part.vendor]
    known = vendor is not None and vendor.slug in OWN
    told: dict[str, Any] = {
        "slug": part.slug,
        "provider": vendor.slug if vendor is not None and known else "http",
        "name": part.name,
        "vendor": None if known else part.name,
        "category": part.category,
        "environment": None if part.environment == "production" else part.environment,
        "owner": part.owner,
        "runbook": part.runbook,
        "criticality": part.criticality,
        "tags": list(part.tags),
        "flows": list(part.flows),
        "upstreams": list(part.upstreams),
        "objective": _objective(part),
        "contract": _contract(part),
        "secrets": {} if vendor is None else {name: f"env:{_variable(part, name)}" for name in vendor.secrets},
        "settings": {} if vendor is None else _settings(lab, part, vendor),
        "private_targets": None if vendor is None else True,
        "checks": _checks(lab, part, vendor),
    }
    return {key: value for key, value in told.items() if value not in (None, "", [], {})}


def _objective(part: Part) -> dict[str, Any]:
    told: dict[str, Any] = {} if part.availability is None else {"availability": float(part.availability)}
    return told if part.latency_ms is None else {**told, "latency": f"{part.latency_ms}ms", "latency_share": 95}


def _contract(part: Part) -> dict[str, Any]:
    if part.contract is None:
        return {}
    promise = {"availability": float(part.contract), "source": part.source, "read_at": "2026-10-12"}
    return {key: value for key, value in promise.items() if value}


def _settings(lab: Lab, part: Part, vendor: Vendor) -> dict[str, str]:
    """Where the lab plays this vendor. Only what the provider of that name knows."""
    if vendor.slug not in OWN:
        return {} if part.keyed else {"url": lab.url(vendor.slug) + vendor.path}
    page = {"status_url": lab.status_url(vendor.slug)} if part.page is not None and vendor.slug != "paypal" else {}
    return {"base_url": lab.url(vendor.slug), **page, **vendor.settings}


def _checks(lab: Lab, part: Part, vendor: Vendor | None) -> dict[str, Any]:
    if vendor is None:
        return {cast.HEARTBEAT: {"kind": "heartbeat", "every": "5m", "grace": "2m"}}
    found = {part.check: _counting(lab, part, vendor)}
    if vendor.slug in OWN:
        found["reachability"] = {"enabled": False}  # the keyed check says more
    if part.page is not None:
        found["status_page"] = _page(lab, part, vendor)
    if (part.slug, "certificate") == cast.CERTIFICATE:
        found["certificate"] = {"kind": "tls", "host": HOST, "port": lab.port(vendor.slug), "title": "Certificate", "interval": "5m"}
    return found


def _counting(lab: Lab, part: Part, vendor: Vendor) -> dict[str, Any]:
    limit = {} if part.limit_ms is None else {"latency_limit": f"{part.limit_ms}ms"}
    if vendor.slug in OWN:
        return limit
    if vendor.answer is None:
        return {"kind": "tcp", "host": HOST, "port": lab.port(vendor.slug), "title": "Port", **limit}
    if not part.keyed:
        return {"expect": {"status": 200}, **limit}
    auth = {name: value for name, value in vendor.auth.items() if not (name == "scheme" and value == "Bearer")}
    return {"kind": "http", "url": lab.url(vendor.slug) + vendor.path, "auth": auth, "title": "API", **limit}


def _page(lab: Lab, part: Part, vendor: Vendor) -> dict[str, Any]:
    """PayPal's real page is a feed nobody here reads yet; in the lab it speaks Statuspage too."""
    told: dict[str, Any] = {"components": list(part.page or ()), "interval": "30s"}
    if vendor.slug == "paypal":
        return {"kind": "statuspage", "url": lab.status_url(vendor.slug), "title": "Status page", **told}
    return told


def _variable(part: Part, secret: str) -> str:
    return f"DEMO_{part.slug}_{secret}".upper()


def _keys(lab: Lab) -> Iterator[tuple[str, str]]:
    for part in PARTS:
        if part.vendor is not None:
            for name, value in lab.vendors[part.vendor].secrets.items():
                yield _variable(part, name), value


def _environment(lab: Lab) -> dict[str, str]:
    return {
        "DEMO": "true",
        "SLACK_BASE_URL": lab.slack_api,
        "EXTRA_CA_FILE": os.fspath(lab.ca_file),
        "CANARIES": " ".join(lab.canaries),
        "SMTP_URL": lab.mail.url,
        "TIMEZONE": ZONE,
        "LAB_SLACK_TOKEN": lab.slack.token,
        "LAB_SLACK_WEBHOOK": lab.slack_hook,
        "LAB_HOOK_SECRET": lab.hook.secret,
    }
