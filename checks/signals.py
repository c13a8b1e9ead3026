"""What an answer carries beside its meaning: headroom, when to come back, when a credential ends, what will be switched off."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

import httpx

from checks.foreign import dig, later, parse_count, parse_instant, plain
from core.health import Deprecation, Quota

LONGEST_WAIT_S: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class QuotaHeaders:
    """Where a vendor states its headroom.

    `form="plain"`: one number a header, `reset` in epoch seconds or, with `reset_is="delta"`, seconds from now.
    `form="structured"`: `"default";r=1180;t=250` in `remaining` and `"burst";q=1200;w=300` in `limit`, as the IETF draft
    ratelimit-headers has it.
    """

    remaining: str
    limit: str | None = None
    reset: str | None = None
    reset_is: Literal["epoch", "delta"] = "epoch"
    form: Literal["plain", "structured"] = "plain"


def quota_in(response: httpx.Response, headers: Sequence[QuotaHeaders], now: datetime | None) -> Quota | None:
    """The tightest headroom stated."""
    found = [quota for fact in headers if (quota := _quota(response, fact, _reference(response, now)))]
    return min(found, key=_share_left, default=None)


def retry_after_in(response: httpx.Response, quota: Quota | None, now: datetime | None) -> float | None:
    """Seconds to wait (RFC 9110 Retry-After in either form, else the reset of `quota`), at most a day."""
    text, reference = response.headers.get("retry-after", "").strip(), _reference(response, now)
    if re.fullmatch(r"\d{1,9}(\.\d{1,6})?", text, re.ASCII):
        return min(float(text), LONGEST_WAIT_S)
    until = parse_instant(text) or (quota.resets_at if quota else None)
    return min(max((until - reference).total_seconds(), 0.0), LONGEST_WAIT_S) if until and reference else None


def expiry_in(tree: Any, path: str | None) -> datetime | None:
    """When the credential ends, where the body says so."""
    return parse_instant(next(dig(tree, path), None)) if path else None


def deprecation_in(response: httpx.Response, notices: Sequence[str]) -> Deprecation | None:
    """RFC 9745 Deprecation, RFC 8594 Sunset and the vendor's own notice headers."""
    headers = response.headers
    notice = next((plain(headers[name]) for name in notices if headers.get(name, "").strip()), "")
    sunset = parse_instant(headers.get("sunset"))
    if not notice and sunset is None and headers.get("deprecation", "false").lower() in ("false", ""):
        return None
    return Deprecation(notice or "The vendor calls what we use deprecated.", sunset, _sunset_link(headers.get("link", "")))


def _sunset_link(links: str) -> str | None:
    found = re.search(r'<(https://[^>\s]{1,500})>[^,]{0,200}rel="?(?:sunset|deprecation)', links[:4_000])
    return found.group(1) if found else None


def _quota(response: httpx.Response, fact: QuotaHeaders, reference: datetime | None) -> Quota | None:
    if fact.form == "structured":
        return _structured(response, fact, reference)
    remaining = parse_count(response.headers.get(fact.remaining))
    if remaining is None:
        return None
    reset = response.headers.get(fact.reset) if fact.reset else None
    return Quota(remaining, _header_count(response, fact.limit), _reset(reset, fact, reference))


def _structured(response: httpx.Response, fact: QuotaHeaders, reference: datetime | None) -> Quota | None:
    left = _parameters(response.headers.get(fact.remaining, ""))
    policy = _parameters(response.headers.get(fact.limit, "")) if fact.limit else {}
    if "r" not in left:
        return None
    resets_at = later(reference, left["t"]) if reference and "t" in left else None
    return Quota(left["r"], policy.get("q"), resets_at)


def _parameters(text: str) -> dict[str, int]:
    return {name: int(value) for name, value in re.findall(r";\s*([a-z]+)=(\d{1,15})", text[:500])}


def _reset(text: str | None, fact: QuotaHeaders, reference: datetime | None) -> datetime | None:
    if text is None or fact.reset_is == "epoch":
        return parse_instant(text)
    seconds = parse_count(text)
    return later(reference, seconds) if reference and seconds is not None else None


def _header_count(response: httpx.Response, name: str | None) -> int | None:
    return parse_count(response.headers.get(name)) if name else None


def _reference(response: httpx.Response, now: datetime | None) -> datetime | None:
    return now or parse_instant(response.headers.get("date"))


def _share_left(quota: Quota) -> float:
    return quota.remaining / quota.limit if quota.limit else float(quota.remaining)
