"""Secrets that people type: into every field for their words, by the API and by a command, as pages do it too."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tests.journeys.actors import Site, cli
from tests.secrecy.planted import typed_secrets

TYPED: Final[Mapping[str, str]] = typed_secrets()
MARK: Final = "typed by hand"  # by which what was said is found again


def said(name: str) -> str:
    return f"{MARK}: with {TYPED[name]} it works"


def type_everywhere(site: Site) -> None:
    """Each is answered when this returns."""
    now = datetime.now(UTC)
    ident = site.get("/api/v1/incidents?limit=1")[0]["id"]
    slug = site.get("/api/v1/integrations")[0]["slug"]
    soon = {"start": (now + timedelta(hours=1)).isoformat(), "end": (now + timedelta(hours=2)).isoformat(), "integrations": [slug]}
    past = {"integration": slug, "start": (now - timedelta(hours=1)).isoformat(), "end": now.isoformat(), "party": "ours"}
    _ask(site, f"incidents/{ident}/acknowledge", "typed-github", "Ana")
    _ask(site, f"incidents/{ident}/note", "typed-github", text=said("typed-stripe"))
    _ask(site, "silences", "typed-github", **soon, reason=said("typed-sendgrid"))
    _ask(site, "maintenance", "typed-github", **soon, reason=said("typed-slack"))
    _ask(site, "corrections", "typed-github", **past, reason=said("typed-jwt"))
    done = cli(site.env, "correct", slug, *_range(now), "--as", "up", "--why", said("typed-key"), "--by", f"Ana {TYPED['typed-aws']}")
    assert done.returncode == 0, done.stdout + done.stderr


def _range(now: datetime) -> tuple[str, ...]:
    return "--from", (now - timedelta(hours=2)).isoformat(), "--to", now.isoformat()


def _ask(site: Site, path: str, who: str, name: str = "Ben", **body: Any) -> None:
    answer = site.http.post(f"/api/v1/{path}", json={"by": f"{name} {TYPED[who]}", **body})
    assert answer.json()["ok"], answer.text
