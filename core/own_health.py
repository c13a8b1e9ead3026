"""When the monitor itself is in trouble: figures of itself -> troubles, each with a sentence and what to do about it; pure.

A trouble opens after it has held for a while and ends after it was over for as long, so that a hiccup calls nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final

from core.display import plural
from core.own_figures import (
    DAY_MS,
    DUE_MS,
    FOLD_MS,
    FREE_BYTES,
    FULL_MS,
    HOUR_MS,
    LAG_MS,
    LATE_MS,
    MINUTE_MS,
    PACK_MS,
    STARTS,
    TRANSFER_MS,
    UNSENT_MS,
    OwnFigures,
)
from core.own_measures import TODO

AFTER_MS: Final = 120_000
NEWLY_MS: Final = HOUR_MS  # what happened within is news; after that it is only counted


@dataclass(frozen=True, slots=True)
class Rule:
    """One trouble. `says` gives its sentence while it is there; `at_once`: its figure remembers by itself, nothing is waited for."""

    key: str
    severity: int  # 1 (worst) to 4
    title: str
    todo: str
    says: Callable[[OwnFigures], str | None]
    at_once: bool = False
    elsewhere: bool = False  # the usual channel is what fails: the fallback is told


@dataclass(frozen=True, slots=True)
class Standing:
    """How one trouble stands: since when it is there or over, whether it was told, and its sentence."""

    says: str
    open: bool = False
    since_ms: int = 0  # where it began
    over_ms: int | None = None  # since when it is over


def stand(
    before: Mapping[str, Standing], figures: OwnFigures, now_ms: int, *, after_ms: int = AFTER_MS, told: Collection[str] = ()
) -> dict[str, Standing]:
    """Every trouble that is there or was until now. `told` are those an earlier worker opened."""
    known = {**{key: Standing("", True, now_ms) for key in told}, **before}
    found = {rule.key: _next(rule, known.get(rule.key), rule.says(figures), now_ms, 0 if rule.at_once else after_ms) for rule in RULES}
    return {key: standing for key, standing in found.items() if standing is not None}


def _next(rule: Rule, before: Standing | None, says: str | None, now_ms: int, after_ms: int) -> Standing | None:
    if says is not None:
        since = now_ms if before is None else before.since_ms
        return Standing(says, open=(before is not None and before.open) or now_ms - since >= after_ms, since_ms=since)
    if before is None or not before.open:
        return None
    over_ms = now_ms if before.over_ms is None else before.over_ms
    return replace(before, open=now_ms - over_ms < after_ms, over_ms=over_ms)


def _late(figures: OwnFigures) -> str | None:
    late = figures.lateness_p99_ms or 0
    return f"Checks begin up to {seconds(late)} late (99th percentile of 5 min)." if late > LATE_MS else None


def _stuck(figures: OwnFigures) -> str | None:
    if figures.due_ms <= DUE_MS:
        return None
    return f"{plural(figures.due, 'check')} {_are(figures.due)} due for up to {seconds(figures.due_ms)} and not asked."


def _unwritten(figures: OwnFigures) -> str | None:
    if figures.writer_lag_ms <= LAG_MS:
        return None
    return f"{plural(figures.pending, 'result')} {_are(figures.pending)} not on disk, the oldest for {seconds(figures.writer_lag_ms)}."


def _lost(figures: OwnFigures) -> str | None:
    if figures.lost_age_ms is None or figures.lost_age_ms > NEWLY_MS:
        return None
    return f"{plural(figures.lost, 'result')} could not be kept: their time is unknown."


def _dead(figures: OwnFigures) -> str | None:
    if figures.dead_age_ms is None or figures.dead_age_ms > NEWLY_MS:
        return None
    where = f" by {', '.join(figures.dead_channels)}" if figures.dead_channels else ""
    return f"{plural(figures.dead_letters, 'alert')} of the last 24 h {_were(figures.dead_letters)} not taken{where} and given up."


def _unsent(figures: OwnFigures) -> str | None:
    return f"The oldest alert has waited for {seconds(figures.unsent_ms)} to be told." if figures.unsent_ms > UNSENT_MS else None


def _filling(figures: OwnFigures) -> str | None:
    free, full = figures.free_bytes, figures.disk_full_ms
    if free is not None and free < FREE_BYTES:
        return f"{size(free)} are free where the database is."
    if full is None or full >= FULL_MS:
        return None
    added = size(figures.growth_bytes or 0)
    return f"The disk is full in about {full / DAY_MS:.1f} d: {size(free or 0)} are free, and {added} a day are added."


def _slowed(figures: OwnFigures) -> str | None:
    """A vendor that asks us to wait (Retry-After) is obeyed: that is not ours."""
    found = [one for one in figures.slowed if one.achieved_ms > 2 * max(one.configured_ms, one.planned_ms)]
    if not found:
        return None
    worst = max(found, key=lambda one: one.achieved_ms / one.configured_ms)
    more = f", and {plural(len(found) - 1, 'other')} too seldom" if len(found) > 1 else ""
    return f"{worst.check} is asked every {seconds(worst.achieved_ms)} instead of every {seconds(worst.configured_ms)}{more}."


def _transfers(figures: OwnFigures) -> str | None:
    lag = figures.transfer_lag_ms
    return f"Transfers were looked after up to {seconds(lag)} late: latencies are unfit meanwhile." if lag > TRANSFER_MS else None


def _chores(figures: OwnFigures) -> str | None:
    if (figures.fold_age_ms or 0) > FOLD_MS:
        return f"Results were last added up {seconds(figures.fold_age_ms or 0)} ago: figures on pages are old."
    if (figures.pack_age_ms or 0) > PACK_MS:
        return f"Old days were last packed {seconds(figures.pack_age_ms or 0)} ago."
    return None


def _backup(figures: OwnFigures) -> str | None:
    """The last one failed, or twice their time has passed without one: only where backups are made at all."""
    if figures.backup_failed:
        return figures.backup_failed
    every, age = figures.backup_every_ms, figures.backup_age_ms
    return f"The newest backup is {seconds(age)} old." if every is not None and age is not None and age > 2 * every else None


def _starts(figures: OwnFigures) -> str | None:
    return f"A worker began {figures.starts} times within an hour." if figures.starts >= STARTS else None


RULES: Final = (
    Rule("dead", 1, "The monitor's alerts do not arrive", TODO["dead_letters"], _dead, at_once=True, elsewhere=True),
    Rule("unsent", 2, "The monitor's alerts wait", TODO["unsent_ms"], _unsent, elsewhere=True),
    Rule("lost", 2, "The monitor lost results", TODO["lost"], _lost, at_once=True),
    Rule("unwritten", 2, "The monitor writes late", TODO["writer_lag_ms"], _unwritten),
    Rule("stuck", 2, "The monitor does not begin its checks", TODO["due_ms"], _stuck),
    Rule("late", 3, "The monitor is late", TODO["lateness_p99_ms"], _late),
    Rule("slowed", 3, "The monitor asks too seldom", TODO["lateness_p99_ms"], _slowed),
    Rule("transfers", 4, "The monitor measures late", TODO["transfer_lag_ms"], _transfers),
    Rule("disk", 2, "The monitor's disk fills up", TODO["free_bytes"], _filling),
    Rule("chores", 3, "The monitor's figures are old", TODO["fold_age_ms"], _chores),
    Rule("backup", 3, "The monitor has no new backup", TODO["backup_age_ms"], _backup),
    Rule("starts", 2, "The monitor's worker begins again and again", TODO["starts"], _starts, at_once=True),
)

BY_KEY: Final[Mapping[str, Rule]] = {rule.key: rule for rule in RULES}


def todo(key: str) -> str:
    """What to do about a trouble of the monitor's; empty for one this version does not know."""
    return BY_KEY[key].todo if key in BY_KEY else ""


def tells_elsewhere(key: str) -> bool:
    """Whether the usual channel is what fails."""
    return key in BY_KEY and BY_KEY[key].elsewhere


def seconds(ms: int) -> str:
    """`0.9 s`, `12 s`, `4 min`, `3 h`, `2.5 d`, `40 d`."""
    if ms < 10_000:
        return f"{ms / 1000:.1f} s"
    if ms < 2 * MINUTE_MS:
        return f"{ms // 1000} s"
    if ms < 2 * HOUR_MS:
        return f"{ms // MINUTE_MS} min"
    if ms < 2 * DAY_MS:
        return f"{ms // HOUR_MS} h"
    return f"{ms / DAY_MS:.1f} d" if ms < 10 * DAY_MS else f"{ms // DAY_MS} d"


def size(octets: int) -> str:
    """`12.4 MB`, decimal units."""
    for unit, scale in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6)):
        if octets >= scale:
            return f"{octets / scale:.1f} {unit}"
    return f"{octets / 1000:.0f} kB"


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _were(number: int) -> str:
    return "was" if number == 1 else "were"
