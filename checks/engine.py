"""How a vendor's status page is read: an engine per kind of page, and the scope of what is ours on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from functools import cache
from urllib.parse import urlsplit

from checks import statuspages
from checks.folder import Found, look_in
from checks.foreign import Unreadable, plain
from core.health import PageReading, PageStatus


@dataclass(frozen=True, slots=True)
class Scope:
    """What of a page is ours: component names (`API`, `*Messaging*`, or the page's own id) and regions, without case.

    No components: the whole page. Regions narrow that to components in whose name or group one of them occurs.
    """

    components: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        return not self.components and not self.regions

    def covers(self, *names: str) -> bool:
        """Whether a component known by these names (its own, its id, its group's) is ours."""
        known = [name.casefold() for name in names if name]
        return self._named(known) and self._in_region(known)

    def _named(self, known: list[str]) -> bool:
        wanted = [pattern.casefold() for pattern in self.components]
        return not wanted or any(name == pattern or fnmatchcase(name, pattern) for pattern in wanted for name in known)

    def _in_region(self, known: list[str]) -> bool:
        return not self.regions or any(region.casefold() in name for region in self.regions for name in known)


@dataclass(frozen=True, slots=True)
class StatusPageEngine:
    """One kind of page. `read` raises `Unreadable` where the body is not such a page or shows nothing of ours."""

    name: str
    title: str
    path: str  # of the endpoint, below the page's own address
    read: Callable[[bytes, Scope], PageReading]

    def endpoint(self, url: str) -> str:
        """The address to ask: `url` itself when it has a path, else the engine's path on that host."""
        return url.rstrip("/") + self.path if urlsplit(url).path in ("", "/") else url


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing a page says is wrong with something of ours."""

    headline: str
    link: str | None = None
    started_at: datetime | None = None
    maintenance: bool = False


def engines() -> Found[StatusPageEngine]:
    """Every engine, found by looking in `checks/statuspages`."""
    return _engines()


def reading(troubles: Iterable[Trouble], components: Iterable[str], calm: str, link: str | None) -> PageReading:
    """The worst of `troubles` in the vendor's own words: red before maintenance, the oldest first; `calm` if there is none."""
    bad = sorted(troubles, key=lambda t: (t.maintenance, t.started_at is None, t.started_at.timestamp() if t.started_at else 0.0))
    if not bad:
        return PageReading(PageStatus.GREEN, plain(calm), link)
    worst = bad[0]
    status = PageStatus.MAINTENANCE if worst.maintenance else PageStatus.RED
    return PageReading(status, plain(worst.headline), worst.link or link, worst.started_at, tuple(dict.fromkeys(components))[:20])


def require_ours(found: bool, scope: Scope) -> None:
    """A page that shows nothing of ours says nothing about us: never green by default."""
    if not found:
        names = ", ".join((*scope.components, *scope.regions))
        raise Unreadable(f"the page shows no component named {plain(names)}")


def safe_link(value: object) -> str | None:
    """A web address a page gave, else None."""
    text = value if isinstance(value, str) else ""
    clean = plain(text, 500)
    return clean if clean == text and text.startswith(("https://", "http://")) and not any(c in text for c in " <>\"'`|\\") else None


@cache
def _engines() -> Found[StatusPageEngine]:
    return look_in(statuspages, "ENGINE", StatusPageEngine)
