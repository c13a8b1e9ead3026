"""The database of a product that ran before: commands that only read or correct it make no new one where they look in the wrong place."""

from __future__ import annotations

from core.exits import Exit, Refusal
from settings import Settings
from storage import revision
from storage.address import Address, parse
from storage.examine import looked_at
from storage.faults import NO_ANSWER


def require_database(settings: Settings) -> None:
    """Raises Refusal where there is none; one that does not open is for whoever opens it."""
    address = parse(settings.database)
    if not _is_there(address):
        raise Refusal(
            Exit.NO_DATABASE,
            f"There is no database of this product at {address.shown} ({_set(settings)}): set them as they are where it runs, "
            "or start it here once with `integration-health run`.",
        )


def _is_there(address: Address) -> bool:
    """An empty file and an empty Postgres are none either."""
    if address.path is not None and not address.path.exists():
        return False
    try:
        with looked_at(address) as conn:
            return revision.found(conn) is not None
    except NO_ANSWER:
        return True


def _set(settings: Settings) -> str:
    given = "not set" if settings.database_url is None else parse(settings.database).url.render_as_string(hide_password=True)
    return f"STATE_DIR is {settings.state_dir}, DATABASE_URL is {given}"
