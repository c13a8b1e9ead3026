"""Ctrl-C and SIGTERM stop the product in good order, whoever still listens; a second Ctrl-C ends it at once and leaves nobody behind."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit

from core.exits import Exit
from storage import processes
from storage.engine import open_database
from tests.journeys.actors import Site, alive, environment, leader, until

ANOTHER_S = 0.6
STATIC = Path(streamlit.__file__).parent / "static"
LITTLE = 4096  # what a caller who does not read takes in, beside what the kernel keeps for us
OFTEN = 16  # together more than any kernel keeps


@pytest.fixture
def site(tmp_path: Path, sqlite_url: str) -> Iterator[Site]:
    with Site(tmp_path, environment(tmp_path, sqlite_url), "version: 1\n") as running:
        until(lambda: running.health() == 200, "a worker that leads")
        yield running


@pytest.fixture
def worker(site: Site, sqlite_url: str) -> Iterator[int]:
    """The process that works beside the pages."""
    db = open_database(sqlite_url)
    found = leader(db)
    db.close()
    assert found is not None
    yield found.pid
    if alive(found.pid):
        os.kill(found.pid, signal.SIGKILL)


def interrupted_twice(site: Site, first_said: str) -> str:
    """What it still said after the second time; `first_said` is how far it came by the first."""
    site.send(signal.SIGINT)
    until(lambda: first_said in site.said, "the first one heard")
    before = len(site.said)
    site.send(signal.SIGINT)  # as a launcher passes on what the terminal sent already: it is the same one
    time.sleep(ANOTHER_S)
    site.send(signal.SIGINT)
    assert site.running is not None
    assert site.running.wait(10) == Exit.INTERRUPTED
    return site.said[before:]


def test_a_second_one_waits_for_no_caller_who_does_not_end(site: Site, worker: int) -> None:
    with socket.create_connection(("127.0.0.1", site.port)) as caller:
        caller.sendall(b"POST /ping/nobody HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf")
        until(lambda: site.health() == 200, "an answer to who came later: that call is under way")
        said = interrupted_twice(site, "Waiting for connections to close")
    assert said.splitlines() == ["Ended at once; the checks that were under way run again at the next start."]
    assert not alive(worker)


def test_a_second_one_waits_for_no_worker_that_does_not_end(site: Site, worker: int) -> None:
    os.kill(worker, signal.SIGSTOP)
    said = interrupted_twice(site, "Waiting for application shutdown")
    assert said.splitlines() == ["Ended at once; the checks that were under way run again at the next start."]
    assert not alive(worker)


def test_one_by_itself_is_quiet_too(site: Site, worker: int) -> None:
    site.send(signal.SIGINT)
    assert site.running is not None
    assert site.running.wait(25) == Exit.INTERRUPTED
    assert "Traceback" not in site.said
    assert not alive(worker)


def one_who_reads_no_more(site: Site) -> socket.socket:
    """It has asked for the largest file there is, over and over, and read the first bytes of the answers."""
    largest = max(STATIC.rglob("*.js"), key=lambda path: path.stat().st_size)
    caller = socket.socket()
    caller.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, LITTLE)
    caller.settimeout(20)
    caller.connect(("127.0.0.1", site.port))
    asked = f"GET /{largest.relative_to(STATIC)} HTTP/1.1\r\nHost: localhost\r\n\r\n"
    caller.sendall(asked.encode() * OFTEN)
    assert caller.recv(15) == b"HTTP/1.1 200 OK"
    return caller


def test_a_caller_who_reads_no_more_does_not_hold_up_the_stop(site: Site, worker: int, sqlite_url: str) -> None:
    with one_who_reads_no_more(site):
        assert site.stop(25) == -signal.SIGTERM
    assert "1 caller did not take the answer" in site.said
    assert "Traceback" not in site.said
    db = open_database(sqlite_url)
    with db.read() as conn:
        ended = {row.role: row.ended_ms for row in processes.processes(conn, 0) if row.pid in (worker, site.pid)}
    db.close()
    assert set(ended) == {"worker", "web"}
    assert None not in ended.values(), "each flushed, and said so, before it ended"
