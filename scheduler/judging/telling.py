"""Who is told what: alert rows by channel. Silences and maintenance stop openings and reminders, never the end of what was told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from alerts.policy import routes
from core.ledger import AlertKind, IncidentKind, IncidentRow
from core.own_health import tells_elsewhere
from scheduler.judging.draft import Draft
from scheduler.memory import Memory


def suppressed(memory: Memory, integration: int, now_ms: int) -> bool:
    """A silence or a maintenance window lies over the integration."""
    return memory.index.silenced(integration, now_ms) or memory.index.maintained(integration, now_ms)


def channels_of(memory: Memory, integration: int, now_ms: int) -> tuple[str, ...]:
    """Where something new about an integration may be said at this instant."""
    plan = memory.plan.integrations.get(integration)
    if plan is None or suppressed(memory, integration, now_ms):
        return ()
    return routes(plan, memory.settings.default_channel)


def wanted(memory: Memory, row: IncidentRow, now_ms: int, members: Sequence[int | None] | None = None) -> tuple[str, ...]:
    """The channels an open incident is to be told in; a group speaks for its members (all of them, or those given)."""
    if row.kind is IncidentKind.GROUP:
        spoken_for = [one.integration for one in memory.incidents.values() if one.group == row.id] if members is None else members
        return _distinct(channel for member in spoken_for if member is not None for channel in channels_of(memory, member, now_ms))
    if row.kind is IncidentKind.MONITOR:
        return own_channels(memory, elsewhere=tells_elsewhere(row.key))
    if row.group is not None or row.integration is None:
        return ()
    return channels_of(memory, row.integration, now_ms)


def tell_opening(draft: Draft, incident: int, now_ms: int, members: Sequence[int | None] | None = None) -> None:
    """In every channel that wants it and has not heard of it yet."""
    row = draft.memory.incidents[incident]
    new = [channel for channel in wanted(draft.memory, row, now_ms, members) if channel not in row.told]
    if new:
        row = draft.change(incident, told=(*row.told, *new), told_ms=now_ms)
        _say(draft, row, new, AlertKind.OPENED, now_ms)


def tell_update(draft: Draft, incident: int, now_ms: int, but: Collection[str] = ()) -> None:
    """The message is edited where there is one; `but` are channels that are told otherwise."""
    row = draft.memory.incidents.get(incident)
    if row is not None:
        _say(draft, row, (channel for channel in row.told if channel not in but), AlertKind.UPDATED, now_ms)


def tell_burn(draft: Draft, incident: int, channels: Iterable[str], now_ms: int) -> None:
    """Calls somebody, also where nothing is edited."""
    _say(draft, draft.memory.incidents[incident], channels, AlertKind.FAST_BURN, now_ms)


def remind(draft: Draft, incident: int, now_ms: int) -> None:
    """Somebody is to look: nobody has said to be on it."""
    row = draft.memory.incidents[incident]
    able = wanted(draft.memory, row, now_ms)
    told = [channel for channel in row.told if channel in able]
    if told and row.acknowledged_ms is None:
        row = draft.change(incident, told_ms=now_ms)
        _say(draft, row, told, AlertKind.REMINDER, now_ms)


def tell_end(draft: Draft, row: IncidentRow, now_ms: int) -> None:
    """Who was told of the opening is told of the end, whatever is silenced."""
    _say(draft, row, row.told, AlertKind.RESOLVED, now_ms)


@dataclass(frozen=True, slots=True)
class News:
    """What is to be said of one integration that no incident holds."""

    integration: int
    severity: int
    body: dict[str, Any]


def notice_together(draft: Draft, kind: AlertKind, news: Iterable[News], now_ms: int) -> None:
    """One message in each channel, however many integrations it is about; as urgent as the worst of them."""
    wanted: dict[str, list[News]] = defaultdict(list)
    for one in news:
        for channel in channels_of(draft.memory, one.integration, now_ms):
            wanted[channel].append(one)
    for channel, told in wanted.items():
        body = told[0].body if len(told) == 1 else {"several": [one.body for one in told], "path": "/"}
        notice(draft, (channel,), kind, min(one.severity for one in told), now_ms, body)


def notice(draft: Draft, channels: Iterable[str], kind: AlertKind, severity: int, now_ms: int, body: dict[str, Any]) -> None:
    """What no incident holds: budgets, blind periods."""
    for channel in channels:
        draft.alert(None, channel, kind, now_ms, severity, body)


def own_channels(memory: Memory, *, elsewhere: bool = False) -> tuple[str, ...]:
    """Where the monitor speaks of itself: the default channel, else every channel that is in use; `elsewhere`: the fallback."""
    if elsewhere and memory.settings.fallback is not None:
        return (memory.settings.fallback,)
    if memory.settings.default_channel is not None:
        return (memory.settings.default_channel,)
    return _distinct(channel for plan in memory.plan.integrations.values() for channel in plan.channels)


def _say(draft: Draft, row: IncidentRow, channels: Iterable[str], kind: AlertKind, now_ms: int) -> None:
    for channel in channels:
        draft.alert(row, channel, kind, now_ms, row.severity, {})


def _distinct(channels: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(channels))
