"""What is declared: does the file load, which secrets are missing (by name), and who may come in from outside."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import observe
from commands.diagnosis.finding import Finding, fine, watch, wrong
from commands.validate import read
from config.loading import Loaded
from config.models import Config
from config.secrets import resolve_all
from core.display import plural
from core.exits import Refusal
from settings import Settings, is_loopback

NAMED: Final = 5
DISTINCT: Final = 12  # characters of a token that is random; a phrase repeated has fewer


def configuration(path: Path) -> tuple[list[Finding], Config | None]:
    """And the configuration itself where it can be used."""
    try:
        loaded = read(path)
    except Refusal as refusal:
        return [wrong("configuration", refusal.sentence, "Set CONFIG to the file, or give this user the right to read it.")], None
    if loaded.errors:
        first = [
            wrong("configuration", f"{problem}.".replace("..", "."), "Correct it; the worker goes on with the last good one.")
            for problem in loaded.errors[:NAMED]
        ]
        return first, loaded.config
    return [*_counted(path, loaded), *_secrets(loaded)], loaded.config


def _counted(path: Path, loaded: Loaded) -> Iterator[Finding]:
    checks = sum(len(one.checks) for one in loaded.declared)
    says = f"{path} is valid: {plural(len(loaded.declared), 'integration')}, {plural(checks, 'check')}."
    yield fine("configuration", says)
    for problem in loaded.problems[:NAMED]:
        yield watch("configuration", f"{problem}")


def _secrets(loaded: Loaded) -> Iterator[Finding]:
    asked = 0
    for one in loaded.declared:
        values, missing = resolve_all(one.secrets, os.environ)
        observe.secrets.keep(values.values())
        asked += len(values)
        for name, why in missing.items():
            yield wrong("secrets", f"{one.slug} has no {name}: {why}.", "Set it where the worker runs; its checks are not asked without.")
    if asked:
        yield fine("secrets", f"{plural(asked, 'secret')} can be read.")


def access(settings: Settings) -> Iterator[Finding]:
    """Whoever reaches an address that is not loopback needs the token."""
    token = settings.access_token.get_secret_value() if settings.access_token else ""
    if is_loopback(settings.host) and not token:
        yield fine("access", f"It listens on {settings.host}: this machine alone, without a token.")
    elif not token:
        yield wrong(
            "access", f"HOST is {settings.host} and ACCESS_TOKEN is not set: it would not start.", "Make one: openssl rand -hex 32."
        )
    elif len(set(token)) < DISTINCT:
        yield wrong(
            "access",
            f"ACCESS_TOKEN is long, but of {len(set(token))} different characters: it can be guessed.",
            "Make one: openssl rand -hex 32.",
        )
    else:
        yield fine("access", f"It listens on {settings.host}, behind ACCESS_TOKEN.")
