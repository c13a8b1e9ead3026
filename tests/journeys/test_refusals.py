"""What cannot start says so in one sentence and ends with its own exit code, however it is started."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from core.exits import Exit
from scheduler.instance import only_instance
from tests.journeys.actors import command, environment, free_port

RUN = ("cli", "run")
WORKER = ("cli", "worker")
STREAMLIT = ("streamlit", "run", "app.py", "--server.headless", "true", "--server.port")
# Root writes wherever it wants; without this capability it obeys the folder's mode like everybody else.
AS_ANYBODY = """
import ctypes, os, runpy, sys
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE = 24, 1
assert ctypes.CDLL(None, use_errno=True).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0) == 0, os.strerror(ctypes.get_errno())
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""


def streamlit() -> tuple[str, ...]:
    return (*STREAMLIT, str(free_port()))


def refused(env: Mapping[str, str], words: tuple[str, ...], code: Exit) -> str:
    """The one sentence it ended with."""
    done = command(env, *words)
    return said(done, code)


def said(done: subprocess.CompletedProcess[str], code: Exit) -> str:
    assert done.returncode == code, (done.returncode, done.stderr)
    assert "Traceback" not in done.stderr
    *before, sentence = done.stderr.splitlines()
    assert not before or "streamlit" in done.args  # which speaks before it lets us
    assert sentence.endswith(".")
    return sentence


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "integrations.yaml").write_text("version: 1\n")
    return environment(tmp_path, PORT=str(free_port()))


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_port_in_use_is_named_with_the_next_one(env: dict[str, str], taken_port: int) -> None:
    sentence = refused({**env, "PORT": str(taken_port)}, RUN, Exit.PORT_IN_USE)
    assert f"Port {taken_port} is in use" in sentence
    assert f"PORT={taken_port + 1}" in sentence


@pytest.mark.parametrize("words", [RUN, WORKER], ids=["run", "worker"])
def test_a_state_folder_that_cannot_be_made_is_refused(env: dict[str, str], tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "file").touch()
    sentence = refused({**env, "STATE_DIR": str(tmp_path / "file" / "state")}, words, Exit.STATE_NOT_WRITABLE)
    assert "STATE_DIR" in sentence


@pytest.mark.parametrize("locks", [(), ("run.lock", "write.lock", "schema.lock", "worker.lock")], ids=["new", "used"])
@pytest.mark.parametrize("words", [RUN, WORKER], ids=["run", "worker"])
def test_a_state_folder_that_may_only_be_read_is_refused(
    env: dict[str, str], tmp_path: Path, migrated_sqlite: Path, words: tuple[str, ...], locks: tuple[str, ...]
) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    shutil.copy(migrated_sqlite, folder / "health.db")
    for lock in locks:
        (folder / lock).touch()
    folder.chmod(0o555)
    try:
        launched = [sys.executable, *(("-c", AS_ANYBODY) if os.geteuid() == 0 else ()), "-m", *words]
        done = subprocess.run(
            launched, env={**env, "STATE_DIR": str(folder)}, cwd=Path.cwd(), capture_output=True, text=True, timeout=60, check=False
        )
    finally:
        folder.chmod(0o755)
    assert str(folder) in said(done, Exit.STATE_NOT_WRITABLE)


@pytest.mark.parametrize("words", [RUN, WORKER, streamlit()], ids=["run", "worker", "streamlit"])
def test_a_database_of_a_newer_version_is_left_alone(
    env: dict[str, str], tmp_path: Path, migrated_sqlite: Path, words: tuple[str, ...]
) -> None:
    path = tmp_path / "health.db"
    shutil.copy(migrated_sqlite, path)
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    before = path.read_bytes()
    assert "newer version" in refused(env, words, Exit.DATABASE_NEWER)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_left_alone(env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "health.db").write_text("a letter to my aunt " * 500)
    assert "cannot be used as a database" in refused(env, RUN, Exit.DATABASE_UNREACHABLE)


def test_a_postgres_that_does_not_answer_is_named_without_its_password(env: dict[str, str]) -> None:
    url = f"postgresql://health:hunter2-secret@127.0.0.1:{free_port()}/health"
    sentence = refused({**env, "DATABASE_URL": url}, WORKER, Exit.DATABASE_UNREACHABLE)
    assert "127.0.0.1" in sentence
    assert "hunter2" not in sentence


@pytest.mark.parametrize("words", [RUN, streamlit()], ids=["run", "streamlit"])
def test_a_second_instance_on_one_state_folder_is_refused(env: dict[str, str], tmp_path: Path, words: tuple[str, ...]) -> None:
    lock = only_instance(tmp_path)
    try:
        assert "Another instance serves" in refused(env, words, Exit.ALREADY_RUNNING)
    finally:
        lock.release()


@pytest.mark.parametrize("words", [RUN, (*streamlit(), "--server.address", "0.0.0.0")], ids=["run", "streamlit"])
def test_others_are_not_let_in_without_a_token(env: dict[str, str], words: tuple[str, ...]) -> None:
    assert "ACCESS_TOKEN" in refused({**env, "HOST": "0.0.0.0"}, words, Exit.TOKEN_NEEDED)


@pytest.mark.parametrize("words", [RUN, WORKER, ("cli", "diff")], ids=["run", "worker", "diff"])
def test_a_wrong_value_in_the_environment_is_named_and_not_shown(env: dict[str, str], words: tuple[str, ...]) -> None:
    sentence = refused({**env, "ACCESS_TOKEN": "short-secret", "TIMEZONE": "Mars/Olympus"}, words, Exit.CONFIGURATION)
    assert "ACCESS_TOKEN" in sentence
    assert "TIMEZONE" in sentence
    assert "short-secret" not in sentence
