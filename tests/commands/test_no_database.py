"""Commands that read or correct what is there make nothing where nothing is: a wrong STATE_DIR or DATABASE_URL is said to be one."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect
from sqlalchemy.engine import make_url

from core.exits import Exit
from tests.journeys.actors import cli, environment

CORRECTION = ("correct", "stripe", "--from", "2026-11-03T10:00", "--to", "2026-11-03T11:00", "--as", "up", "--why", "x", "--by", "Mara")
READERS = {
    "correct": CORRECTION,
    "list": ("correct", "--list"),
    "withdraw": ("correct", "--withdraw", "1"),
    "report": ("report", "2025-11"),
    "export": ("export", "out.csv"),
    "backup": ("backup",),
    "alerts": ("alerts", "test"),
}


@pytest.fixture
def elsewhere(tmp_path: Path) -> dict[str, str]:
    return environment(tmp_path, STATE_DIR=str(tmp_path / "mistyped"))


@pytest.mark.parametrize("words", READERS.values(), ids=READERS)
def test_nothing_is_made_where_nothing_ran(elsewhere: dict[str, str], tmp_path: Path, words: tuple[str, ...]) -> None:
    done = cli(elsewhere, *words)
    assert done.returncode == Exit.NO_DATABASE
    (sentence,) = done.stderr.splitlines()
    folder = tmp_path / "mistyped"
    assert sentence.startswith(
        f"There is no database of this product at {folder / 'health.db'} (STATE_DIR is {folder}, DATABASE_URL is not set): "
    )
    assert "integration-health run" in sentence
    assert list(tmp_path.iterdir()) == []


def test_an_empty_postgres_stays_empty_and_its_password_unsaid(tmp_path: Path, empty_postgres_url: str) -> None:
    url = make_url(empty_postgres_url).set(password="hunter2").render_as_string(hide_password=False)
    done = cli(environment(tmp_path, url), *CORRECTION)
    assert done.returncode == Exit.NO_DATABASE
    assert "hunter2" not in done.stderr
    assert make_url(empty_postgres_url).database in done.stderr
    engine = create_engine(make_url(empty_postgres_url).set(drivername="postgresql+psycopg"))
    assert inspect(engine).get_table_names() == []
    engine.dispose()


def test_an_empty_file_is_no_database_either(tmp_path: Path) -> None:
    (tmp_path / "health.db").touch()
    assert cli(environment(tmp_path), "report", "2025-11").returncode == Exit.NO_DATABASE
    assert (tmp_path / "health.db").stat().st_size == 0


def test_a_comparison_with_nothing_says_so_and_makes_nothing(elsewhere: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "integrations.yaml"
    file.write_text("version: 1\nintegrations:\n  - {slug: stripe, provider: stripe}\n")
    done = cli(elsewhere, "diff")
    assert (done.returncode, done.stdout.strip()) == (Exit.FAILED, "+ version: 1\n+ integrations.stripe")
    assert done.stderr.startswith("Everything is new. There is no database of this product at ")
    assert list(tmp_path.iterdir()) == [file]


def test_a_diagnosis_makes_nothing(elsewhere: dict[str, str], tmp_path: Path) -> None:
    done = cli(elsewhere, "doctor")
    assert f"There is no database at {tmp_path / 'mistyped' / 'health.db'} yet." in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_applying_a_file_may_be_the_beginning(tmp_path: Path) -> None:
    (tmp_path / "integrations.yaml").write_text("version: 1\n")
    assert cli(environment(tmp_path, STATE_DIR=str(tmp_path / "new")), "apply").returncode == Exit.OK
    assert (tmp_path / "new" / "health.db").exists()
