"""What the status pages of the past said, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from core.health import Outcome, PageReading, PageStatus
from lab.cast import Part
from lab.past.episodes import Episode

CALMS_MS: Final = 9 * 60_000  # a page is green again so long after the trouble is over


def calm(part: Part) -> Outcome:
    """A page on which all is well."""
    names = ", ".join(part.page or ())
    return Outcome(http_status=200, page=PageReading(PageStatus.GREEN, f"{names}: operational", _link(part)))


def red_stretches(episodes: Sequence[Episode]) -> tuple[Episode, ...]:
    """When the page was red, as episodes of the page's own."""
    told = (episode for episode in episodes if episode.page is not None)
    return tuple(replace(episode, start_ms=episode.page_from_ms, end_ms=episode.end_ms + CALMS_MS) for episode in told)


def red(part: Part, episode: Episode) -> Outcome:
    """The page while it tells of an episode."""
    since = datetime.fromtimestamp(episode.start_ms / 1000, UTC)
    headline = "" if episode.page is None else episode.page.headline
    return Outcome(http_status=200, page=PageReading(PageStatus.RED, headline, _link(part), since, (part.page or ())[:1]))


def _link(part: Part) -> str:
    return f"https://status.example/{part.slug}"
