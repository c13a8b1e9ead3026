"""The lab on a loop in a thread of its own, for programs and tests that have no loop themselves."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterable, Mapping
from concurrent.futures import Future
from types import TracebackType
from typing import Any, Final, ParamSpec, TypeVar

from lab.world import Lab

P = ParamSpec("P")
T = TypeVar("T")
PATIENCE_S: Final = 20.0


class LabThread:
    """A context manager; `lab` is the running lab. Reading it from outside is fine, changing it goes through `call`."""

    def __init__(self, only: Iterable[str] | None = None, *, ports: Mapping[str, int] | None = None) -> None:
        self._given = (only, ports)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="lab", daemon=True)
        self._tasks: list[Future[Any]] = []
        self.lab: Lab

    def __enter__(self) -> LabThread:
        self._thread.start()
        try:
            self.lab = self.run(self._enter())
        except BaseException:
            self._end()
            raise
        return self

    async def _enter(self) -> Lab:
        only, ports = self._given
        return await Lab(only, ports=ports).__aenter__()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for task in self._tasks:
            task.cancel()
        try:
            self.run(self.lab.__aexit__(None, None, None))
        finally:
            self._end()

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE_S)
        self._loop.close()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Runs in the lab's loop and waits for its value."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(PATIENCE_S)

    def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Calls in the lab's loop: `thread.call(thread.lab.break_, "stripe", Kind.SERVER_ERROR)`."""

        async def there() -> T:
            return function(*args, **kwargs)

        return self.run(there())

    def start(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        """Runs in the lab's loop until the lab ends: a script, a control page."""
        self._tasks.append(asyncio.run_coroutine_threadsafe(coroutine, self._loop))
