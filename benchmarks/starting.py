"""How soon a worker works, and what it takes: its own process against a vendor on loopback, with ten checks and with a thousand."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import text

from benchmarks.figures import say
from benchmarks.serving import serving
from storage.engine import Database, open_database
from storage.migrate import migrate

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """The worker's own process against a vendor on loopback, from its start to its first result."""
    with vendor() as url:
        took = {checks: min(started(url, checks) for _ in range(2)) for checks in (10, 1_000)}
    (few_s, _), (many_s, memory_mib) = took[10], took[1_000]
    say("start to the first result, 1,000 checks", many_s, "<=", 5, "s", seen="the worker's own process, a vendor on loopback")
    say("start to the first result, 1,000 checks against 10", many_s / few_s, "<=", 2, seen=f"{many_s:.2f} s, {few_s:.2f} s")
    say("memory of a worker with 1,000 checks", memory_mib, "<=", 250, "MiB", seen="resident, when each had its first result")


def started(url: str, checks: int) -> tuple[float, float]:
    """Seconds to the first result, and the worker's memory once every check has one."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "integrations.yaml"
        file.write_text(json.dumps({"version": 1, "defaults": {"interval": "60s"}, "integrations": [_one(url, n) for n in range(checks)]}))
        database = f"sqlite:///{Path(folder) / 'health.db'}"
        env = {**os.environ, "STATE_DIR": folder, "CONFIG": str(file), "CANARIES": "http://127.0.0.1:9/ http://127.0.0.1:19/"}
        migrate(database)
        with (Path(folder) / "log").open("wb") as log:
            begun = time.monotonic()
            worker = subprocess.Popen([sys.executable, "-m", "scheduler"], cwd=ROOT, env=env, stdout=log, stderr=log)
            db = open_database(database)
            try:
                _until(db, 1, worker, Path(folder) / "log")
                took_s = time.monotonic() - begun
                _until(db, checks, worker, Path(folder) / "log")
                return took_s, _resident_of(worker.pid)
            finally:
                db.close()
                worker.terminate()
                worker.wait(30)


def _one(url: str, number: int) -> dict[str, Any]:
    settings = {"url": f"{url}/{number}"}
    return {"slug": f"vendor-{number}", "provider": "http", "vendor": f"V{number}", "private_targets": True, "settings": settings}


def _until(db: Database, count: int, worker: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 120
    seen = 0
    while seen < count:
        if worker.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{seen} of {count} results: {log.read_text()[-2_000:]}")
        time.sleep(0.01)
        with db.read() as conn:
            seen = conn.execute(text('SELECT COUNT(DISTINCT "check") FROM result')).scalar_one()


def _resident_of(process: int) -> float:
    said = subprocess.run(["ps", "-o", "rss=", "-p", str(process)], stdout=subprocess.PIPE, text=True, check=True)
    return int(said.stdout) / 1024


@contextmanager
def vendor() -> Iterator[str]:
    """Answers whatever is asked, from a thread of this process."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok")
        await writer.drain()
        writer.close()

    with serving(answer) as port:
        yield f"http://127.0.0.1:{port}"


if __name__ == "__main__":
    main()
