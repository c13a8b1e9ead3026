"""The sentences of a message, before they are escaped for where they go: plain text, foreign words in it as they came."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from alerts.message import BudgetView, IncidentView, Message, Notice
from core.health import Status
from core.ledger import AlertKind, EventRow, IncidentKind
from core.verdict import OWN_NETWORK, Confidence, Party, Speaks, Verdict

DETAIL_LIMIT: Final = 200
BUDGET_LINE: Final = "budget"  # the kind of a group's event that names members whose budgets burn fast
BUDGET_OVER: Final = "budget_over"  # and of the one that names members whose budgets do so no more
_BURN: Final = re.compile(r"(.+?) (\d+)x(?:, |$)")  # a name may hold a comma, and more
_PARTY: Final = {Party.THEIRS: "Theirs", Party.OURS: "Ours", Party.PATH: "The path between", Party.UNKNOWN: "Unknown whose"}
_CONFIDENCE: Final = {Confidence.HIGH: "", Confidence.MEDIUM: ", likely", Confidence.LOW: ", perhaps"}
_STATE: Final = {Status.DOWN: "is down", Status.DEGRADED: "is slow", Status.UNKNOWN: "cannot be judged", Status.UP: "is up"}
_NAMED: Final = frozenset({IncidentKind.GROUP, IncidentKind.BLIND, IncidentKind.MONITOR})  # their names say what is wrong


def lasting(ms: int) -> str:
    """A duration as one reads it: `40 s`, `29 min`, `3 h 5 min`, `2 d 4 h`."""
    seconds = max(0, ms) // 1000
    if seconds < 60:
        return f"{seconds} s"
    minutes = seconds // 60
    if minutes < 60:
        return f"{minutes} min"
    large, small, units = (
        (minutes // 60, minutes % 60, ("h", "min")) if minutes < 1440 else (minutes // 1440, minutes // 60 % 24, ("d", "h"))
    )
    return f"{large} {units[0]} {small} {units[1]}" if small else f"{large} {units[0]}"


def clock(at_ms: int, now_ms: int, zone: str) -> str:
    """A clock time in the company's zone with UTC beside it; the day too where it is not today's."""
    at, now = (datetime.fromtimestamp(ms / 1000, tz=ZoneInfo(zone)) for ms in (at_ms, now_ms))
    day = "" if at.date() == now.date() else f"{at.day} {at:%b} "
    if at.utcoffset() == at.astimezone(UTC).utcoffset():
        return f"{day}{at:%H:%M} UTC"
    return f"{day}{at:%H:%M %Z} ({at.astimezone(UTC):%H:%M} UTC)"


def party(verdict: Verdict) -> str:
    """`Theirs, likely.`"""
    if verdict.rule == OWN_NETWORK:
        return "Our own network."
    doubt = "" if verdict.party is Party.UNKNOWN else _CONFIDENCE[verdict.confidence]
    return f"{_PARTY[verdict.party]}{doubt}."


def verdict_line(view: IncidentView) -> str:
    """The first line of every message: whose it is, and what the vendor says of it."""
    if view.verdict is None:
        return "Not judged yet." if view.open else "Never judged."
    return f"{party(view.verdict)} {view.verdict.headline}".rstrip()


def headline(view: IncidentView) -> str:
    """The state, in words that can be read out: `PayPal is down, someone is on it`."""
    if not view.open:
        return _closing(view)
    if view.kind is IncidentKind.SELF:
        state = f"{view.name} cannot be checked"
    else:
        state = view.name if view.kind in _NAMED else f"{view.name} {_STATE[view.status]}"
    return f"{state}, someone is on it" if view.acknowledged_ms is not None else state


def _closing(view: IncidentView) -> str:
    lasted = lasting((view.resolved_ms or view.started_ms) - view.started_ms)
    if view.resolved_ms is None or view.closed_as not in (None, "recovered"):
        return f"{view.name}: closed, {view.closed_as or 'not seen to recover'}"
    if view.kind in _NAMED:
        return f"{view.name}: over after {lasted}"
    if view.kind is IncidentKind.SELF:
        return f"{view.name} can be checked again, {lasted}"
    return f"{view.name} is {'fast' if view.status is Status.DEGRADED else 'up'} again, {lasted}"


def what_and_when(view: IncidentView, message: Message) -> str:
    """`POST /v2/orders answers 503, since 14:03 CET (13:03 UTC), for 12 min.`; once over, from when to when it was."""
    since = clock(view.started_ms, message.at_ms, message.zone)
    what = "" if view.what == view.name else view.what.strip().rstrip(".")
    if view.resolved_ms is not None:
        until = clock(view.resolved_ms, message.at_ms, message.zone)
        return f"From {since} to {until}, {lasting(view.resolved_ms - view.started_ms)}.{f' {what}.' if what else ''}"
    lasted = f"since {since}, for {lasting(message.at_ms - view.started_ms)}."
    return f"{what}, {lasted}" if what else f"S{lasted[1:]}"


def rests_on(view: IncidentView) -> str:
    """The facts that speak, each with what it does for the verdict; a missing voice is listed as missing."""
    marks = {Speaks.FOR: "✓", Speaks.AGAINST: "×", Speaks.SILENT: "–"}
    facts = () if view.verdict is None else view.verdict.facts
    return "\n".join(f"{marks[fact.speaks]} {fact.sentence}{f' {fact.figures}' if fact.figures else ''}" for fact in facts)


def burning(view: IncidentView) -> str:
    """The members of an open group whose budgets burn fast, of one that is over those whose did: `PayPal 33x, Stripe 15x`.

    Each once, by the newest that was said of it, the worst first.
    """
    rates: dict[str, float] = {}
    for event in view.events:
        named = {name: float(rate) for name, rate in _BURN.findall(event.detail)}
        if event.kind == BUDGET_LINE:
            rates |= named
        elif event.kind == BUDGET_OVER and view.open:
            rates = {name: rate for name, rate in rates.items() if name not in named}
    return burns(dict(sorted(rates.items(), key=lambda one: -one[1])))


def burns(rates: Mapping[str, float]) -> str:
    """What a line of the timeline says of them, to be read again by `burning`."""
    return ", ".join(f"{name} {rate:.0f}x" for name, rate in rates.items())


def burning_title(view: IncidentView) -> str:
    return "Budgets burning fast" if view.open else "Budgets that burnt fast"


def budget(view: BudgetView) -> str:
    """`25 of 43 min left, burns 33x`."""
    left = view.total_ms - view.spent_ms
    if left <= 0:
        return f"spent, {-left // 60_000} min over" if left < 0 else "spent"
    burn = "" if view.burn is None or view.burn < 1.05 else f", burns {view.burn:.0f}x" if view.burn >= 10 else f", burns {view.burn:.1f}x"
    return f"{left // 60_000} of {view.total_ms // 60_000} min left{burn}"


def footer(message: Message) -> str:
    """`INC-214 · PayPal, production · owner payments · sent 13:04:02 UTC`."""
    sent = f"sent {datetime.fromtimestamp(message.at_ms / 1000, tz=ZoneInfo(message.zone)):%H:%M:%S %Z}"
    instead = [f"here because {message.handed_from} does not take messages"] if message.handed_from else []
    view = message.incident
    if view is None:
        return " · ".join(["Integration Health", *instead, sent])
    owner = [f"owner {view.owner}"] if view.owner else []
    return " · ".join([number(view.id), _of_what(view), *owner, *instead, sent])


def _of_what(view: IncidentView) -> str:
    if view.kind is IncidentKind.GROUP:
        return f"{len(view.members)} integrations"
    if view.kind is IncidentKind.MONITOR:
        return "the monitor itself"
    return f"{view.provider_name or view.name}, {view.environment}"


def number(incident: int) -> str:
    return f"INC-{incident}"


def timeline(view: IncidentView, message: Message, *, after: int = 0) -> list[str]:
    """The timeline's lines from the given one on, oldest first."""
    return [f"{clock(event.at_ms, message.at_ms, message.zone)}  {_event(event)}" for event in view.events[after:]]


def _event(event: EventRow) -> str:
    cut = event.detail if len(event.detail) <= DETAIL_LIMIT else f"{event.detail[: DETAIL_LIMIT - 1]}…"
    detail = f": {cut}" if cut else ""
    return f"{event.text}{detail}{f' ({event.by})' if event.by else ''}"


def reminder(view: IncidentView, message: Message) -> str:
    """What a reminder says: that it lasts, and that nobody has said to be on it."""
    owner = f" Owner: {view.owner}." if view.owner else ""
    return f"Still {_STATE[view.status].removeprefix('is ')} after {lasting(message.at_ms - view.started_ms)}, nobody is on it.{owner}"


def subject(message: Message) -> str:
    """One line for a notification, an e-mail's subject, a log."""
    if isinstance(message.about, Notice):
        return message.about.title
    view = message.about
    again = "Reminder: " if message.reminds else "Budgets burn fast: " if _burns_anew(message) else ""
    whose = "" if view.verdict is None else f". {party(view.verdict).rstrip('.')}"
    flows = f". {', '.join(view.flows)}" if view.flows and view.open else ""
    return f"{again}{headline(view)}{whose}{flows}. {number(view.id)}"


def _burns_anew(message: Message) -> bool:
    """Said again because a budget burns fast, of an incident that was told before."""
    view = message.incident
    return AlertKind.FAST_BURN in message.kinds and AlertKind.OPENED not in message.kinds and view is not None and view.open


def notice_lines(notice: Notice) -> list[str]:
    """A notice in plain lines."""
    return [notice.sentence, *(f"{name}: {value}" for name, value in notice.fields.items())]
