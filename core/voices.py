"""What a verdict listens to: our own probe, canaries and other providers, the vendor's status page; real traffic where it is fed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from core.grouping import Tally
from core.health import Cause, PageReading, PageStatus

PAGE_FRESH_MS: Final = 600_000
KEYS_TOGETHER_MS: Final = 300_000


@dataclass(frozen=True, slots=True)
class Round:
    """One question to every canary at once. `heard` are providers asked or found failing beside it, each with its newest cause."""

    begun_ms: int
    answered: int
    asked: int
    detail: str = ""  # "example.com 21 ms, example.org 34 ms"
    heard: tuple[tuple[str, Cause | None], ...] = ()

    @property
    def fine(self) -> bool:
        """At least one canary answered."""
        return self.answered > 0

    @property
    def silent(self) -> bool:
        """Canaries were asked, and none answered."""
        return self.asked > 0 and self.answered == 0


class PageSays(StrEnum):
    """What the vendor's status page says of our components, or why it says nothing."""

    GREEN = "green"
    RED = "red"
    MAINTENANCE = "maintenance"
    NONE = "none"  # no page is read
    UNREADABLE = "unreadable"
    STALE = "stale"  # read last more than 10 min ago


@dataclass(frozen=True, slots=True)
class PageVoice:
    """The newest reading of a page, and whether the last try to read it failed."""

    reading: PageReading | None = None
    read_ms: int | None = None
    failed: bool = False

    def says(self, at_ms: int) -> PageSays:
        """What it says at `at_ms`: a reading speaks for 10 min."""
        if self.reading is not None and self.read_ms is not None and at_ms - self.read_ms <= PAGE_FRESH_MS:
            return _SAID[self.reading.status]
        if self.failed:
            return PageSays.UNREADABLE
        return PageSays.NONE if self.reading is None else PageSays.STALE


_SAID: Final = {PageStatus.GREEN: PageSays.GREEN, PageStatus.RED: PageSays.RED, PageStatus.MAINTENANCE: PageSays.MAINTENANCE}


@dataclass(frozen=True, slots=True)
class Upstream:
    """Providers that declare the same upstream, and how many of them fail."""

    name: str
    tally: Tally


NOBODY: Final = Tally()


@dataclass(frozen=True, slots=True)
class Crowd:
    """The other providers in the same minutes, each row of the verdict with its own causes and window."""

    network: Tally = NOBODY  # network causes, since the last good canary
    path: Tally = NOBODY  # network causes and slow ones, since the first of them
    server: Tally = NOBODY  # server errors, since the first of them
    others: Tally = NOBODY  # failing for whatever cause, this provider left out
    upstream: Upstream | None = None  # the shared upstream most of whose providers fail


UNHEARD: Final = Crowd()


@dataclass(frozen=True, slots=True)
class Places:
    """A check that is asked from several locations: where it fails, and how many of the others are fine."""

    here: str
    others: int
    others_fine: int

    @property
    def only_here(self) -> bool:
        return self.others > 0 and self.others_fine == self.others


@dataclass(frozen=True, slots=True)
class Case:
    """Everything one verdict may rest on, at the instant of one failing result."""

    cause: Cause
    at_ms: int
    provider: str  # its name as people say it
    check: str
    http_status: int | None = None
    tries: int = 1  # failing results in a row
    total_us: int = 0
    limit_us: int | None = None
    waiting_us: int | None = None  # the part spent waiting for the vendor's answer once connected
    page: PageSays = PageSays.NONE
    page_words: str = ""  # the vendor's own, foreign
    page_read_ms: int | None = None
    canaries: Round | None = None
    crowd: Crowd = UNHEARD
    places: Places | None = None
    keys_refused: int = 1  # unrelated keys of this vendor refused within 5 min, ours included
    succeeded: bool = True  # at least once since its configuration changed
    last_good_ms: int | None = None
    acknowledged: bool = False  # the vendor's page admitted this stretch before

    @property
    def admitted(self) -> bool:
        """The vendor's page says, or said in this stretch, that it has trouble."""
        return self.page is PageSays.RED or self.acknowledged
