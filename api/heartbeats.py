"""Where something must call us: on disk before it is answered, open to whoever knows the unguessable address."""

from __future__ import annotations

import logging
from functools import partial
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from api.deps import Deps
from core.exits import Refusal
from storage.faults import NO_ANSWER
from storage.pings import append_ping

BODY_READ: Final = 10_000  # bytes; what a job says beyond it is not kept
KINDS: Final = {"": "ok", "/start": "start", "/fail": "fail"}

log = logging.getLogger(__name__)


def routes(deps: Deps) -> list[BaseRoute]:
    """`/{address}`, `/{address}/start`, `/{address}/fail`, to be mounted at `/ping`."""
    return [Route(f"/{{address}}{path}", partial(_ping, deps, kind), methods=["GET", "POST"]) for path, kind in KINDS.items()]


async def _ping(deps: Deps, kind: str, request: Request) -> Response:
    body = (await request.body())[:BODY_READ].decode("utf-8", "replace")
    try:
        check = await run_in_threadpool(_append, deps, request.path_params["address"], kind, body)
    except (*NO_ANSWER, Refusal) as error:
        log.warning("a heartbeat could not be stored: %s", type(error).__name__)
        return PlainTextResponse("not stored, call again\n", 503, {"Retry-After": "5"})
    if check is None:
        return PlainTextResponse("no heartbeat has this address\n", 404)
    return PlainTextResponse("OK\n")


def _append(deps: Deps, address: str, kind: str, body: str) -> int | None:
    return append_ping(deps.database(), address, kind, body, deps.now_ms())
