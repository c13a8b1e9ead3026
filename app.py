"""The web process: pages, API and heartbeats on one port, and the worker started beside it. `streamlit run app.py` serves it too."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import streamlit as st
from streamlit import config as streamlit_config

import observe
from api.access import middleware
from api.deps import Deps
from api.door import Door
from api.interrupts import Interrupts
from api.paths import Paths
from api.routes import routes
from api.sockets import send_at_once
from core.exits import Refusal
from scheduler.supervisor import Supervisor
from scheduler.web_side import WebSide
from settings import SHIPPED, Settings, load

ROOT = Path(__file__).resolve().parent
PAGES = frozenset({"wall", "integration", "integrations", "incident", "incidents", "sla", "trends", "deliveries", "system"})

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


settings, side = prepared()
interrupts = Interrupts(side.end_at_once)
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
