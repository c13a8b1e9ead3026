"""A database of the first version becomes one of this version with everything in it, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import create_engine, text

from storage.address import parse
from storage.corrections import corrections
from storage.engine import open_database
from storage.migrate import alembic_config, migrate


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_the_rows_of_the_first_version_are_all_there(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    url = f"sqlite:///{tmp_path / 'health.db'}" if kind == "sqlite" else request.getfixturevalue("empty_postgres_url")
    engine = create_engine(parse(url).url)
    with engine.begin() as conn:
        command.upgrade(alembic_config(conn), "0001")
        conn.execute(text("INSERT INTO result VALUES (1, 1, 1764028800000, 12, 0, 0, 120000)"))
    engine.dispose()
    assert migrate(url) is True
    db = open_database(url, wait_s=0)
    with db.read() as conn:
        assert conn.execute(text("SELECT at_ms, total_us FROM result")).all() == [(1764028800000, 120000)]
        assert corrections(conn) == []
        assert conn.execute(text("SELECT COUNT(*) FROM phase_hours")).scalar() == 0
    db.close()
