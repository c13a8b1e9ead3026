"""What is declared becomes a running plan, and the pages hear what stands in its way."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from config.loading import load
from config.models import Config
from core.ledger import Ledger, WindowKind, WindowRow
from core.line import HEARTBEAT
from scheduler.beside import expanded
from scheduler.declarations import Declared, digest_of
from scheduler.memory import Memory
from scheduler.setup import Setup, set_up, with_windows
from storage.catalogue import load_catalogue
from storage.engine import Database
from storage.lease import current, take
from storage.notices import notices
from storage.windows import windows
from storage.writer import Writer

NOW_MS = 1_795_000_000_000
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
TEXT = """
version: 1
channels:
  ops: {kind: slack, token: env:SLACK_TOKEN, channel: "#ops"}
  backup: {kind: webhook, url: "https://hooks.example/alerts", secret: env:HOOK_SECRET}
alerting: {channel: ops, fallback: backup}
integrations:
  - {slug: stripe, provider: stripe, secrets: {secret_key: env:STRIPE_KEY}, checks: {export: {kind: heartbeat, every: 1h}}}
maintenance:
  - {name: Weekly, weekly: {day: sunday, start: "02:00", end: "04:00"}}
"""


def made(db: Database, text: str = TEXT, env: dict[str, str] | None = None) -> Setup:
    loaded = load(text)
    assert loaded.config is not None
    return set_up(db, Declared(loaded.config, loaded.declared, text, digest_of(text)), env or {}, NOW_MS, take(db, None, NOW_MS))


def config_of(text: str) -> Config:
    config = load(text).config
    assert config is not None
    return config


def told(db: Database) -> dict[str, object]:
    with db.read() as conn:
        return {key: dict(row.body) for key, row in notices(conn).items()}


def test_pages_hear_of_the_declared_channels_by_name_and_kind(db: Database) -> None:
    made(db)
    assert told(db)["channels"] == {"ops": "slack", "backup": "webhook"}


def test_a_channel_that_is_gone_is_not_told_of(db: Database) -> None:
    made(db)
    made(db, "version: 1\nintegrations: [{slug: stripe, provider: stripe}]\n")
    assert "channels" not in told(db)


def test_a_missing_secret_is_named_until_it_is_there(db: Database) -> None:
    setup = made(db)
    assert "STRIPE_KEY" in str(told(db)["secrets"])
    missing = {setup.works.names[ident]: job.missing_secrets for ident, job in setup.works.jobs.items()}
    assert missing == {"stripe/api": ("secret_key",), "stripe/reachability": (), "stripe/status_page": ()}
    made(db, env={"STRIPE_KEY": "rk_test_of_nobody"})
    assert "secrets" not in told(db)


def test_a_heartbeat_is_planned_and_never_asked(db: Database) -> None:
    setup = made(db)
    (beat,) = (check.id for check in setup.plan.checks.values() if check.kind == HEARTBEAT)
    assert beat not in setup.works.jobs


def test_weekly_windows_are_instants_of_the_next_two_weeks(db: Database) -> None:
    setup = made(db)
    assert len(setup.plan.maintenance) == 2
    assert all(rule.end_ms - rule.start_ms == 2 * 3_600_000 for rule in setup.plan.maintenance)


def test_every_day_the_weekly_windows_of_the_day_two_weeks_ahead_are_written_out_too(db: Database) -> None:
    setup, config = made(db), config_of(TEXT)
    memory, starts = Memory(plan=setup.plan), {rule.start_ms for rule in setup.plan.maintenance}
    for day in range(1, 15):
        _, memory = expanded(db, config, memory, NOW_MS + day * DAY_MS)
        starts |= {rule.start_ms for rule in memory.plan.maintenance}
    ordered = sorted(starts)
    assert len(ordered) == 4
    assert {late - early for early, late in pairwise(ordered)} == {7 * DAY_MS}


def test_what_a_person_ended_since_the_last_plan_does_not_come_back_with_the_next_days_windows(db: Database) -> None:
    setup, config = made(db), config_of(TEXT)
    silence = WindowRow(WindowKind.SILENCE, NOW_MS, NOW_MS + DAY_MS, None, "drill", "Mara")
    with db.read() as conn:
        epoch = current(conn)
    Writer(db).commit(Ledger(windows=[silence]), epoch=epoch)
    with db.read() as conn:
        catalogue = load_catalogue(conn)
        (row,) = windows(conn, NOW_MS, NOW_MS + 1, WindowKind.SILENCE)
    memory = Memory(plan=with_windows(db, catalogue, NOW_MS))
    assert len(memory.plan.silences) == 1
    Writer(db).commit(Ledger(windows=[replace(row, end_ms=NOW_MS + HOUR_MS)]), epoch=epoch)

    _, memory = expanded(db, config, memory, NOW_MS + 3 * HOUR_MS)
    assert memory.plan.silences == ()
    assert memory.plan.maintenance == setup.plan.maintenance


def test_the_channel_and_fallback_are_those_of_the_file(db: Database) -> None:
    setup = made(db)
    assert (setup.judge.default_channel, setup.fallback) == ("ops", "backup")
