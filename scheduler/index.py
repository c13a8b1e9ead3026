"""A plan as the judge looks things up in it: lines, voices, upstreams, windows. Made once for each plan."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import Final

from core.line import HEARTBEAT, Key
from core.plan import IntegrationPlan, Plan, WindowRule

UNASKED: Final = frozenset({HEARTBEAT, "statuspage"})  # kinds that do not ask the vendor itself


class Index:
    """A plan as the judge looks things up in it; made once for each plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.lines: dict[int, tuple[Key, ...]] = {
            integration.id: tuple((check.id, place) for check in integration.checks for place in check.locations)
            for integration in plan.integrations.values()
        }

    def integration(self, check: int) -> IntegrationPlan:
        return self.plan.integrations[self.plan.checks[check].integration]

    def knows(self, key: Key) -> bool:
        check = self.plan.checks.get(key[0])
        return check is not None and key[1] in check.locations and check.integration in self.plan.integrations

    @cached_property
    def voices(self) -> dict[Key, str]:
        """The lines that ask a vendor and count, each with its provider."""
        return {
            (check.id, place): integration.provider
            for integration in self.plan.integrations.values()
            for check in integration.checks
            if check.counts and check.kind not in UNASKED
            for place in check.locations
        }

    @cached_property
    def voiced(self) -> dict[str, tuple[Key, ...]]:
        """Provider -> its lines among the voices."""
        found: dict[str, list[Key]] = defaultdict(list)
        for key, provider in self.voices.items():
            found[provider].append(key)
        return {provider: tuple(keys) for provider, keys in found.items()}

    @cached_property
    def upstreams(self) -> dict[str, frozenset[str]]:
        """Upstream -> the providers that declare it."""
        found: dict[str, set[str]] = defaultdict(set)
        for integration in self.plan.integrations.values():
            for upstream in integration.upstreams:
                found[upstream].add(integration.provider)
        return {upstream: frozenset(providers) for upstream, providers in found.items()}

    @cached_property
    def siblings(self) -> dict[str, tuple[int, ...]]:
        """Provider -> its integrations."""
        found: dict[str, list[int]] = defaultdict(list)
        for integration in self.plan.integrations.values():
            found[integration.provider].append(integration.id)
        return {provider: tuple(ids) for provider, ids in found.items()}

    def maintained(self, integration: int, at_ms: int) -> bool:
        return self._maintenance.covers(integration, at_ms)

    def silenced(self, integration: int, at_ms: int) -> bool:
        return self._silences.covers(integration, at_ms)

    @cached_property
    def _maintenance(self) -> _Windows:
        return _Windows(self.plan.maintenance)

    @cached_property
    def _silences(self) -> _Windows:
        return _Windows(self.plan.silences)


class _Windows:
    """Windows by integration, in order of their start: a yearful of weekly ones costs one bisection."""

    def __init__(self, rules: Iterable[WindowRule]) -> None:
        found: dict[int | None, list[tuple[int, int]]] = defaultdict(list)
        for rule in rules:
            for integration in (None,) if rule.integrations is None else rule.integrations:
                found[integration].append((rule.start_ms, rule.end_ms))
        self._by = {integration: _joined(windows) for integration, windows in found.items()}

    def covers(self, integration: int, at_ms: int) -> bool:
        return bool(self._by) and (_covers(self._by.get(integration), at_ms) or _covers(self._by.get(None), at_ms))


_Joined = tuple[list[int], list[int]]


def _joined(windows: list[tuple[int, int]]) -> _Joined:
    starts: list[int] = []
    ends: list[int] = []
    for start, end in sorted(windows):
        if ends and start <= ends[-1]:
            ends[-1] = max(ends[-1], end)
        elif end > start:
            starts.append(start)
            ends.append(end)
    return starts, ends


def _covers(windows: _Joined | None, at_ms: int) -> bool:
    if windows is None:
        return False
    place = bisect_right(windows[0], at_ms) - 1
    return place >= 0 and at_ms < windows[1][place]
