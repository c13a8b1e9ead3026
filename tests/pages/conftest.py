"""A real browser and real servers: the pages over a real SQLite state, one process each, started once for all tests."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from storage.engine import Database
from tests.pages.scene.build import Scene, build

ROOT = Path(__file__).resolve().parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
MAC = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
QUIET = ("--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run")


@dataclass(frozen=True, slots=True)
class Site:
    """One server with the state behind it."""

    address: str
    db: Database
    now_ms: int


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for each file: Playwright holds an event loop open meanwhile, and other tests need their own."""
    with sync_playwright() as playwright:
        candidates = [os.environ.get("BROWSER_PATH"), *map(shutil.which, BROWSERS), *MAC, playwright.chromium.executable_path]
        found = next((path for path in candidates if path and Path(path).exists()), None)
        assert found, "no Chromium was found: install Chromium or Chrome, or name one with BROWSER_PATH"
        browser = playwright.chromium.launch(executable_path=found, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def failing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Two vendors down, one slow, one that cannot be judged, one in maintenance; it does not change."""
    with serving(tmp_path_factory.mktemp("failing"), failing=True) as site:
        yield site


@pytest.fixture(scope="module")
def changing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Everything is well, and it is a demo: tests change this state as they go."""
    with serving(tmp_path_factory.mktemp("changing"), failing=False, demo=True) as site:
        yield site


@contextmanager
def serving(folder: Path, *, failing: bool, demo: bool = False) -> Iterator[Site]:
    now_ms = time.time_ns() // 1_000_000
    db = build(folder, Scene(now_ms, failing=failing))
    port = free_port()
    environment = {**os.environ, "STATE_DIR": str(folder), "PORT": str(port), "DEMO": "1" if demo else "0"}
    command = [sys.executable, "-m", "streamlit", "run", "tests/pages/serve.py", "--server.port", str(port)]
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            address = f"http://127.0.0.1:{port}"
            wait_until_served(address, server)
            yield Site(address, db, now_ms)
        finally:
            server.terminate()
            server.wait(10)
            db.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_served(address: str, server: subprocess.Popen[bytes], within_s: float = 30) -> None:
    """Asked over HTTP: a bare connect may meet itself on a free port."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        assert server.poll() is None, "the server ended before it answered"
        with suppress(OSError), urllib.request.urlopen(f"{address}/_stcore/health", timeout=2) as answer:
            if answer.status == 200:
                return
        time.sleep(0.05)
    raise AssertionError(f"{address} does not answer after {within_s} s")


@dataclass(slots=True)
class Tab:
    """A page with everything it complained of."""

    page: Page
    address: str
    faults: list[str]

    def open(self, path: str) -> Tab:
        """Go there and wait until Streamlit has drawn it and runs no more."""
        self.page.goto(self.address + path)
        self.settle()
        return self

    def settle(self) -> None:
        self.page.wait_for_selector(".ih h1", timeout=20_000)
        self.page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=20_000)

    @property
    def text(self) -> str:
        return self.page.locator('[data-testid="stMain"]').inner_text()


@pytest.fixture
def tab(browser: Browser) -> Iterator[Callable[[Site], Tab]]:
    """Opens tabs in a fresh context; what they log as errors or ask of other hosts is kept."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, timezone_id="Europe/Berlin", locale="en-GB")

    def opened(site: Site) -> Tab:
        tab = Tab(context.new_page(), site.address, [])
        tab.page.on(
            "console",
            lambda message: tab.faults.append(message.text) if message.type == "error" and not own_lookup(message.location) else None,
        )
        tab.page.on("pageerror", lambda error: tab.faults.append(str(error)))
        tab.page.on("request", lambda request: tab.faults.append(f"asked {request.url}") if foreign(request.url, site.address) else None)
        return tab

    yield opened
    context.close()


def own_lookup(location: dict[str, object]) -> bool:
    """Under a deep link Streamlit looks for its own base path: two 404s that mean nothing."""
    return "/_stcore/" in str(location.get("url", ""))


def foreign(url: str, address: str) -> bool:
    return not url.startswith((address, address.replace("http", "ws", 1), "data:", "blob:", "about:"))
