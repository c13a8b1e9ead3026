"""The sentence the wall opens with: who fails and whose it is, or that all is well."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from core.health import Cause, Status
from core.verdict import Confidence, Party
from storage.rows import IncidentLine, OpenIncident, Summary
from ui import format as fmt
from ui import words
from ui.reader import Reader
from ui.readings.budget import month_budget
from ui.views.monitor import Monitor
from ui.views.wall import Answer

NAMED_AT_MOST: Final = 3
RANK: Final = {Status.DOWN: 0, Status.UNKNOWN: 1, Status.DEGRADED: 2, Status.UP: 3}
_VENDOR_SAYS: Final = {11: "announced", 12: "acknowledged", 13: "unacknowledged"}  # by row of the verdict table
_OURS: Final = {Cause.AUTH: "key refused", Cause.QUOTA: "quota used up", Cause.CONFIG: "configuration", Cause.MISSED: "no call came"}


def worst(incidents: Iterable[OpenIncident]) -> OpenIncident | None:
    return min(incidents, key=lambda incident: (RANK[incident.status], incident.started_ms), default=None)


def whose(incident: OpenIncident) -> str:
    """`theirs, unacknowledged`; `ours: key refused`; else party and confidence; empty where nobody has judged yet.

    What the vendor admits says more than how sure we are: the attention row has both.
    """
    if incident.rule in _VENDOR_SAYS:
        return f"theirs, {_VENDOR_SAYS[incident.rule]}"
    return blamed(incident)


def blamed(incident: OpenIncident) -> str:
    """`theirs, likely`; `ours: key refused`."""
    if incident.party is None or incident.confidence is None:
        return ""
    party = Party(incident.party)
    if party is Party.OURS and incident.cause in _OURS:
        return f"ours: {_OURS[incident.cause]}"
    return words.lowered(words.party(party, Confidence(incident.confidence), incident.rule))


def read_answer(summaries: Sequence[Summary], reader: Reader, last: IncidentLine | None = None) -> Answer:
    """The sentence first: failing, else slow, else not judged, else well."""
    total = len(summaries)
    if all(summary.since_ms is None for summary in summaries):
        return Answer(
            "unknown",
            "unknown",
            f"Looking at {fmt.plural(total, 'integration')} for the first time.",
            below="The first results are here within a minute.",
        )
    failing = [summary for summary in summaries if summary.status is Status.DOWN and not summary.maintained]
    slow = [summary for summary in summaries if summary.status is Status.DEGRADED and not summary.maintained]
    unknown = [summary for summary in summaries if summary.status is Status.UNKNOWN and not summary.maintained]
    for found, icon, verb, verbs in (
        (failing, "down", "is failing", "are failing"),
        (slow, "degraded", "is slow", "are slow"),
        (unknown, "unknown", "cannot be judged", "cannot be judged"),
    ):
        if found:
            return _trouble_answer(found, icon, verb if len(found) == 1 else verbs, summaries)
    return _well(summaries, reader, last)


def _trouble_answer(found: list[Summary], icon: str, verb: str, summaries: Sequence[Summary]) -> Answer:
    found = sorted(found, key=_alone_first)
    named = tuple(
        (summary.plan.name, whose(incident) if (incident := worst(summary.incidents)) else "") for summary in found[:NAMED_AT_MOST]
    )
    total = fmt.plural(len(summaries), "integration")
    return Answer(
        icon,
        icon,
        f"{len(found)} of {total} {verb}",
        named=named,
        more=len(found) - len(named),
        below=_rest(summaries, {summary.plan.slug for summary in found}),
    )


def _alone_first(summary: Summary) -> tuple[bool, int]:
    incident = worst(summary.incidents)
    return (incident is not None and incident.acknowledged_by is not None, summary.since_ms or 0)


def _rest(summaries: Sequence[Summary], said: set[str]) -> str:
    """`SendGrid is slow. HubSpot is in maintenance, Mixpanel is unknown. The other 36 are well.`"""
    others = [summary for summary in summaries if summary.plan.slug not in said]
    kinds = (
        ([s for s in others if s.status is Status.DEGRADED and not s.maintained], "slow"),
        ([s for s in others if s.maintained], "in maintenance"),
        ([s for s in others if s.status is Status.UNKNOWN and not s.maintained], "unknown"),
    )
    parts = [_who(found, word) for found, word in kinds if found]
    well = len(others) - sum(len(found) for found, _ in kinds)
    if well:
        parts.append(f"The other {well} are well." if well > 1 else "The other one is well.")
    return " ".join(parts)


def _who(found: list[Summary], word: str) -> str:
    if len(found) > NAMED_AT_MOST:
        return f"{len(found)} are {word}."
    return f"{fmt.series([summary.plan.name for summary in found])} {'is' if len(found) == 1 else 'are'} {word}."


def _well(summaries: Sequence[Summary], reader: Reader, last: IncidentLine | None) -> Answer:
    maintained = [summary for summary in summaries if summary.maintained]
    total = len(summaries)
    lead = f"All {total} integrations are well." if total > 1 else f"{summaries[0].plan.name} is well."
    risky = [s for s in summaries if (left := month_budget(s.plan.objective, s.calendar_month, reader)) is not None and left.left < 0.25]
    budgets = f"{_who(risky, 'short of budget this month')}" if risky else "No budget is at risk this month."
    upkeep = f"{_who(maintained, 'in maintenance')} " if maintained else ""
    return Answer("up", "up", lead, below=f"{_last(last, reader)}{upkeep}{budgets}")


def _last(line: IncidentLine | None, reader: Reader) -> str:
    """`Last failure: SendGrid, 2 d ago, 7 min, theirs. `"""
    if line is None or line.name is None:
        return ""
    row = line.incident
    end = row.resolved_ms or row.closed_ms or reader.now_ms
    whose = f", {words.lowered(words.whose(row.verdict))}" if row.verdict else ""
    return f"Last failure: {line.name}, {reader.ago(end)}, {fmt.lasting(end - row.started_ms)}{whose}. "


def monitor_answer(monitor: Monitor, reader: Reader) -> Answer | None:
    """Where the monitor itself does not see, that is the answer, and nobody is judged; None while it does."""
    if monitor.playing is not None:
        return Answer("unknown", "unknown", "Nothing is judged yet.", tail="The history of the demo is still being played.")
    if monitor.gone_ms:
        tail = f"What stands below is as of {reader.plain(monitor.gone_ms)}."
        seen = f"The worker was last seen {reader.ago(monitor.gone_ms)}"
        if monitor.unwritable:
            below = f"The database says: {monitor.unwritable}. {seen}; while it lives it keeps its results in memory."
            return Answer("eye", "unknown", "Nothing can be written.", tail=tail, below=below)
        below = f"{seen}. Start it with integration-health run, or worker where it runs apart."
        return Answer("eye", "unknown", "Nobody is probing.", tail=tail, below=below)
    if monitor.gone_ms is not None:
        return Answer("eye", "unknown", "Nobody probes yet.", below="The worker has not started. Nothing is judged until it does.")
    return _offline(monitor, reader) if monitor.network_down else None


def _offline(monitor: Monitor, reader: Reader) -> Answer:
    since = reader.plain(monitor.blind.start_ms) if monitor.blind else "now"
    below = f"Every result since {since} is unknown, nobody is blamed, and one alert says so when it returns."
    return Answer("net", "unknown", "Our own network is down.", tail="Nothing below is judged.", below=below)
