"""A name server that never answers, through the real worker: the cause is dns, and those who are well are asked on."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from lab.running import LabThread
from storage.engine import open_database
from tests.journeys.actors import ROOT, Worker, declared, environment, newest, now_ms, until, vendor
from tests.journeys.test_hostile import of

SILENT: Final = "127.0.0.53"  # a loopback address of its own
HANGING: Final = 12  # more than libcurl's own threads would bear
QUICK: Final = "{interval: 2s, retry: 2s, timeout: 2s}"


class AskingNobody(Worker):
    """Its resolver is a name server that takes questions and answers none; in a mount namespace of its own."""

    def start(self) -> None:
        resolver = Path(self.env["STATE_DIR"]) / "resolv.conf"
        resolver.write_text(f"nameserver {SILENT}\noptions timeout:30 attempts:1\n")
        inside = 'mount --bind "$0" /etc/resolv.conf && exec "$@"'
        launched = ["unshare", "-m", "sh", "-c", inside, str(resolver), sys.executable, "-m", *self.words]
        with self.log.open("ab") as out:
            self.running = subprocess.Popen(launched, cwd=ROOT, env=self.env, stdout=out, stderr=out)


@pytest.fixture
def silent_server() -> socket.socket:
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((SILENT, 53))
    server.settimeout(30)
    return server


def test_look_ups_that_hang_have_their_cause_and_delay_nobody(tmp_path: Path, sqlite_url: str, silent_server: socket.socket) -> None:
    db = open_database(sqlite_url)
    begun = now_ms()
    hanging = [f"hangs-{number}" for number in range(HANGING)]
    with silent_server, LabThread(only=["stripe"]) as lab:
        far = [
            {"slug": slug, "provider": "http", "name": slug, "private_targets": True, "settings": {"url": f"https://{slug}.example.com/"}}
            for slug in hanging
        ]
        with AskingNobody(
            tmp_path, environment(tmp_path, sqlite_url, lab), declared(vendor(lab, "stripe"), *far, defaults=QUICK)
        ) as worker:
            assert b"hangs" in silent_server.recv(512)
            until(lambda: all(newest(db, f"{slug}/reachability") == "dns" for slug in hanging), "each has its cause", 60)
            until(lambda: len(of(db, "stripe", begun)) >= 3, "who is well is asked on")
            assert worker.stop() == 0
        assert {line.cause for line in of(db, "stripe", begun)} == {None}
    db.close()
