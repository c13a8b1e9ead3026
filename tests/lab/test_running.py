"""The lab beside a program without a loop, and as a program of its own."""

from __future__ import annotations

import re
import signal
import ssl
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest

from lab.caller import call_every
from lab.faults import Kind
from lab.running import LabThread


def test_the_lab_runs_in_a_thread_and_is_broken_from_outside() -> None:
    with LabThread(["cloudflare"]) as running:
        lab = running.lab
        with httpx.Client(verify=ssl.create_default_context(cafile=str(lab.ca_file))) as client:
            assert client.get(lab.url("cloudflare") + "/client/v4/ips").status_code == 200
            running.call(lab.break_, "cloudflare", Kind.REFUSED)
            with pytest.raises(httpx.ConnectError):
                client.get(lab.url("cloudflare") + "/client/v4/ips")
    assert "lab" not in {thread.name for thread in threading.enumerate()}


def test_what_goes_wrong_in_the_labs_loop_is_raised_outside() -> None:
    with LabThread(["cloudflare"]) as running, pytest.raises(KeyError):
        running.call(running.lab.break_, "nobody", Kind.REFUSED)


def test_python_m_lab_says_where_everything_is_and_stops_when_told() -> None:
    with subprocess.Popen([sys.executable, "-m", "lab", "--port", "0", "--quiet"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(9)]
        desk = re.search(r"http://\S+", said[0])
        assert desk is not None
        assert httpx.get(desk.group() + "state").json()["script"] is None
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0


def test_a_job_calls_its_heartbeat() -> None:
    heard = threading.Event()

    class Listener(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.set()
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Listener) as server, LabThread(["cloudflare"]) as running:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        running.start(call_every(f"http://127.0.0.1:{server.server_port}/ping/x", 60))
        assert heard.wait(10)
        server.shutdown()
