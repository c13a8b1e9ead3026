"""The monitor's own troubles over a real database: told in one transaction, once, followed, ended, and known after a restart."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from alerts.message import Message
from alerts.plain import plain_text
from core.health import Cause, Status
from core.ledger import AlertKind, AlertRow, IncidentKind, IncidentRow, Ledger
from core.own_figures import DAY_MS, HOUR_MS
from core.own_health import Standing, stand, todo
from scheduler import incident_view
from scheduler import judge as judging
from scheduler.backups import Backups
from scheduler.beside import Beside
from scheduler.cadence import Cadence, achieved_ms
from scheduler.clock import Clock
from scheduler.deadman import why_unwell
from scheduler.declarations import Declarations
from scheduler.growth import Growth, growth_bytes
from scheduler.judging import oneself
from scheduler.memory import JudgeSettings
from scheduler.pace import Pace
from scheduler.recorder import Recorder
from settings import load
from storage import deliveries, incidents, notices, processes
from storage.engine import Database, open_database
from storage.folding import Folder
from storage.outbox import StoredOutbox
from storage.own import DEAD_LETTERS, blind_ms, own_rows, own_troubles, size_bytes
from storage.rows import NoticeRow
from tests.core.test_own_health import WELL
from tests.journeys.actors import now_ms, until
from tests.scheduler.office import Office

LATE = {"late": Standing("Checks begin up to 4.0 s late.", open=True, since_ms=1)}
GIVEN_UP = {"dead": Standing("1 alert was given up.", open=True, since_ms=1)}
MINUTE_MS = 60_000


def watched(office: Office, standings: dict[str, Standing], at_ms: int = 0) -> Ledger:
    return office.recorder.change(lambda memory, now: oneself.watched(memory, standings, at_ms or now))


def kinds(ledger: Ledger) -> list[tuple[str, AlertKind]]:
    return [(alert.channel, alert.kind) for alert in ledger.alerts]


def told(db: Database) -> list[AlertKind]:
    with db.read() as conn:
        return [alert.kind for alert in deliveries.alerts(conn)][::-1]


def test_a_trouble_is_one_incident_told_in_the_transaction_that_opens_it(db: Database) -> None:
    office = Office(db)
    assert kinds(watched(office, LATE)) == [("ops", AlertKind.OPENED)]
    assert watched(office, LATE) == Ledger(), "and not again"
    assert told(db) == [AlertKind.OPENED]
    with db.read() as conn:
        (row,) = own_troubles(conn)
    assert (row.key, row.title, row.integration) == ("late", "The monitor is late", None)


def test_its_end_is_told_where_its_opening_was(db: Database) -> None:
    office = Office(db)
    watched(office, LATE)
    over = {"late": replace(LATE["late"], open=False, over_ms=office.clock.now_ms())}
    assert oneself.is_news(office.recorder.memory, over)
    assert kinds(watched(office, over)) == [("ops", AlertKind.RESOLVED)]
    with db.read() as conn:
        assert own_troubles(conn) == []
        (line,) = incidents.incidents(conn)
    assert (line.incident.closed_as, line.incident.resolved_ms) == ("recovered", over["late"].over_ms)


def test_other_figures_edit_the_message_and_not_more_often_than_every_ten_minutes(db: Database) -> None:
    office = Office(db)
    began = office.clock.now_ms()
    watched(office, LATE, began)
    worse = {"late": replace(LATE["late"], says="Checks begin up to 9.0 s late.")}
    assert watched(office, worse, began + 9 * MINUTE_MS) == Ledger()
    assert kinds(watched(office, worse, began + 10 * MINUTE_MS)) == [("ops", AlertKind.UPDATED)]
    assert watched(office, LATE, began + 11 * MINUTE_MS) == Ledger()


def test_nobody_is_reminded_of_it_and_another_plan_does_not_end_it(db: Database) -> None:
    office = Office(db)
    watched(office, LATE)
    office.recorder.change(lambda memory, now: judging.tick(memory, now + DAY_MS))
    office.recorder.change(lambda memory, now: judging.replan(memory, office.plan, now))
    assert told(db) == [AlertKind.OPENED]


def test_what_is_wrong_with_the_alerts_goes_to_the_fallback(db: Database) -> None:
    office = Office(db)
    office.recorder.change(lambda memory, now: judging.replan(memory, office.plan, now, JudgeSettings("ops", fallback="mail")))
    assert kinds(watched(office, {**GIVEN_UP, **LATE})) == [("mail", AlertKind.OPENED), ("ops", AlertKind.OPENED)]


def test_a_restarted_worker_knows_what_was_told(db: Database) -> None:
    office = Office(db)
    watched(office, LATE)
    with db.read() as conn:
        open_ = incidents.open_incidents(conn)
    office.recorder.memory = judging.load(office.plan, incidents=open_, next_incident=9, settings=JudgeSettings("ops"))
    known = oneself.open_troubles(office.recorder.memory)
    standings = stand({}, replace(WELL, lateness_p99_ms=4_000), office.clock.now_ms(), told=known)
    watched(office, standings)
    assert AlertKind.OPENED not in told(db)[1:]


def test_a_trouble_of_another_version_is_closed(db: Database) -> None:
    office = Office(db)
    watched(office, LATE)
    (row,) = office.recorder.memory.incidents.values()
    office.recorder.change(lambda memory, now: (Ledger(incidents=[replace(row, key="older")]), memory))
    office.recorder.memory.incidents[row.id] = replace(row, key="older")
    watched(office, {})
    with db.read() as conn:
        (line,) = incidents.incidents(conn)
    assert line.incident.closed_as == "removed"


def test_what_the_database_knows_leaves_the_monitors_own_alerts_out(db: Database) -> None:
    office = Office(db)
    now_ms = office.clock.now_ms()
    watched(office, LATE)
    alert = AlertRow(None, "mail", AlertKind.TEST, now_ms - HOUR_MS, 4)
    office.recorder.change(lambda memory, now: (Ledger(alerts=[alert, replace(alert, created_ms=now_ms - 60)]), memory))
    with db.read() as conn:
        own, older, newer = sorted(deliveries.alerts(conn), key=lambda line: line.id)
        assert own_rows(conn, now_ms).unsent_ms == now_ms - HOUR_MS
    StoredOutbox(db).dead([own.id, older.id], at_ms=now_ms - 5, error="gone")
    with db.read() as conn:
        rows = own_rows(conn, now_ms)
    assert (rows.dead_letters, rows.dead_ms, rows.dead_channels) == (1, now_ms - 5, ("mail",))
    assert rows.unsent_ms == newer.created_ms
    StoredOutbox(db).hand_over([newer.id], to="ops", at_ms=now_ms)
    with db.read() as conn:
        assert own_rows(conn, now_ms).unsent_ms == newer.created_ms, "the copy waits"
        assert own_rows(conn, now_ms + 2 * DAY_MS).dead_letters == 0
        assert size_bytes(db, conn) > 50_000


def test_blind_periods_of_the_last_day_add_up(db: Database) -> None:
    office = Office(db)
    now_ms = office.clock.now_ms()
    blind = IncidentRow(7, IncidentKind.BLIND, None, now_ms - HOUR_MS, now_ms, Status.UNKNOWN, Cause.OBSERVER, (), None, 3)
    blind = replace(blind, resolved_ms=now_ms - MINUTE_MS, closed_ms=now_ms)
    older = replace(blind, id=8, started_ms=now_ms - 2 * DAY_MS, resolved_ms=now_ms - DAY_MS + MINUTE_MS)
    office.recorder.change(lambda memory, now: (Ledger(incidents=[blind, older]), memory))
    with db.read() as conn:
        assert blind_ms(conn, now_ms) == 59 * MINUTE_MS + MINUTE_MS


def test_growth_is_kept_over_a_restart_and_told_when_enough_is_known(db: Database) -> None:
    office = Office(db)
    first, now_ms = Growth(db), 400 * DAY_MS

    def known() -> dict[str, NoticeRow]:
        with db.read() as conn:
            return notices.notices(conn)

    assert first.note(known(), 1_000, now_ms, epoch=office.epoch) is None
    assert first.note(known(), 1_500, now_ms + HOUR_MS - 1, epoch=office.epoch) is None
    assert len(known()["database"].body["points"]) == 1, "once an hour"
    assert Growth(db).note(known(), 3_000, now_ms + 12 * HOUR_MS, epoch=office.epoch) == 4_000
    assert growth_bytes([(0, 5_000), (2 * DAY_MS, 1_000)]) == -2_000


def test_only_the_last_minutes_count_as_lateness() -> None:
    pace = Pace()
    for begun in range(100):
        pace.note(begun, 9_000)
    for begun in range(400_000, 400_100):
        pace.note(begun, begun - 400_000)
    assert pace.late_ms(400_100, 50, 99) == (49, 98)
    assert pace.late_ms(10_000_000, 50) == (None,)
    assert pace.runs == 200


def test_a_check_that_is_asked_too_seldom_stands_beside_what_it_should_be(db: Database) -> None:
    office, cadence = Office(db), Cadence()
    now_ms = office.clock.now_ms()
    cadence.heard([office.heard(ago_s) for ago_s in (420, 300, 180, 60)])
    cadence.heard([office.heard(1, request=5)])
    (one,) = cadence.slowed(office.recorder.memory, {office.check: "stripe/api"}, now_ms)
    assert (one.check, one.configured_ms) == ("stripe/api", 60_000)
    assert one.achieved_ms == pytest.approx(120_000, abs=100)
    assert cadence.slowed(judging.load(type(office.plan)()), {}, now_ms) == ()


def test_one_long_gap_is_a_sleep_and_a_gap_that_goes_on_is_not() -> None:
    assert achieved_ms([0, 60, 120, 9_000, 9_060], 9_060) == 60
    assert achieved_ms([0, 60, 120], 900) == 780
    assert achieved_ms([0, 60], 900) is None


def test_the_newest_backup_and_the_habit_are_read_from_its_folder(tmp_path: Path) -> None:
    backups = Backups.of(tmp_path, None)
    assert backups.newest() == (None, None)
    (tmp_path / "backups").mkdir()
    for number, at_s in enumerate((1_000, 1_000 + 86_400, 1_000 + 3 * 86_400, 1_000 + 5 * 86_400)):
        made = tmp_path / "backups" / f"{number}.zip"
        made.touch()
        os.utime(made, (at_s, at_s))
        if number == 0:
            assert backups.newest() == (1_000_000, None)
    assert backups.newest() == (1_000_000 + 5 * DAY_MS, 2 * DAY_MS)
    assert Backups.of(tmp_path, tmp_path / "backups").newest() == (1_000_000 + 5 * DAY_MS, DAY_MS), "every night"
    assert Backups.of(tmp_path, tmp_path / "not mounted").newest() == (None, DAY_MS)


def test_somebody_is_called_only_while_beats_writing_and_queue_are_well() -> None:
    well = {"beats": True, "failing_since_ms": None, "lag_ms": 200, "due_ms": 10}
    assert why_unwell(**well) is None  # type: ignore[arg-type]
    for broken in ({"beats": False}, {"failing_since_ms": 1}, {"lag_ms": 60_000}, {"due_ms": 100_000}):
        assert why_unwell(**{**well, **broken})  # type: ignore[arg-type]


def test_dead_letters_are_found_by_an_index(sqlite_url: str) -> None:
    """It is asked every two seconds, of a table that is kept for ever."""
    db = open_database(sqlite_url, wait_s=0)
    with db.read() as conn:
        plan = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {DEAD_LETTERS.text.replace(':since', '1').replace(':own', '2')}").all()
    db.close()
    assert any("ix_alert_dead" in str(step) for step in plan)


def test_a_database_that_is_full_is_told_past_itself(sqlite_url: str, tmp_path: Path) -> None:
    """Nothing can be recorded, an alert row neither: the sentence goes straight to a channel."""
    db = open_database(sqlite_url, wait_s=0)
    office, later_ms = Office(db), [0]
    clock = Clock(wall_ms=lambda: now_ms() + later_ms[0], monotonic_ms=lambda: time.monotonic_ns() // 1_000_000 + later_ms[0])
    recorder = Recorder(db, office.epoch, clock, judging.load(office.plan, settings=JudgeSettings("ops")), office.audience)
    with db.write() as conn:
        pages = conn.exec_driver_sql("PRAGMA page_count").scalar()
        conn.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    said: list[str] = []
    declarations = Declarations(lambda: tmp_path / "integrations.yaml", {}, db)
    settings = load({"STATE_DIR": str(tmp_path)})
    beside = Beside(settings, db, office.epoch, clock, recorder, Folder(db), declarations, said.append)
    recorder.start()
    for number in range(5_000):
        recorder.put(office.heard(number * 0.05, Cause.SERVER_ERROR))
    until(lambda: recorder.health.failing_since_ms, "writing fails")
    beside._report_unwritten()
    assert said == [], "not for a moment's trouble"
    later_ms[0] = 11_000
    beside._report_unwritten()
    recorder.stop()
    db.close()
    assert "database or disk is full" in said[0]


def test_a_standby_is_no_start(db: Database) -> None:
    at_ms = now_ms()
    for body in ({}, {"epoch": 3}, {"epoch": 4}):
        processes.beat(db, processes.register(db, "worker", at_ms), at_ms, leads=False, body=body)
    processes.register(db, "command", at_ms)
    with db.read() as conn:
        assert own_rows(conn, at_ms).starts == 2
        assert own_rows(conn, at_ms + 2 * HOUR_MS).starts == 0


def test_its_message_says_the_figure_and_what_to_do(db: Database) -> None:
    office = Office(db)
    watched(office, LATE)
    (row,) = office.recorder.memory.incidents.values()
    view = incident_view.look(db, row.id, office.clock.now_ms(), "https://monitor.example")
    assert view is not None
    said = plain_text(Message("alert_1", view, frozenset({AlertKind.OPENED}), row.severity, office.clock.now_ms()))
    for words in ("The monitor is late", "Ours.", LATE["late"].says, todo("late"), "the monitor itself", f"/incident?id={row.id}"):
        assert words in said
