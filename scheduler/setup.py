"""From a declared configuration to a running plan: ids from storage, windows as instants, jobs with their secrets, channels opened."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from core.ledger import WindowKind, WindowRow
from core.plan import Plan, WindowRule
from scheduler.declarations import Declared, windows
from scheduler.memory import JudgeSettings
from scheduler.work import Works, works
from storage import notices
from storage.catalogue import Catalogue
from storage.engine import Database
from storage.sync import sync
from storage.windows import replace_declared
from storage.windows import windows as stored_windows

HOUR_MS: Final = 3_600_000
AHEAD_MS: Final = 15 * 24 * HOUR_MS

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Setup:
    """Everything that follows from one configuration."""

    plan: Plan = field(default_factory=Plan)
    works: Works = field(default_factory=Works)
    judge: JudgeSettings = field(default_factory=JudgeSettings)
    fallback: str | None = None


def set_up(db: Database, declared: Declared, env: Mapping[str, str], now_ms: int, epoch: int, before: Works | None = None) -> Setup:
    """Write what is declared into the catalogue and make it ready to run. Raises Fenced where another worker leads."""
    catalogue = sync(db, declared.integrations, now_ms, epoch=epoch)
    replace_declared(db, windows(declared.config, catalogue.plan, now_ms), now_ms)
    made = works(catalogue, env, before)
    _report(db, made, {name: channel.kind for name, channel in declared.config.channels.items()}, now_ms)
    alerting = declared.config.alerting
    places = {ident: slug for slug, ident in catalogue.locations.items()}
    judge = JudgeSettings(alerting.channel, alerting.reminder, places, alerting.fallback)
    return Setup(with_windows(db, catalogue, now_ms), made, judge, alerting.fallback)


def with_windows(db: Database, catalogue: Catalogue, now_ms: int) -> Plan:
    """The plan with maintenance and silences of the file and of people, from a little ago to two weeks ahead."""
    with db.read() as conn:
        rows = stored_windows(conn, now_ms - HOUR_MS, now_ms + AHEAD_MS)
    rules = {kind: tuple(_rule(row) for row in rows if row.kind is kind) for kind in WindowKind}
    return replace(catalogue.plan, maintenance=rules[WindowKind.MAINTENANCE], silences=rules[WindowKind.SILENCE])


def _rule(row: WindowRow) -> WindowRule:
    return WindowRule(row.start_ms, row.end_ms, None if row.integrations is None else frozenset(row.integrations), row.reason)


def _report(db: Database, made: Works, channels: Mapping[str, str], now_ms: int) -> None:
    """Missing secrets and checks that cannot be built, by name and never by value; channels that are declared, by name and kind."""
    for slug, missing in made.missing.items():
        log.warning("%s: %s", slug, "; ".join(missing.values()))
    for name, sentence in made.broken.items():
        log.error("%s cannot be run: %s", name, sentence)
    found: dict[str, Mapping[str, Any]] = {"secrets": made.missing, "checks": made.broken, "channels": channels}
    for key, body in found.items():
        if body:
            notices.put(db, key, dict(body), now_ms)
        else:
            notices.drop(db, key)
