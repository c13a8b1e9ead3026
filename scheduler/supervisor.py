"""The worker as a child of the web process: started, listened to, replaced when it dies or falls silent, ended with its parent."""

from __future__ import annotations

import logging
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

SILENCE_S = 20.0
BACKOFF_S = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
STEADY_S = 60.0  # a worker that lived this long starts the back-off anew
STOP_S = 15.0  # what is in flight may finish within its deadline
KILLED_S = 2.0  # for the kernel to take it away

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Child:
    """What the parent knows of its worker."""

    pid: int | None = None
    started_at: float = 0.0
    beat_at: float = 0.0
    restarts: int = 0
    last_end: str = ""


@dataclass
class Supervisor:
    """Keeps one worker alive. `stop()` closes the pipe it lives by and waits for its graceful end."""

    env: Mapping[str, str] = field(default_factory=dict)
    command: Sequence[str] = (sys.executable, "-m", "scheduler")
    silence_s: float = SILENCE_S
    steady_s: float = STEADY_S
    child: Child = field(default_factory=Child)

    def __post_init__(self) -> None:
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="worker-supervisor", daemon=True)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if (process := self._process) and process.stdin:
            process.stdin.close()
        self._thread.join(STOP_S + 5)

    def kill(self) -> None:
        """Ends it without a graceful end of its own; fit for a handler of signals."""
        self._stopping.set()
        if process := self._process:
            process.kill()
            with suppress(subprocess.TimeoutExpired):
                process.wait(KILLED_S)

    def _keep(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            began = time.monotonic()
            self._live_once()
            failures = 1 if time.monotonic() - began > self.steady_s else failures + 1
            if not self._stopping.is_set():
                self.child.restarts += 1
                log.warning("worker ended (%s); starting it again", self.child.last_end)
                self._stopping.wait(BACKOFF_S[min(failures, len(BACKOFF_S)) - 1])

    def _live_once(self) -> None:
        read_fd, write_fd = os.pipe()
        env = {**os.environ, **self.env, "BEAT_FD": str(write_fd)}
        process = subprocess.Popen(
            list(self.command),
            stdin=subprocess.PIPE,
            env=env,
            pass_fds=(write_fd,),
            start_new_session=True,  # Ctrl-C is the parent's to answer: it closes the pipe
        )
        os.close(write_fd)
        self._process = process
        now = time.monotonic()
        self.child.pid, self.child.started_at, self.child.beat_at = process.pid, now, now
        try:
            silent = self._listen(read_fd)
            self.child.last_end = self._end(process, silent)
        finally:
            os.close(read_fd)

    def _listen(self, fd: int) -> bool:
        """Read beats until the worker goes away (False) or has been silent for too long (True)."""
        with selectors.DefaultSelector() as selector:
            selector.register(fd, selectors.EVENT_READ)
            while not self._stopping.is_set():
                if selector.select(timeout=0.5):
                    if not os.read(fd, 4096):
                        return False
                    self.child.beat_at = time.monotonic()
                elif time.monotonic() - self.child.beat_at > self.silence_s:
                    return True
        return False

    def _end(self, process: subprocess.Popen[bytes], silent: bool) -> str:
        if silent:
            process.kill()
        elif process.stdin and not process.stdin.closed:
            process.stdin.close()
        try:
            code = process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        if silent:
            return f"no beat for {self.silence_s:.0f} s, killed"
        return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
