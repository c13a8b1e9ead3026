"""How often a host may be asked: a vendor's seldom enough to be a good guest, one's own as often as it is worth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from checks.provider import Provider
from checks.registry import filled, settings_of
from config.models import Defaults, Integration
from config.problems import Complaint
from core.declared import DeclaredCheck
from core.durations import format_duration

SHORTEST_MS: Final = {"interval": 10_000, "retry": 5_000}
"""Six questions a minute find an outage in half of one; every second is what vendors take for abuse."""


def too_often(integration: Integration, checks: Sequence[DeclaredCheck], defaults: Defaults) -> Iterator[Complaint]:
    """Times below what is polite, where somebody wrote them. `checks` are those that ask a vendor."""
    for check in checks:
        entry = integration.checks.get(check.slug)
        for key, shortest_ms in SHORTEST_MS.items():
            ms = getattr(entry, key, None)
            if ms is not None and ms < shortest_ms:
                yield Complaint(("checks", check.slug, key), _sentence(key, ms, shortest_ms))
    for key, shortest_ms in SHORTEST_MS.items():
        if (ms := getattr(defaults, key)) is not None and ms < shortest_ms and any(_leans(integration, check, key) for check in checks):
            yield Complaint((), f"{_sentence(key, ms, shortest_ms)}; it stands under defaults")


def vendors(
    integration: Integration, provider: Provider, settings: Mapping[str, Any], checks: Sequence[DeclaredCheck]
) -> list[DeclaredCheck]:
    """Those that ask a vendor's host: with `private_targets` the vendor's usual addresses alone, else all but a heartbeat."""
    asking = [check for check in checks if check.kind != "heartbeat"]
    if not integration.private_targets:
        return asking
    usual = _usual_hosts(provider, integration.settings)
    return [check for check in asking if not (hosts := _hosts(check, settings)) or hosts & usual]


def _usual_hosts(provider: Provider, given: Mapping[str, Any]) -> set[str]:
    """Where the vendor is asked, and where its page is, unless somebody says otherwise."""
    named = [spec.name for spec in provider.settings if spec.default is not None]
    usual = settings_of(provider, {name: value for name, value in given.items() if name not in named})
    page = provider.status_page.url if provider.status_page else ""
    return {_host(str(address)) for address in (*(usual.get(name, "") for name in named), page)} - {""}


def _hosts(check: DeclaredCheck, settings: Mapping[str, Any]) -> set[str]:
    """Whom a check asks, as far as the file says it; empty: the provider's own address."""
    where = {"status_page": ("status_url",)}.get(check.probe or "", ("base_url", "url"))
    written = [settings.get(name) for name in where] if check.probe else [check.params.get(name) for name in ("url", "host", "name")]
    return {_host(filled(text, settings) or text) for text in written if isinstance(text, str)} - {""}


def _host(address: str) -> str:
    """Of an address, or of a name alone."""
    try:
        return (urlsplit(address if "//" in address else f"//{address}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def _leans(integration: Integration, check: DeclaredCheck, key: str) -> bool:
    """Whether a check takes this time from the defaults."""
    by_itself = key == "interval" and check.interval_ms >= SHORTEST_MS[key]  # a certificate's hour
    return not by_itself and getattr(integration.checks.get(check.slug), key, None) is None


def _sentence(key: str, ms: int, shortest_ms: int) -> str:
    what = "interval" if key == "interval" else "retry time"
    return (
        f"the {what} of {format_duration(ms)} is too short for a vendor's host: {format_duration(shortest_ms)} or more fits"
        " (1s or more for a host of your own, with private_targets: true)"
    )
