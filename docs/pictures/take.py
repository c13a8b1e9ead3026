"""The README's pictures, taken anew: the demo on a free port, held in its first outages, its pages in a real browser.

.venv/bin/python docs/pictures/take.py
"""

from __future__ import annotations

import importlib.util
import io
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import httpx
from PIL import Image, ImageOps
from playwright.sync_api import Browser, Page, sync_playwright

HERE: Final = Path(__file__).resolve().parent
ROOT: Final = HERE.parents[1]
STATE: Final = Path(tempfile.gettempdir()) / "integration-health-pictures"
FAILING: Final = frozenset({"paypal", "twilio", "sendgrid"})  # the script's first outages; the third takes longest to be confirmed
HELD_S: Final = 21.0  # of the script: all three are broken, and nobody has acknowledged anything yet
STARTED_S: Final = 300
FAILED_S: Final = 300
QUIET: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)
MARGIN: Final = 16
Scheme = Literal["light", "dark"]


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture of one page. `settled`: what must be drawn before it is taken."""

    name: str
    path: str
    scheme: Scheme
    settled: str = ".ih h1"
    width: int = 1440
    height: int = 900
    scale: int = 1


@dataclass(slots=True)
class Demo:
    """A running demo, and what it printed of its addresses."""

    address: str
    slack: str = ""
    desk: str = ""

    def ask(self, path: str) -> Any:
        return httpx.get(f"{self.address}/api/v1{path}", timeout=10).raise_for_status().json()

    def failing(self) -> dict[str, int]:
        """Open incidents: their ids by the integration's slug."""
        with suppress(httpx.HTTPError):
            return {one["integration"]: one["id"] for one in self.ask("/incidents?open=true") if one["integration"]}
        return {}


def shots(paypal: int) -> tuple[Shot, ...]:
    chart = ".js-plotly-plot .main-svg"
    return (
        Shot("wall-light", "/", "light"),
        Shot("wall-dark", "/", "dark"),
        Shot("integration-light", "/integration?id=paypal", "light", chart),
        Shot("incident-dark", f"/incident?id={paypal}", "dark"),
        Shot("sla-light", "/sla", "light", chart),
        Shot("phone", "/", "light", width=390, height=844, scale=2),
    )


@contextmanager
def demo() -> Iterator[Demo]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {**os.environ, "PORT": str(port), "STATE_DIR": str(STATE), "LOG_LEVEL": "WARNING"}
    process = subprocess.Popen([sys.executable, "-m", "cli", "demo"], cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True)
    running = Demo(f"http://127.0.0.1:{port}")
    threading.Thread(target=_listen, args=(process, running), daemon=True).start()
    try:
        yield running
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def _listen(process: subprocess.Popen[str], running: Demo) -> None:
    for line in process.stderr or ():
        if found := re.match(r"Its (Slack|desk)\b.*: (http\S+?)/?$", line):
            setattr(running, found[1].lower(), found[2])


def held(running: Demo) -> int:
    """PayPal's incident, once all three have one and the script stands still."""
    until(lambda: bool(running.desk), STARTED_S, "The history was not played in time.")
    until(lambda: httpx.get(f"{running.desk}/state").json()["script"]["at_s"] >= HELD_S, STARTED_S, "The script did not begin.")
    httpx.post(f"{running.desk}/script", json={"playing": False}).raise_for_status()
    until(lambda: set(running.failing()) >= FAILING, FAILED_S, "The outages were not found in time: is this machine busy?")
    return running.failing()["paypal"]


def until(happens: Callable[[], bool], within_s: float, otherwise: str) -> None:
    """Ends the script with a sentence when it does not happen."""
    deadline = time.monotonic() + within_s
    while not happens():
        if time.monotonic() > deadline:
            raise SystemExit(otherwise)
        time.sleep(1)


def take(browser: Browser, running: Demo, shot: Shot) -> None:
    with _page(browser, shot.scheme, shot.width, shot.height, shot.scale) as page:
        page.goto(running.address + shot.path)
        page.wait_for_selector(shot.settled, timeout=60_000)
        page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=60_000)
        page.wait_for_timeout(1_500)  # the charts' own entrance
        save(shot.name, page.screenshot())


def take_slack(browser: Browser, running: Demo) -> None:
    """The one message, without what stands around it."""
    with _page(browser, "light", 860, 900, 1) as page:
        page.goto(running.slack)
        save("slack", page.locator("article").filter(has_text="PayPal is down").first.screenshot(), MARGIN)


@contextmanager
def _page(browser: Browser, scheme: Scheme, width: int, height: int, scale: int) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        device_scale_factor=scale,
        timezone_id="Europe/Berlin",
        locale="en-GB",
    )
    yield context.new_page()
    context.close()


def save(name: str, taken: bytes, margin: int = 0) -> None:
    picture, path = Image.open(io.BytesIO(taken)).convert("RGB"), HERE / f"{name}.png"
    picture = ImageOps.expand(picture, margin, "white")
    picture.save(path, optimize=True)
    sys.stdout.write(f"{path.name}  {picture.width}x{picture.height}  {path.stat().st_size // 1000} kB\n")
    sys.stdout.flush()


def browser_path() -> str:
    """The one that the set-up finds for the tests."""
    spec = importlib.util.spec_from_file_location("set_up", ROOT / ".ci" / "setup.py")
    if spec is None or spec.loader is None:
        raise SystemExit(".ci/setup.py is missing.")
    set_up = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(set_up)
    found = set_up.find_browser()
    if not isinstance(found, str):
        raise SystemExit("There is no browser to take pictures with: make test says how to get one.")
    return found


def main() -> None:
    with demo() as running, sync_playwright() as playwright:
        paypal = held(running)
        browser = playwright.chromium.launch(executable_path=browser_path(), args=list(QUIET))
        for shot in shots(paypal):
            take(browser, running, shot)
        take_slack(browser, running)
        browser.close()


if __name__ == "__main__":
    main()
