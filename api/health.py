"""`/healthz`: yes or no, for whoever restarts us; reasons stand on the system page."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from api.deps import Deps
from storage.processes import leader

BEAT_MS: Final = 10_000  # the worker beats every second, by a commit: a lock that is held silences it like a stop
ANSWER_S: Final = 5.0
KEPT_MS: Final = 1_000  # an open address must not become a load on the database

log = logging.getLogger(__name__)


class Health:
    """Whether a worker leads that lives and can write."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._asked_ms: int | None = None
        self._well = False
        self._turn = asyncio.Lock()
        self.route: BaseRoute = Route("/healthz", self.answer, methods=["GET"])

    async def answer(self, request: Request) -> Response:
        well = await self.is_well()
        return PlainTextResponse("ok\n" if well else "not ok\n", 200 if well else 503, {"Cache-Control": "no-store"})

    async def is_well(self) -> bool:
        async with self._turn:
            now = self._deps.now_ms()
            if self._asked_ms is None or not 0 <= now - self._asked_ms < KEPT_MS:
                self._well = await self._look()
                self._asked_ms = now
            return self._well

    async def _look(self) -> bool:
        try:
            async with asyncio.timeout(ANSWER_S):
                return await run_in_threadpool(self._leads)
        except Exception as error:
            log.warning("the database did not answer a health check (%s)", type(error).__name__)
            return False

    def _leads(self) -> bool:
        """Beats alone are not enough: a worker whose results are refused beats on."""
        now = self._deps.now_ms()
        with self._deps.database().read() as conn:
            worker = leader(conn, now - BEAT_MS)
        failing_ms = worker.body.get("failing_since_ms") if worker else None
        return worker is not None and (failing_ms is None or now - failing_ms < BEAT_MS)
