"""A database by its URL: `sqlite:///folder/file.db` or `postgresql://user@host/name`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from core.exits import Exit, Refusal


@dataclass(frozen=True, slots=True)
class Address:
    """Where the database is. `path is None` means Postgres."""

    url: URL
    path: Path | None

    @property
    def shown(self) -> str:
        """Fit to be printed: without a password."""
        return str(self.path) if self.path else self.url.render_as_string(hide_password=True)


def parse(url: str) -> Address:
    """Raises Refusal with a sentence when the URL is of no kind we know; it never prints a password."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise Refusal(Exit.CONFIGURATION, "DATABASE_URL is not a URL: write sqlite:///folder/file.db or postgresql://host/name.") from None
    if parsed.drivername.startswith("sqlite"):
        if not parsed.database or parsed.database == ":memory:":
            raise Refusal(Exit.CONFIGURATION, "DATABASE_URL names no file: several processes share it, so it cannot live in memory.")
        return Address(parsed, Path(parsed.database).absolute())
    if parsed.drivername.split("+")[0] in {"postgresql", "postgres"}:
        return Address(parsed.set(drivername="postgresql+psycopg"), None)
    raise Refusal(Exit.CONFIGURATION, f"DATABASE_URL starts with {parsed.drivername}: only sqlite and postgresql are known.")
