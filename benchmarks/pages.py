"""What the pages cost with a thousand integrations, against an empty Streamlit page: a rerun, a refresh, the paint in Chromium.

python benchmarks/pages.py
"""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.figures import say
from benchmarks.sessions import Session, counted, rerun
from benchmarks.thousand import build
from tests.pages.conftest import BROWSERS, QUIET, ROOT, free_port, wait_until_served

RERUNS, TURNS, LOADS, REFRESHES, TABS = 20, 5, 6, 6, 20
EMPTY = "import streamlit as st\n\nst.title('Nothing')\n"
APP = """
from contextlib import asynccontextmanager

import streamlit as st

from api.sockets import send_at_once


@asynccontextmanager
async def lifespan(_):
    send_at_once()
    yield {{}}


app = st.App({script!r}, lifespan=lifespan)
"""  # as app.py serves its pages: without it Streamlit waits 40 ms for a delayed acknowledgement, an empty page too
DONE = '[data-testid="stApp"][data-test-script-state="notRunning"]'


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        build(Path(folder))
        empty_page = Path(folder) / "empty.py"
        empty_page.write_text(EMPTY)
        wall, wall_server = stack.enter_context(served(str(ROOT / "pages" / "router.py"), folder))
        empty, empty_server = stack.enter_context(served(str(empty_page), folder))
        asyncio.run(reruns(wall, empty, (wall_server, empty_server)))
        asyncio.run(memory(wall, wall_server))
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=_chromium(playwright.chromium.executable_path), args=list(QUIET))
            painted(browser, wall, empty)
            refreshed(browser, wall)
            browser.close()


async def reruns(wall: str, empty: str, servers: tuple[int, int]) -> None:
    """From the browser's message to the end of the script, some of one and then of the other; the first ones fill the caches."""
    async with Session.open(wall) as full, Session.open(empty) as bare:
        for session in (full, bare):
            await _spent(session, 0, 5)
        spent = [(*await _spent(full, servers[0], RERUNS), *await _spent(bare, servers[1], RERUNS)) for _ in range(TURNS)]
    full_s, full_cpu_s, bare_s, bare_cpu_s = (min(each) for each in zip(*spent, strict=True))
    own = f"of the server's processor time {full_cpu_s * 1000:.1f} ms, {bare_cpu_s * 1000:.1f} ms"
    seen = f"{full_s * 1000:.1f} ms, {bare_s * 1000:.1f} ms, the least of {TURNS * RERUNS} in turn; {own}"
    say("rerun of the wall, 1,000 checks, against an empty page", full_s / bare_s, "<=", 3, seen=seen)


async def _spent(session: Session, server: int, times: int) -> tuple[float, float]:
    """The shortest rerun, and processor time of one in the mean, in seconds."""
    before = _used_s(server)
    shortest = min([await rerun(session) for _ in range(times)])
    return shortest, (_used_s(server) - before) / times


def _used_s(server: int) -> float:
    """Of a process with its threads, those that ended included; in hundredths of a second."""
    if not server:
        return 0.0
    fields = Path(f"/proc/{server}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def memory(wall: str, server: int) -> None:
    """Resident memory of the pages' process, for each page that stays open."""
    async with Session.open(wall) as first:
        await rerun(first)
        before = _resident_mib(server)
        async with _many(wall) as others:
            await asyncio.gather(*map(rerun, others))
            grown = (_resident_mib(server) - before) / TABS
    say("memory of the pages, 1,000 integrations", before, "<=", 400, "MiB", seen="resident, one page open")
    say("memory of each further open page", grown, "<=", 10, "MiB", seen=f"{TABS} more walls of 1,000 integrations")


class _many:  # noqa: N801 it reads as a word of the `with`
    def __init__(self, address: str) -> None:
        self._opened = [Session.open(address) for _ in range(TABS)]

    async def __aenter__(self) -> list[Session]:
        return [await one.__aenter__() for one in self._opened]

    async def __aexit__(self, *_: object) -> None:
        for one in self._opened:
            await one.__aexit__(None, None, None)


def painted(browser: Browser, wall: str, empty: str) -> None:
    """From the address to the drawn page, in a browser that has Streamlit's own files already."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    spent = [[_load(context.new_page(), address) for address in (wall, empty)] for _ in range(LOADS)]
    context.close()
    wall_s, empty_s = (min(each) for each in zip(*spent[1:], strict=True))
    seen = f"{wall_s:.2f} s, {empty_s:.2f} s, the least of {LOADS - 1} in turn"
    say("the wall painted in Chromium, 1,000 integrations, against an empty page", wall_s / empty_s, "<=", 3, seen=seen)


def _load(page: Page, address: str) -> float:
    begun = time.monotonic()
    page.goto(address, wait_until="commit")
    page.wait_for_selector("h1", timeout=60_000)
    page.wait_for_selector(DONE, timeout=60_000)
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    took_s = time.monotonic() - begun
    page.close()
    return took_s


def refreshed(browser: Browser, wall: str) -> None:
    """Every byte between Chromium and the server, both ways, while nothing changes: a refresh every two seconds."""
    with counted(int(wall.rpartition(":")[2])) as (port, passed):
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{port}/")
        page.wait_for_selector(DONE, timeout=60_000)
        page.wait_for_timeout(5_000)
        passed.clear()
        page.wait_for_timeout(REFRESHES * 2_000)
        page.close()
        sizes = [sum(size for _, size in group) for group in _together(list(passed))]
    say(
        "a refresh of the wall when nothing changed",
        median(sizes),
        "<=",
        2_000,
        "bytes",
        seen=f"the middle of {len(sizes)}, on the wire, both ways",
    )


def _together(passed: list[tuple[float, int]]) -> list[list[tuple[float, int]]]:
    """What belongs to one refresh: less than a second apart."""
    groups: list[list[tuple[float, int]]] = []
    for before, one in itertools.pairwise([(float("-inf"), 0), *passed]):
        if one[0] - before[0] > 1:
            groups.append([])
        groups[-1].append(one)
    return groups


@contextmanager
def served(script: str, folder: str) -> Iterator[tuple[str, int]]:
    """The address and the process of a Streamlit server with the product's own settings."""
    port = free_port()
    app = Path(folder) / f"serve_{port}.py"
    app.write_text(APP.format(script=script))
    command = [sys.executable, "-m", "streamlit", "run", str(app), "--server.port", str(port)]
    env = {"PATH": "/usr/bin:/bin", "HOME": folder, "STATE_DIR": folder, "PORT": str(port), "PYTHONPATH": str(ROOT)}
    with (Path(folder) / f"{port}.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=subprocess.STDOUT)
        try:
            wait_until_served(f"http://127.0.0.1:{port}", server)
            yield f"http://127.0.0.1:{port}", server.pid
        finally:
            server.terminate()
            server.wait(10)


def _resident_mib(process: int) -> float:
    said = subprocess.run(["ps", "-o", "rss=", "-p", str(process)], stdout=subprocess.PIPE, text=True, check=True)
    return int(said.stdout) / 1024


def _chromium(own: str) -> str:
    found = [path for name in BROWSERS if (path := shutil.which(name))]
    return found[0] if found else own


if __name__ == "__main__":
    main()
