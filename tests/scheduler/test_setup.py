"""What is declared becomes a running plan, and the pages hear what stands in its way."""

from __future__ import annotations

from config.loading import load
from core.line import HEARTBEAT
from scheduler.declarations import Declared, digest_of
from scheduler.setup import Setup, set_up
from storage.engine import Database
from storage.lease import take
from storage.notices import notices

NOW_MS = 1_795_000_000_000
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


def test_the_channel_and_fallback_are_those_of_the_file(db: Database) -> None:
    setup = made(db)
    assert (setup.judge.default_channel, setup.fallback) == ("ops", "backup")
