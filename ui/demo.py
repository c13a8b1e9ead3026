"""The demo beside the real thing: the product's own command as a child, in a state folder of its own, on a port of its own."""

from __future__ import annotations

import atexit
import contextlib
import os
import socket
import subprocess
import sys
from dataclasses import dataclass

import streamlit as st

from ui.html import outside
from ui.place import settings

_NOT_ITS = ("ACCESS_TOKEN", "DATABASE_URL", "CONFIG", "BASE_URL", "SENTRY_DSN", "SMTP_URL", "WORKER", "SLACK_BASE_URL", "BEAT_FD")


@dataclass(slots=True)
class _Child:
    """The one demo of this process."""

    process: subprocess.Popen[bytes] | None = None
    port: int = 0


@st.cache_resource(show_spinner=False)
def _child() -> _Child:
    return _Child()


def running() -> int:
    """The port the demo answers on; 0 while there is none."""
    child = _child()
    return child.port if child.process is not None and child.process.poll() is None else 0


def start() -> int:
    """Start it unless it runs already: its port. It keeps to STATE_DIR/demo, and ends when the pipe on its standard input closes."""
    if port := running():
        return port
    child = _child()
    child.port = _free_port()
    kept = {name: value for name, value in os.environ.items() if name not in _NOT_ITS}
    own = {"STATE_DIR": str(settings().state_dir), "PORT": str(child.port), "HOST": "127.0.0.1", "ENDS_WITH_PARENT": "1"}
    child.process = subprocess.Popen(
        [sys.executable, "-m", "cli", "demo"], env=kept | own, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    atexit.register(_end, child.process)
    return child.port


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        process.terminate()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def link_to(port: int) -> str:
    """Where it is, for a browser on this machine."""
    return outside("open it", f"http://127.0.0.1:{port}/") or ""
