"""A road to the tests' Postgres that can be broken at an exact place: when a COMMIT has arrived, before its answer is heard."""

from __future__ import annotations

import contextlib
import socket
import threading
from pathlib import Path

from sqlalchemy.engine import make_url

_COMMIT = b"COMMIT\x00"  # as a statement; READ COMMITTED is none


class Relay:
    """Listens on loopback, passes everything on. A context manager; `url` leads through it."""

    def __init__(self, url: str) -> None:
        there = make_url(url)
        self._socket = str(Path(str(there.query["host"])) / ".s.PGSQL.5432")
        self._listening = socket.create_server(("127.0.0.1", 0))
        near = there.set(host="127.0.0.1", port=self._listening.getsockname()[1]).difference_update_query(["host"])
        self.url = near.render_as_string(hide_password=False)
        self._open: list[socket.socket] = []
        self._deaf = self._closed = False
        self._answered = threading.Event()
        self.broke = threading.Event()

    def break_at_commit(self) -> None:
        """The next COMMIT is passed on and answered, and nobody hears it: every road is closed until `heal`."""
        self._answered.clear()
        self.broke.clear()
        self._deaf = True

    def heal(self) -> None:
        self._closed = False

    def __enter__(self) -> Relay:
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.close()
        self._break()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                if self._closed:
                    near.close()
                    continue
                far = socket.socket(socket.AF_UNIX)
                far.connect(self._socket)
                self._open += [near, far]
                threading.Thread(target=self._up, args=(near, far), daemon=True).start()
                threading.Thread(target=self._down, args=(far, near), daemon=True).start()

    def _up(self, near: socket.socket, far: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while said := near.recv(65_536):
                if self._deaf and _COMMIT in said:
                    self._deaf, self._closed = False, True
                    far.sendall(said)
                    self._answered.wait(10)
                    self._break()
                    self.broke.set()
                    return
                far.sendall(said)
        far.close()

    def _down(self, far: socket.socket, near: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while said := far.recv(65_536):
                if self._closed:
                    self._answered.set()
                    return
                near.sendall(said)
        near.close()

    def _break(self) -> None:
        for one in self._open:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._open.clear()
