"""How the other providers fare in the same minutes: counted among those that were asked in the window, never among all.

Kept by provider and as results come in, so that a verdict costs the same with ten thousand checks failing as with ten.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from core.grouping import Tally
from core.health import NETWORK_CAUSES, STATUS_OF, Cause, ProbeResult, Status
from core.line import Key, Line
from core.plan import CheckPlan, IntegrationPlan
from core.rules import PATH_CAUSES, UPSTREAM_CAUSES
from core.voices import Crowd, Round, Upstream
from scheduler.memory import Ailment, Memory

# Each row of the verdict has its own causes. A cause carries the bits of all that name it: enums hash slowly, and a
# mass failure looks at every provider with every failing result.
# What was taken for our own network's fault was a network failure when it was seen.
LOST, PATH, SERVER, UPSTREAM, FAILED = 1, 2, 4, 8, 16
_CAUSES: Final[tuple[tuple[int, frozenset[Cause]], ...]] = (
    (LOST, NETWORK_CAUSES | {Cause.OBSERVER}),
    (PATH, PATH_CAUSES),
    (SERVER, frozenset({Cause.SERVER_ERROR})),
    (UPSTREAM, UPSTREAM_CAUSES),
    (FAILED, frozenset(cause for cause in Cause if STATUS_OF[cause] in (Status.DOWN, Status.DEGRADED))),
)
_BITS: Final = {cause: sum(bit for bit, causes in _CAUSES if cause in causes) for cause in Cause}


def count(memory: Memory, key: Key, result: ProbeResult, before: Cause | None) -> None:
    """Take note of a result of a check that counts; `before` is the cause of the line's result before it."""
    provider = memory.index.voices.get(key)
    if provider is None:
        return
    memory.asked[provider] = max(result.edge_ms, memory.asked.get(provider, 0))
    if before is None and result.cause is None:
        return
    known = memory.ailing.get(provider, {})
    line = memory.lines[key]
    if result.cause is not None and (before is result.cause or result.cause not in known) and before in (None, result.cause):
        memory.ailing[provider] = {**known, result.cause: _join(known.get(result.cause), _ailment(line, result.cause, result.edge_ms))}
    else:
        _recount(memory, provider)


def recount(memory: Memory) -> None:
    """From the newest results alone: after a restart, or with another plan."""
    memory.asked.clear()
    memory.ailing.clear()
    for provider, keys in memory.index.voiced.items():
        asked = [memory.newest[key].edge_ms for key in keys if key in memory.newest]
        if asked:
            memory.asked[provider] = max(asked)
            _recount(memory, provider)


def _recount(memory: Memory, provider: str) -> None:
    found: dict[Cause, Ailment] = {}
    for key in memory.index.voiced[provider]:
        result = memory.newest.get(key)
        if result is not None and result.cause is not None:
            found[result.cause] = _join(found.get(result.cause), _ailment(memory.lines[key], result.cause, result.edge_ms))
    if found:
        memory.ailing[provider] = found
    else:
        memory.ailing.pop(provider, None)


def _ailment(line: Line, cause: Cause, at_ms: int) -> Ailment:
    return _BITS[cause], at_ms, at_ms if line.failing_ms is None else line.failing_ms


def _join(one: Ailment | None, other: Ailment) -> Ailment:
    return other if one is None else (one[0], max(one[1], other[1]), min(one[2], other[2]))


@dataclass(frozen=True, slots=True)
class _Minutes:
    """The providers asked in the two intervals before a failing result, and what those of them that are not well suffer from."""

    since_ms: int
    asked: Mapping[str, int]
    ailing: Mapping[str, Mapping[Cause, Ailment]]

    def first(self, bit: int, default_ms: int) -> int:
        """Where the first of these failures began, within the window."""
        begun = (since for found in self.ailing.values() for bits, at, since in found.values() if bits & bit and at >= self.since_ms)
        return max(self.since_ms, min(begun, default=default_ms))

    def failing(self, bit: int, since_ms: int) -> set[str]:
        found = self.ailing.items()
        return {who for who, ills in found for bits, at, _ in ills.values() if bits & bit and at >= since_ms}

    def tally(self, bit: int, since_ms: int) -> Tally:
        return Tally(len(self.failing(bit, since_ms)), sum(at >= since_ms for at in self.asked.values()))


def crowd(memory: Memory, key: Key, result: ProbeResult, round_: Round | None) -> Crowd:
    """What is known of the others at the instant of a failing result of `key`, which counts among them."""
    check, integration = memory.check(key), memory.index.integration(key[0])
    at = result.edge_ms
    minutes = _minutes(memory, key, result, at - 2 * check.interval_ms, round_)
    since_good = max(minutes.since_ms, memory.last_good_ms or 0)
    if round_ is not None and round_.silent and round_.heard:  # who answered before this failure says nothing of our network now
        since_good = max(since_good, min(at, round_.begun_ms))
    return Crowd(
        network=minutes.tally(LOST, since_good),
        path=minutes.tally(PATH, minutes.first(PATH, at)),
        server=minutes.tally(SERVER, minutes.first(SERVER, at)),
        others=_others(minutes, integration.provider),
        upstream=_upstream(memory, minutes, integration, at),
    )


def _minutes(memory: Memory, key: Key, result: ProbeResult, since_ms: int, round_: Round | None) -> _Minutes:
    """With the failing check itself, where it does not count, and with what was heard beside a silent canary round."""
    provider = memory.index.integration(key[0]).provider
    asked, ailing = memory.asked, memory.ailing
    if key not in memory.index.voices and result.cause is not None:
        own = _join(ailing.get(provider, {}).get(result.cause), _ailment(memory.lines[key], result.cause, result.edge_ms))
        asked = {**asked, provider: max(result.edge_ms, asked.get(provider, 0))}
        ailing = {**ailing, provider: {**ailing.get(provider, {}), result.cause: own}}
    heard = {who: cause for who, cause in round_.heard if who != provider} if round_ else {}
    if round_ and heard:
        at = round_.begun_ms
        asked = {**asked, **dict.fromkeys(heard, at)}
        ailing = {who: ills for who, ills in ailing.items() if who not in heard}
        ailing |= {who: {cause: (_BITS[cause], at, at)} for who, cause in heard.items() if cause is not None}
    return _Minutes(since_ms, asked, ailing)


def _others(minutes: _Minutes, provider: str) -> Tally:
    failing = minutes.failing(FAILED, minutes.since_ms) - {provider}
    return Tally(len(failing), sum(at >= minutes.since_ms for who, at in minutes.asked.items() if who != provider))


def _upstream(memory: Memory, minutes: _Minutes, integration: IntegrationPlan, at_ms: int) -> Upstream | None:
    """The declared upstream most of whose providers fail; counted against all that declare it and are watched."""
    found = [_standing_on(memory, minutes, name, integration.provider, at_ms) for name in integration.upstreams]
    return max(found, key=lambda one: (one.tally.half, one.tally.failing, -one.tally.asked), default=None)


def _standing_on(memory: Memory, minutes: _Minutes, upstream: str, provider: str, at_ms: int) -> Upstream:
    declaring = (memory.index.upstreams.get(upstream, frozenset()) & memory.index.voiced.keys()) | {provider}
    on_it = _Minutes(minutes.since_ms, {}, {who: ills for who, ills in minutes.ailing.items() if who in declaring})
    failing = on_it.failing(UPSTREAM, on_it.first(UPSTREAM, at_ms))
    return Upstream(upstream, Tally(len(failing), len(declaring)))


def unrelated_keys(memory: Memory, check: CheckPlan, at_ms: int, within_ms: int) -> int:
    """How many unrelated keys of this vendor were refused lately, that of `check` included."""
    own = memory.index.integration(check.id)
    refused = [_keys(own)]
    for ident in memory.index.siblings.get(own.provider, ()):
        other = memory.plan.integrations[ident]
        keys = _keys(other)
        if ident != own.id and _refused(memory, ident, at_ms - within_ms) and all(not keys & known for known in refused):
            refused.append(keys)
    return len(refused)


def _keys(integration: IntegrationPlan) -> frozenset[str]:
    return frozenset(integration.keys or (f"integration {integration.id}",))


def _refused(memory: Memory, integration: int, since_ms: int) -> bool:
    results: Iterable[ProbeResult | None] = (memory.newest.get(key) for key in memory.index.lines[integration])
    return any(result is not None and result.cause is Cause.AUTH and result.edge_ms >= since_ms for result in results)
