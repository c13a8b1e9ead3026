"""One run of one check, on the worker's own path: reads the file, asks the vendor, writes nothing, sends no alert."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import observe
from checks.registry import providers
from checks.runner import Finding, Runner, make_runner
from commands.output import answer, answer_json, say
from commands.validate import read
from config import loading
from config.document import read_document
from config.loading import Loaded, load
from config.problems import Problem
from config.secrets import resolve_all
from core.address import PRIVATE, is_blocked, read_literal
from core.declared import DeclaredCheck, DeclaredIntegration
from core.exits import Exit, Refusal
from core.health import Status
from scheduler.outside import USER_AGENT
from scheduler.work import job
from settings import Settings


def check(settings: Settings, path: Path, name: str, sets: Sequence[str], secrets: Sequence[str], *, private: bool, as_json: bool) -> Exit:
    """Run `integration/check`. Exit code 0 when it is up or degraded, 1 when it is not."""
    declared, one = find(path, name, _pairs(sets, "--set"), _pairs(secrets, "--secret"), private=private)
    values, missing = resolve_all(declared.secrets, os.environ)
    observe.secrets.keep(values.values())
    for secret, why in missing.items():
        say(f"{secret}: {why}")
    finding = asyncio.run(_run(settings, declared, one, values, missing))
    if as_json:
        answer_json({"check": name, "status": finding.outcome.status, **_fields(finding)})
    else:
        answer(sentence(name, finding))
    return Exit.OK if finding.outcome.status in (Status.UP, Status.DEGRADED) else Exit.FAILED


def find(
    path: Path, name: str, sets: Mapping[str, str], secrets: Mapping[str, str], *, private: bool
) -> tuple[DeclaredIntegration, DeclaredCheck]:
    """The declared check, or a provider's own where the file does not name it. What is set here replaces what the file says."""
    private = private or any(map(is_inside, sets.values()))
    slug, _, check_slug = name.partition("/")
    declared = _written(path, slug, private=private)
    if declared is None or sets or secrets or private:
        declared = _declare(slug, declared, sets, secrets, private=private)
    one = next((each for each in declared.checks if each.slug == check_slug), None)
    if one is None:
        known = ", ".join(f"{slug}/{each.slug}" for each in declared.checks) or "none"
        raise Refusal(Exit.USAGE, f"There is no check {name}. Checks of {slug} that can run: {known}.")
    if one.kind == "heartbeat":
        raise Refusal(Exit.USAGE, f"{name} is a heartbeat: it calls us, there is nothing to ask.")
    return declared, one


def _written(path: Path, slug: str, *, private: bool) -> DeclaredIntegration | None:
    """What the file says of it; None where it does not name it. A broken one is not asked in the form nobody wrote."""
    if not path.exists():
        return None
    loaded = read(path)
    if private and slug in loaded.broken:
        loaded = _opened(path, slug)
    if slug in loaded.broken:
        raise Refusal(
            Exit.CONFIGURATION, f"{path} declares {slug}, but not in a valid way: integration-health validate {path} says what is wrong."
        )
    if loaded.config is None:
        raise Refusal(Exit.CONFIGURATION, f"{path} is not valid: integration-health validate {path} says what is wrong.")
    return next((one for one in loaded.declared if one.slug == slug), None)


def _opened(path: Path, slug: str) -> Loaded:
    """The file as if it opened this integration to our own network: what the command line opens need not be opened there."""
    document = read_document(path.read_text(encoding="utf-8-sig"))
    for entry in document.value["integrations"]:
        if isinstance(entry, dict) and entry.get("slug") == slug:
            entry["private_targets"] = True
    return loading.read(document, os.environ, path.name)


def is_inside(value: str) -> bool:
    """An address of this machine or its network: whoever types it here has opted in, for this one run."""
    try:
        host = urlsplit(value).hostname or ""
        literal = read_literal(host)
    except ValueError:
        return False
    return host == "localhost" if literal is None else is_blocked(str(literal), PRIVATE)


def _declare(
    slug: str, declared: DeclaredIntegration | None, sets: Mapping[str, str], secrets: Mapping[str, str], *, private: bool
) -> DeclaredIntegration:
    """What the file would give with these settings and secrets in it: the same loader, the same rules."""
    if declared is None and slug not in providers():
        raise Refusal(Exit.USAGE, f"There is no integration and no provider called {slug}.")
    entry = {
        "slug": slug,
        "provider": (declared.catalogue or declared.provider) if declared else slug,
        "settings": {**(declared.settings if declared else {}), **sets},
        "secrets": {**(declared.secrets if declared else {}), **secrets},
        "private_targets": private or bool(declared and declared.private_targets),
    }
    import yaml  # the file's own form, so that one loader judges both

    loaded = load(yaml.safe_dump({"version": 1, "integrations": [entry]}), os.environ, name="the command line")
    if not loaded.declared:
        raise Refusal(Exit.CONFIGURATION, "; ".join(map(_typed, loaded.errors)) or f"{slug} cannot be set up")
    made, written = loaded.declared[0], declared.checks if declared else ()
    known = {each.slug for each in written}  # as the file has them, with their timeouts and components
    return replace(made, checks=(*written, *(each for each in made.checks if each.slug not in known)))


def _typed(problem: Problem) -> str:
    """Said of what was typed: there is no file with lines, and one integration."""
    return f"{problem.key.removeprefix('integrations[0].')}: {problem.sentence}"


async def _run(
    settings: Settings, declared: DeclaredIntegration, one: DeclaredCheck, secrets: Mapping[str, str], missing: Mapping[str, str]
) -> Finding:
    runner: Runner = make_runner(
        ca_file=str(settings.extra_ca_file) if settings.extra_ca_file else None,
        user_agent=USER_AGENT,
        now=lambda: datetime.now(UTC),
        proxies=settings.use_proxy,
    )
    try:
        return await runner.run(job(declared, one, secrets, missing))
    finally:
        await runner.close()


def _fields(finding: Finding) -> dict[str, Any]:
    return {
        "cause": finding.outcome.cause,
        "outcome": finding.outcome,
        "total_ms": finding.total_us / 1000,
        "phases": finding.phases,
        "evidence": finding.evidence,
        "fit": finding.fit,
    }


def sentence(name: str, finding: Finding) -> str:
    outcome = finding.outcome
    took = f"{finding.total_us / 1000:.0f} ms"
    if outcome.cause is None:
        return f"{name} is up: {outcome.detail or 'answered'} in {took}."
    code = f" {outcome.http_status}" if outcome.http_status else ""
    return f"{name} is {outcome.status} ({outcome.cause}{code}) after {took}: {outcome.detail}"


def _pairs(words: Sequence[str], option: str) -> dict[str, str]:
    pairs = dict(word.partition("=")[::2] for word in words)
    if wrong := [name for name, value in pairs.items() if not name or not value]:
        raise Refusal(Exit.USAGE, f"{option} takes NAME=VALUE, not {wrong[0]!r}.")
    return pairs
