"""How often a host may be asked: a vendor's seldom enough to be a good guest, one's own as often as it is worth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from config.models import Defaults, Integration
from config.problems import Complaint
from core.declared import DeclaredCheck
from core.durations import format_duration

SHORTEST_MS: Final = {"interval": 10_000, "retry": 5_000}
"""Six questions a minute find an outage in half of one; every second is what vendors take for abuse."""


def too_often(integration: Integration, checks: Sequence[DeclaredCheck], defaults: Defaults) -> Iterator[Complaint]:
    """Times below what is polite, where somebody wrote them. `private_targets` says that the host is one's own."""
    if integration.private_targets:
        return
    for check in (check for check in checks if check.kind != "heartbeat"):
        entry = integration.checks.get(check.slug)
        for key, shortest_ms in SHORTEST_MS.items():
            ms = getattr(entry, key, None)
            if ms is not None and ms < shortest_ms:
                yield Complaint(("checks", check.slug, key), _sentence(key, ms, shortest_ms))
    for key, shortest_ms in SHORTEST_MS.items():
        if (ms := getattr(defaults, key)) is not None and ms < shortest_ms and any(_leans(integration, check, key) for check in checks):
            yield Complaint((), f"{_sentence(key, ms, shortest_ms)}; it stands under defaults")


def _leans(integration: Integration, check: DeclaredCheck, key: str) -> bool:
    """Whether a check takes this time from the defaults."""
    by_itself = key == "interval" and check.interval_ms >= SHORTEST_MS[key]  # a certificate's hour
    return check.kind != "heartbeat" and not by_itself and getattr(integration.checks.get(check.slug), key, None) is None


def _sentence(key: str, ms: int, shortest_ms: int) -> str:
    what = "interval" if key == "interval" else "retry time"
    return (
        f"the {what} of {format_duration(ms)} is too short for a vendor's host: {format_duration(shortest_ms)} or more fits"
        " (1s or more for a host of your own, with private_targets: true)"
    )
