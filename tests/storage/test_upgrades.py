"""A database of every released version comes to this one's tables with every row, and survives a kill -9 at any step on the way."""

from __future__ import annotations

import hashlib
import os
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from core.exits import Exit
from storage import catalogue, incidents, outbox, pages, periods, requests, results, revision, sqlite, timeline, wall
from storage.backup.reading import opened
from storage.engine import open_database
from storage.faults import NewerDatabase
from storage.migrate import migrate
from tests.storage.backup.conftest import child, killed_at, made, reading, restored
from tests.storage.releases import RELEASED, SUMS, found_rows, lay_down, lost, opened_as_it_is, rows_of
from tests.storage.samples import DAY, LOCAL, NOON

STEPS = ("checkpointed", "copied", "upgraded", "settled", "kept", "renamed")
STRIPE, API = 2, 2  # ids in the released databases

pytestmark = pytest.mark.parametrize("released", RELEASED)


@pytest.fixture(params=["sqlite", "postgres"])
def old(request: pytest.FixtureRequest, tmp_path: Path, released: str) -> str:
    url = f"sqlite:///{tmp_path / 'state' / 'health.db'}" if request.param == "sqlite" else request.getfixturevalue("empty_postgres_url")
    lay_down(url, released)
    return str(url)


only_sqlite = pytest.mark.parametrize("old", ["sqlite"], indirect=True)
only_postgres = pytest.mark.parametrize("old", ["postgres"], indirect=True)


def state(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///")).parent


def is_whole(url: str, released: str) -> bool:
    with reading(url) as db, db.read() as conn:
        return lost(found_rows(conn, released), released) == []


def test_a_released_migration_is_never_edited(released: str) -> None:
    (file,) = revision.VERSIONS.glob(f"{released}_*.py")
    assert hashlib.sha256(file.read_bytes()).hexdigest() == SUMS[released]


def test_every_row_is_there_after_the_upgrade(old: str, released: str) -> None:
    assert migrate(old) is True
    assert is_whole(old, released)
    assert migrate(old) is False


def test_what_pages_read_is_what_was_written(old: str, released: str) -> None:
    migrate(old)
    with reading(old) as db, db.read() as conn:
        assert [row.plan.slug for row in catalogue.integrations(conn)] == ["billing", "stripe"]
        assert [row.plan.slug for row in wall.summaries(conn)] == ["billing", "stripe"]
        (line,) = incidents.incidents(conn)
        detail = incidents.incident(conn, line.incident.id)
        assert detail is not None
        assert (detail.incident.title, len(detail.events), len(detail.failures)) == ("Charges fail", 3, 5)
        assert len(results.series(conn, API, LOCAL, NOON - 10 * DAY, NOON)) == 30 + 18
        assert len(results.phases(conn, API, LOCAL, NOON - 10 * DAY, NOON).at_ms) == 30 + 18
        assert len(timeline.spans(conn, [1, API], 0, NOON)) == len(rows_of(released)["span"])
        assert [row.hash for row in periods.periods(conn)] == [rows_of(released)["period"][0]["hash"]]
        assert len(pages.changes(conn, [4], 0, NOON)) == 1
        assert [row.kind for row in requests.unanswered(conn)] == ["acknowledge"]
    assert [parcel.ids for parcel in outbox.StoredOutbox(db).pending("ops")] == [(2,)]


@only_sqlite
@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step_the_next_start_finishes_and_no_row_is_lost(step: str, old: str, released: str) -> None:
    killed_at(step, "upgrading", old)
    assert migrate(old) is (step != "renamed")
    there = {each.name for each in state(old).iterdir()} - {"health.db-wal", "health.db-shm"}
    assert is_whole(old, released)
    assert there == {"health.db", f"health-before-{revision.head()}.db", "schema.lock", "write.lock"}


@only_postgres
def test_killed_in_its_transaction_nothing_has_happened(old: str, released: str) -> None:
    killed_at("upgraded", "upgrading", old)
    assert migrate(old) is True
    assert is_whole(old, released)


@only_sqlite
def test_the_file_that_is_kept_is_the_old_one_and_going_back_works(old: str, released: str) -> None:
    migrate(old)
    kept = state(old) / f"health-before-{revision.head()}.db"
    os.replace(kept, state(old) / "health.db")
    with closing(sqlite.connect(state(old) / "health.db", mode="ro")) as raw:
        assert raw.execute("SELECT version_num FROM alembic_version").fetchone() == (released,)
    assert migrate(old) is True
    assert is_whole(old, released)


@only_sqlite
@pytest.mark.parametrize("room", [pytest.param(0.3, id="for the copy"), pytest.param(1.0, id="for its upgrade")])
def test_a_full_disk_is_one_sentence_and_the_old_one_stays(room: float, old: str, released: str) -> None:
    size = (state(old) / "health.db").stat().st_size
    done = child("short_of_disk", int(size * room), "upgrading", old)
    assert done.returncode == Exit.STATE_NOT_WRITABLE, done.stderr
    assert "could not be upgraded (" in done.stderr
    assert "and is as it was. Upgrading needs room for a second copy of it: make " in done.stderr
    assert {each.name for each in state(old).iterdir()} == {"health.db", "schema.lock", "write.lock"}
    assert migrate(old) is True
    assert is_whole(old, released)


def test_a_database_of_a_newer_version_is_refused(old: str, released: str) -> None:
    migrate(old)
    with reading(old) as db, db.write() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for open_it in (migrate, lambda url: open_database(url, wait_s=0)):
        with pytest.raises(NewerDatabase, match="9999"):
            open_it(old)


def test_its_backup_is_restored_and_upgraded(old: str, released: str, tmp_path: Path) -> None:
    """What `backup` of that version wrote: its rows under its revision."""
    db = opened_as_it_is(old)
    file = made(db, tmp_path / "backup.zip").path
    db.close()
    other = f"sqlite:///{tmp_path / 'other' / 'health.db'}"
    with opened(file) as archive:
        assert archive.manifest.revision == released
    restored(other, file)
    with reading(other) as db, db.read() as conn:
        missing = {name for name, _ in lost(found_rows(conn, released), released)}
    assert missing <= {"lease", "process"}  # nobody leads it, and nobody is alive in it
