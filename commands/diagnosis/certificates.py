"""The authorities that are trusted: does the bundle load, how many are in it, and which are over."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509

from checks.authorities import usual
from commands.diagnosis.finding import Finding, fine, watch, wrong
from core.display import plural

AREA: Final = "certificates"
TODO: Final = "It is a file of PEM certificates: put the right one there, or unset it."
SOON: Final = timedelta(days=30)


def certificates(extra: Path | None) -> Iterator[Finding]:
    if extra is None:
        yield _usual(Path(usual()))
    else:
        yield _extra(extra)


def _usual(path: Path) -> Finding:
    try:
        count = ssl.create_default_context(cafile=str(path)).cert_store_stats()["x509_ca"]
    except OSError as error:
        return wrong(
            AREA,
            f"{path} does not load: {_why(error)}.",
            "Put a bundle of PEM certificates there (SSL_CERT_FILE names another one), or install the product anew.",
        )
    return fine(AREA, f"{_authorities(count)} in the usual bundle ({path}).")


def unloadable(path: Path) -> str:
    """Why a file of authorities cannot be used; empty where it can."""
    try:
        ssl.create_default_context(cafile=str(path))
        x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        return _why(error)
    return ""


def _extra(path: Path) -> Finding:
    if why := unloadable(path):
        return wrong(AREA, f"EXTRA_CA_FILE ({path}) does not load: {why}.", TODO)
    found = x509.load_pem_x509_certificates(path.read_bytes())
    return _dated(f"{_authorities(len(found))} in EXTRA_CA_FILE ({path})", [one.not_valid_after_utc for one in found])


def _dated(says: str, ends: list[datetime]) -> Finding:
    now = datetime.now(UTC)
    over, next_ = [end for end in ends if end <= now], min((end for end in ends if end > now), default=None)
    if next_ is None:
        return wrong(AREA, f"{says}: all of them are over.", TODO)
    if over:
        return watch(AREA, f"{says}: {len(over)} over since {max(over):%Y-%m-%d}.", TODO)
    grade = watch if next_ - now < SOON else fine
    return grade(AREA, f"{says}; the next ends on {next_:%Y-%m-%d}.")


def _authorities(count: int) -> str:
    return plural(count, "certificate")


def _why(error: Exception) -> str:
    return (getattr(error, "strerror", None) or type(error).__name__).lower()
