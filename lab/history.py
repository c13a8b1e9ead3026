"""Ninety days of results for the checks of the demo, the same from the same seed.

They are judged by a plan in which every check has INTERVAL_MS and RETRY_MS; `planned` are its maintenance windows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Final

import numpy as np

from core.health import NETWORK_CAUSES, Cause
from core.plan import LOCAL
from core.voices import Round
from lab import cast
from lab.demo_config import provider_of
from lab.past.columns import CODES, Column, Day, ResultKey
from lab.past.episodes import DAY_MS, INTERVAL_MS, Past, past, planned
from lab.past.instants import RETRY_MS
from lab.past.seen import Stretch, Watched, column

__all__ = ["CHECKS", "INTERVAL_MS", "RETRY_MS", "Column", "Day", "history", "planned"]

CHECKS: Final = cast.checks()
DAYS: Final = 90
SEED: Final = 20_261_124
CANARIES: Final = 3
OTHERS: Final = 20
_NETWORK: Final = tuple(CODES[cause] for cause in NETWORK_CAUSES)

Ids = Mapping[tuple[str, str], int]  # (integration, check) -> id


def history(ids: Ids, *, end_ms: int, days: int = DAYS, seed: int = SEED, location: int = LOCAL) -> Iterator[Day]:
    """Day by day, oldest first: `days` whole UTC days and what there is of the last one. Checks unknown to `ids` are left out."""
    begin_ms = (end_ms // DAY_MS - days) * DAY_MS
    happened = past(begin_ms, end_ms, np.random.default_rng([seed, 0]))
    stretch = Stretch(begin_ms, end_ms, INTERVAL_MS, happened.dark)
    columns = [
        column(
            Watched(cast.part_named(slug), check, number, ids[slug, check], location), stretch, happened.episodes[slug], _dice(seed, number)
        )
        for number, (slug, check) in enumerate(CHECKS)
        if (slug, check) in ids
    ]
    for start_ms in range(begin_ms, end_ms, DAY_MS):
        stop_ms = min(start_ms + DAY_MS, end_ms)
        mine = tuple(each.between(start_ms, stop_ms) for each in columns)
        yield Day(start_ms, stop_ms, mine, dict(_rounds(mine, happened)))


def _dice(seed: int, number: int) -> np.random.Generator:
    """Each check has its own: one more check changes no other."""
    return np.random.default_rng([seed, 1 + number])


def _rounds(columns: Sequence[Column], happened: Past) -> Iterator[tuple[ResultKey, Round]]:
    """Canaries answered, unless our own network was away: then other vendors were asked beside them, and did not either."""
    lost = {(each.start_ms, each.end_ms): each.cause for each in chain(*happened.episodes.values()) if each.network_lost}
    for one in columns:
        for row in np.flatnonzero(np.isin(one.cause, _NETWORK)).tolist():
            at_ms, ended_ms = int(one.at_ms[row]), int(one.edges[row]) + int(one.total_us[row]) // 1000
            silent = next((cause for (start, stop), cause in lost.items() if start <= at_ms < stop), None)
            detail = _detail(at_ms, silent=silent is not None)
            round_ = Round(ended_ms + 20, CANARIES if silent is None else 0, CANARIES, detail, _heard(silent))
            yield (one.check, one.location, at_ms), round_


def _heard(cause: Cause | None) -> tuple[tuple[str, Cause | None], ...]:
    """One answer of each of up to twenty vendors, as the prober asks them beside a silent round."""
    vendors = dict.fromkeys(provider_of(part) for part in cast.PARTS if part.vendor and part.joined_days_ago is None)
    return () if cause is None else tuple((vendor, cause) for vendor in list(vendors)[:OTHERS])


def _detail(at_ms: int, *, silent: bool) -> str:
    times = (14 + at_ms // 1000 % 9, 21 + at_ms // 7000 % 11, 33 + at_ms // 3000 % 17)
    return ", ".join(f"canary {number} {'no answer' if silent else f'{took} ms'}" for number, took in enumerate(times, 1))
