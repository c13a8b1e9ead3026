"""The web process: pages, API and heartbeats on one port, and the worker started beside it. `streamlit run app.py` serves it too."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

import anyio
import streamlit as st
from streamlit import config as streamlit_config

import observe
from api.access import middleware
from api.deps import Deps
from api.door import Door
from api.paths import Paths
from api.routes import routes
from api.sockets import send_at_once
from core.exits import Exit, Refusal
from scheduler.supervisor import Supervisor
from scheduler.web_side import WebSide
from settings import SHIPPED, Settings, load

ROOT = Path(__file__).resolve().parent
PAGES = frozenset({"wall", "integration", "integrations", "incident", "incidents", "sla", "trends", "deliveries", "system"})
SAME_S: Final = 0.5  # a launcher that passes a Ctrl-C on makes two of one
ENDED: Final = b"Ended at once; the checks that were under way run again at the next start.\n"

log = logging.getLogger("app")


def by_streamlit() -> bool:
    """Whether Streamlit serves this file; another server (uvicorn) listens where it is told to, and HOST and PORT say where that is.

    `run` names the file beside what ships with the product, where a wheel has its Streamlit options but not its code.
    """
    return Path(sys.argv[0]).resolve() in {Path(__file__).resolve(), (SHIPPED / "app.py").resolve()}


def served(settings: Settings) -> Settings:
    """Streamlit listens where its own options say, which may have come from its command line: links in messages lead there."""
    if not by_streamlit():
        return settings
    address = streamlit_config.get_option("server.address") or "0.0.0.0"  # noqa: S104 it listens on all of them then
    return settings.model_copy(update={"host": address, "port": int(streamlit_config.get_option("server.port"))})


def prepared() -> tuple[Settings, WebSide]:
    """Refuses at import, in one sentence and with its own exit code: a refusal later would be a traceback."""
    try:
        settings = served(load())
        observe.set_up(settings, role="web")
        observe.adopt("streamlit", "uvicorn")
        settings.check_address(settings.host)
        where = {"HOST": settings.host, "PORT": str(settings.port)}
        side = WebSide(settings, Supervisor(env=where) if settings.worker else None)
        side.prepare()
    except Refusal as refusal:
        sys.stderr.write(refusal.sentence + "\n")
        raise SystemExit(int(refusal.code)) from None
    return settings, side


class Interrupts:
    """Ctrl-C while we stop already: the server would go on waiting for callers and worker, or be torn down with a traceback."""

    def __init__(self) -> None:
        self.by_hand = False  # whether somebody pressed Ctrl-C: not every Python raises KeyboardInterrupt again at the end
        self._stopping = 0.0  # since when, by the monotonic clock; 0: not
        self._by_server: dict[signal.Signals, Callable[[int, FrameType | None], object]] = {}

    def hear(self) -> None:
        """The server has set its own handlers, and sets back those it found when it ends."""
        found = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        self._by_server = {number: handler for number, handler in found.items() if callable(handler)}
        for number in self._by_server:
            signal.signal(number, self._heard)

    def _heard(self, number: int, frame: FrameType | None) -> None:
        if self._stopping and number == signal.SIGINT:
            if time.monotonic() - self._stopping > SAME_S:
                self._end_at_once()
            return
        self._stopping, self.by_hand = time.monotonic(), number == signal.SIGINT
        self._by_server[signal.Signals(number)](number, frame)

    def _end_at_once(self) -> NoReturn:
        side.end_at_once()
        os.write(2, ENDED)  # not through sys.stderr: what was interrupted may be writing there
        os._exit(Exit.INTERRUPTED)


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[dict[str, object]]:
    send_at_once()
    if threading.current_thread() is threading.main_thread():  # no other one hears signals
        interrupts.hear()
    side.start()
    if by_streamlit():
        sys.stdout.write(f"Integration Health{', demo' if settings.demo else ''}: {settings.own_address}  (Ctrl-C stops it)\n")
        sys.stdout.flush()
    try:
        yield {}
    finally:
        await anyio.to_thread.run_sync(side.stop)


def report(error: Exception) -> bool:
    """A page that fails is our bug: reported, and shown as one sentence by the frame, never as a traceback."""
    log.error("a page failed", exc_info=error)
    return False


interrupts = Interrupts()
settings, side = prepared()
token = settings.access_token.get_secret_value() if settings.access_token else None
app = st.App(
    ROOT / "pages" / "router.py",
    lifespan=lifespan,
    routes=routes(Deps(database=lambda: side.database, zone=settings.timezone, version=observe.own_version())),
    middleware=middleware(
        Door.of(token=token, host=settings.host, allowed_hosts=settings.allowed_hosts, base_url=settings.base_url), Paths(PAGES)
    ),
    on_script_error=report,
)
