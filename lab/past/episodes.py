"""What happened: the story's episodes as instants, the small failures between them, and planned work."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from functools import cache
from importlib.resources import files
from typing import Any, Final

import numpy as np
import yaml

from core.health import Cause
from core.intervals import Interval
from core.maintenance import Weekday, Weekly, expand
from lab.cast import PARTS, Part
from lab.demo_config import WEEKLY, ZONE
from lab.faults import Kind
from lab.pages import Look, PageState

MINUTE_MS: Final = 60_000
DAY_MS: Final = 86_400_000
QUIET_MS: Final = 40 * MINUTE_MS  # nothing ends so shortly before the demo starts: what fails then is real
DARK: Final = "dark"
SMALL_CAUSES: Final = (Cause.TIMEOUT, Cause.SERVER_ERROR, Cause.CONNECT)
SMALL_A_DAY: Final = 0.05  # small failures of one check
LONGER_SHARE: Final = 0.12
INTERVAL_MS: Final = 300_000
SAYS: Final[dict[Cause, Kind]] = {
    Cause.SERVER_ERROR: Kind.SERVER_ERROR,
    Cause.AUTH: Kind.REFUSED_KEY,
    Cause.QUOTA: Kind.QUOTA,
    Cause.CONTRACT: Kind.GARBAGE,
}


def phase_ms(name: str, interval_ms: int) -> int:
    """Where in its interval a check runs: its own, and the same every time."""
    return zlib.crc32(name.encode()) % interval_ms


@dataclass(frozen=True, slots=True)
class Episode:
    """One stretch in which an integration did badly. `says` is the fault whose words are the evidence."""

    start_ms: int
    end_ms: int
    cause: Cause
    status: int = 503
    says: Kind | None = None
    network_lost: bool = False
    page: PageState | None = None
    page_from_ms: int = 0


@dataclass(frozen=True, slots=True)
class Past:
    """Episodes by integration, in order and apart; when the monitor was dark; the planned windows of the demo's file."""

    episodes: Mapping[str, tuple[Episode, ...]]
    dark: tuple[Interval, ...]


def planned(begin_ms: int, end_ms: int) -> list[Interval]:
    """The weekly work on the databases: what the demo's file declares, over the past."""
    rule = Weekly(Weekday(WEEKLY["day"]), time.fromisoformat(WEEKLY["start"]), time.fromisoformat(WEEKLY["end"]), ZONE)
    return expand(rule, begin_ms, end_ms)


def past(begin_ms: int, end_ms: int, random: np.random.Generator) -> Past:
    """Everything that happened from `begin_ms` to shortly before `end_ms`."""
    until_ms = end_ms - QUIET_MS
    told = [line for line in _story() if begin_ms <= _start(line, end_ms) and _end(line, end_ms) <= until_ms]
    dark = tuple((_start(line, end_ms), _end(line, end_ms)) for line in told if line["what"] == DARK)
    episodes = {part.slug: _of(part, told, begin_ms, end_ms, random) for part in PARTS}
    return Past(episodes, dark)


@cache
def _story() -> tuple[dict[str, Any], ...]:
    return tuple(yaml.safe_load((files("lab.past") / "story.yaml").read_text()))


def _start(line: Mapping[str, Any], end_ms: int) -> int:
    hours, minutes = line["at"].split(":")
    return int((end_ms // DAY_MS - line["ago"]) * DAY_MS + (int(hours) * 60 + int(minutes)) * MINUTE_MS)


def _end(line: Mapping[str, Any], end_ms: int) -> int:
    return _start(line, end_ms) + int(line["lasts"]) * MINUTE_MS


def _of(part: Part, told: Sequence[Mapping[str, Any]], begin_ms: int, end_ms: int, random: np.random.Generator) -> tuple[Episode, ...]:
    """The story's first; a small failure that would touch another episode did not happen."""
    found = [_episode(line, end_ms) for line in told if line["what"] != DARK and part.slug in line.get("who", (part.slug,))]
    if part.vendor is None:
        found = [episode for episode in found if not episode.network_lost]  # a heartbeat comes to us
    small = [*_work(part, begin_ms, end_ms, random), *_small(part, begin_ms, end_ms - QUIET_MS, random)]
    for episode in small:
        if all(episode.end_ms + QUIET_MS < other.start_ms or other.end_ms + QUIET_MS < episode.start_ms for other in found):
            found.append(episode)
    return tuple(sorted(found, key=lambda episode: episode.start_ms))


def _episode(line: Mapping[str, Any], end_ms: int) -> Episode:
    cause, start_ms = Cause(line["what"]), _start(line, end_ms)
    page, page_from_ms = None, 0
    if told := line.get("page"):
        page_from_ms = start_ms + told["after"] * MINUTE_MS
        page = PageState(Look.RED, told["says"], status=told.get("status", "major_outage"), since_s=page_from_ms / 1000)
    says = Kind(line["says"]) if "says" in line else SAYS.get(cause)
    return Episode(start_ms, _end(line, end_ms), cause, line.get("status", 503), says, line.get("network") == "lost", page, page_from_ms)


def _small(part: Part, begin_ms: int, until_ms: int, random: np.random.Generator) -> Iterator[Episode]:
    """Hits one regular run. Most are over before the third try and open no incident; a few are not."""
    if part.vendor is None:
        return
    count = int(random.poisson(SMALL_A_DAY * (until_ms - begin_ms) / DAY_MS))
    for at_ms in np.sort(random.integers(begin_ms, until_ms, count)).tolist():
        start_ms = at_ms - (at_ms - phase_ms(f"{part.slug}/{part.check}", INTERVAL_MS)) % INTERVAL_MS - 2000
        cause = SMALL_CAUSES[int(random.integers(len(SMALL_CAUSES) if part.check == "api" else 1))]
        lasts_s = int(random.integers(70, 320) if random.random() < LONGER_SHARE else random.integers(4, 38))
        yield Episode(start_ms, start_ms + lasts_s * 1000, cause, 502, SAYS.get(cause))


def _work(part: Part, begin_ms: int, end_ms: int, random: np.random.Generator) -> Iterator[Episode]:
    """What the weekly work does to the databases while it lasts."""
    if part.slug not in ("orders", "sessions"):
        return
    for start_ms, stop_ms in planned(begin_ms, end_ms - QUIET_MS):
        if stop_ms < end_ms - QUIET_MS and start_ms > begin_ms:
            from_ms = start_ms + int(random.integers(5, 40)) * MINUTE_MS
            yield Episode(from_ms, from_ms + int(random.integers(12, 45)) * MINUTE_MS, Cause.CONNECT)
