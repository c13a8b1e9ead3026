"""Where it listens is said once and carried by every link, however it was started; nobody else is asked what our address is."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from socket import create_server

import pytest

from lab.faults import Kind
from lab.running import LabThread
from tests.journeys.actors import ROOT, Site, declared, environment, roots, until, vendor

TOKEN = "t0ken-" + "x" * 32


class Elsewhere:
    """Every host but this one, as a proxy would be asked for it: counts who came."""

    def __init__(self) -> None:
        self.came = 0
        self._listening = create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                caller, _ = self._listening.accept()
            except OSError:
                return
            self.came += 1
            caller.close()

    def close(self) -> None:
        self._listening.close()


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    there = Elsewhere()
    yield there
    there.close()


def test_streamlit_on_every_address_asks_nobody_for_ours_and_links_lead_to_its_port(tmp_path: Path, elsewhere: Elsewhere) -> None:
    with LabThread(only=["stripe"]) as lab:
        proxies = {"HTTP_PROXY": elsewhere.url, "HTTPS_PROXY": elsewhere.url}
        site = Site(tmp_path, environment(tmp_path, lab=lab, ACCESS_TOKEN=TOKEN, **proxies), declared(vendor(lab, "stripe")))
        del site.env["PORT"]
        site.words = ("streamlit", "run", "app.py", "--server.address", "0.0.0.0", "--server.port", str(site.port))
        with site:
            until(lambda: site.health() == 200, "a worker that leads")
            assert elsewhere.came == 0
            lab.call(lab.lab.break_, "stripe", Kind.SERVER_ERROR)
            until(lambda: roots(lab), "a message")
            assert f"http://localhost:{site.port}/" in json.dumps(roots(lab)[0].blocks)
        assert site.said.count(f"http://localhost:{site.port}") == 1
        assert elsewhere.came == 0


def test_a_start_from_another_folder_says_the_address_and_no_warning(tmp_path: Path) -> None:
    site = Site(tmp_path, {**environment(tmp_path), "PYTHONPATH": str(ROOT)}, "version: 1\n")
    out = tmp_path / "out"
    with out.open("wb") as file:
        site.running = subprocess.Popen([sys.executable, "-m", *site.words], cwd=tmp_path, env=site.env, stdout=file, stderr=file)
    try:
        until(lambda: site.health() == 200, "a worker that leads")
    finally:
        site.stop()
    said = out.read_text()
    assert said.count(f"http://127.0.0.1:{site.port}") == 1
    assert '"level": "warning"' not in said
    assert "restart streamlit" not in said
