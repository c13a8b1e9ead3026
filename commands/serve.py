"""Serve pages, API and heartbeats on one port, with the worker beside them, until stopped."""

from __future__ import annotations

import errno
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable

from core.exits import Exit, Refusal
from scheduler.instance import only_instance
from settings import SHIPPED, Settings, load


def run() -> Exit:
    """Everything that could refuse is asked before the server starts, so that a refusal is one sentence."""
    settings = load()
    settings.check_address(settings.host)
    when_parent_ends(lambda: os.kill(os.getpid(), signal.SIGTERM))
    lock = only_instance(settings.state_dir)
    try:
        require_free(settings.host, settings.port)
        return serve(settings)
    finally:
        lock.release()


def when_parent_ends(do: Callable[[], object]) -> None:
    """Started by another process of ours, which holds a pipe to our standard input: end when it does, however it ended."""
    if os.environ.get("ENDS_WITH_PARENT"):

        def wait() -> None:
            while os.read(0, 1):  # not through sys.stdin: whose lock, held here, aborts an interpreter that ends by itself
                pass
            do()

        threading.Thread(target=wait, name="parent", daemon=True).start()


def require_free(host: str, port: int) -> None:
    """Raises Refusal where the port is taken: Streamlit would move to another one, and nobody would find it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise Refusal(Exit.PORT_IN_USE, f"Port {port} is in use: set PORT to another one, such as PORT={port + 1}.") from None
            raise Refusal(Exit.PORT_IN_USE, f"{host}:{port} cannot be listened on: {(error.strerror or 'unknown').lower()}.") from None


def serve(settings: Settings) -> Exit:
    """Import app.py as `streamlit run` would, and serve it here until somebody stops it."""
    sys.argv = [str(SHIPPED / "app.py")]
    config = {"server.address": settings.host, "server.port": settings.port}
    from streamlit import config as streamlit_config
    from streamlit.web import bootstrap

    # As `streamlit run` does: .streamlit/config.toml beside app.py counts from the first reading on, whatever folder we are in.
    # Found at the second one only, it was taken for a change that needs a restart, and Streamlit said so.
    streamlit_config._main_script_path = sys.argv[0]
    bootstrap.load_config_options(config)  # before app.py asks where it listens
    from app import app, interrupts

    app.run(config=config)
    return Exit.INTERRUPTED if interrupts.by_hand else Exit.OK
