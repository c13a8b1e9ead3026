"""How the other providers fare in the same minutes: counted among those that were asked in the window, never among all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from core.grouping import Tally
from core.health import NETWORK_CAUSES, STATUS_OF, Cause, Status
from core.line import Key
from core.plan import CheckPlan, IntegrationPlan
from core.rules import PATH_CAUSES, UPSTREAM_CAUSES
from core.voices import Crowd, Round, Upstream
from scheduler.memory import Memory

# What was taken for our own network's fault was a network failure when it was seen.
LOST_CAUSES: Final = NETWORK_CAUSES | {Cause.OBSERVER}
SERVER_CAUSES: Final = frozenset({Cause.SERVER_ERROR})
_FAILED: Final = frozenset({Status.DOWN, Status.DEGRADED})


@dataclass(frozen=True, slots=True)
class Word:
    """The newest result of one line, or of a provider asked beside a silent canary round."""

    provider: str
    at_ms: int
    cause: Cause | None
    since_ms: int  # where its present kind of failure began


def crowd(memory: Memory, key: Key, at_ms: int, round_: Round | None) -> Crowd:
    """What is known of the others at the instant of a failing result of `key`, which counts among them."""
    check = memory.check(key)
    integration = memory.index.integration(key[0])
    window = at_ms - 2 * check.interval_ms
    words = _words(memory, key, integration.provider, window, round_)
    since_good = window if memory.last_good_ms is None else max(window, memory.last_good_ms)
    return Crowd(
        network=_tally(words, LOST_CAUSES, since_good),
        path=_tally(words, PATH_CAUSES, _first(words, PATH_CAUSES, at_ms)),
        server=_tally(words, SERVER_CAUSES, _first(words, SERVER_CAUSES, at_ms)),
        others=_others(words, integration.provider),
        upstream=_upstream(memory, integration, words, at_ms),
    )


def _words(memory: Memory, key: Key, provider: str, window_ms: int, round_: Round | None) -> list[Word]:
    heard = dict(round_.heard) if round_ else {}
    newest, lines = memory.newest, memory.lines
    words: list[Word] = []
    own = False
    for line_key, who in memory.index.voices:
        result = newest.get(line_key)
        if result is None or result.at_ms + result.late_ms < window_ms:
            continue
        if line_key == key:
            own = True
        elif who in heard:
            continue
        since = lines[line_key].failing_ms if result.cause is not None else None
        at = result.edge_ms
        words.append(Word(who, at, result.cause, at if since is None else max(since, window_ms)))
    if not own:
        words.append(_own(memory, key, provider, window_ms))
    if round_:
        words += [Word(who, round_.begun_ms, cause, round_.begun_ms) for who, cause in heard.items() if who != provider]
    return words


def _own(memory: Memory, key: Key, provider: str, window_ms: int) -> Word:
    """The failing check itself, where it does not count: it was asked all the same."""
    result, since = memory.newest[key], memory.lines[key].failing_ms
    return Word(provider, result.edge_ms, result.cause, max(window_ms, result.edge_ms if since is None else since))


def _first(words: Iterable[Word], causes: frozenset[Cause], at_ms: int) -> int:
    return min((word.since_ms for word in words if word.cause in causes), default=at_ms)


def _tally(words: Iterable[Word], causes: frozenset[Cause], since_ms: int) -> Tally:
    asked = {word.provider for word in words if word.at_ms >= since_ms}
    failing = {word.provider for word in words if word.at_ms >= since_ms and word.cause in causes}
    return Tally(len(failing), len(asked))


def _others(words: Iterable[Word], provider: str) -> Tally:
    others = [word for word in words if word.provider != provider]
    failing = {word.provider for word in others if STATUS_OF[word.cause] in _FAILED}
    return Tally(len(failing), len({word.provider for word in others}))


def _upstream(memory: Memory, integration: IntegrationPlan, words: list[Word], at_ms: int) -> Upstream | None:
    """The declared upstream most of whose providers fail; counted against all that declare it and are watched."""
    found: list[Upstream] = []
    for name in integration.upstreams:
        declaring = (memory.index.upstreams.get(name, frozenset()) & memory.index.providers) | {integration.provider}
        on_it = [word for word in words if word.provider in declaring]
        failing = _tally(on_it, UPSTREAM_CAUSES, _first(on_it, UPSTREAM_CAUSES, at_ms)).failing
        found.append(Upstream(name, Tally(failing, len(declaring))))
    return max(found, key=lambda one: (one.tally.half, one.tally.failing, -one.tally.asked), default=None)


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
    results = (memory.newest.get(key) for key in memory.index.lines[integration])
    return any(result is not None and result.cause is Cause.AUTH and result.edge_ms >= since_ms for result in results)
