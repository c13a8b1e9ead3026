"""The calendar: what is done every few seconds, minutes or days beside probing, and a look at whether the rest still runs."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any, Final

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from storage.faults import NO_ANSWER, Fenced, sentence_of

GRACE_S: Final = 60

log = logging.getLogger(__name__)


class Chores:
    """Each runs in a thread, never twice at once; one that fails is logged and runs again at its next turn."""

    def __init__(self, fenced: Callable[[], None]) -> None:
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._fenced = fenced
        self._running: set[asyncio.Task[Any]] = set()
        self._began = time.monotonic()
        self._ended: dict[str, float] = {}  # when each was last done, well

    def age_ms(self, name: str) -> int:
        """Since a chore was last done; where it never was, since this worker began. From any thread."""
        return int((time.monotonic() - self._ended.get(name, self._began)) * 1000)

    def every(self, seconds: float, name: str, work: Callable[[], Any]) -> None:
        self._scheduler.add_job(
            self._do, "interval", args=(name, work), seconds=seconds, id=name, max_instances=1, coalesce=True, misfire_grace_time=GRACE_S
        )

    def daily(self, hour: int, name: str, work: Callable[[], Any]) -> None:
        self._scheduler.add_job(
            self._do, "cron", args=(name, work), hour=hour, minute=7, id=name, max_instances=1, coalesce=True, misfire_grace_time=3_600
        )

    def start(self) -> None:
        self._scheduler.start()

    async def stop(self) -> None:
        """No new turns; what runs ends."""
        self._scheduler.shutdown(wait=False)
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _do(self, name: str, work: Callable[[], Any]) -> None:
        task = asyncio.ensure_future(asyncio.to_thread(work))
        self._running.add(task)
        try:
            await task
            self._ended[name] = time.monotonic()
        except Fenced:
            self._fenced()
        except NO_ANSWER as error:
            log.warning("%s has to wait: %s", name, sentence_of(error))
        except Exception:
            log.exception("%s failed", name)
        finally:
            self._running.discard(task)
