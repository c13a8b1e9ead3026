"""The API as an application of its own, mounted at /api; its description is at /api/openapi.json and says so."""

from __future__ import annotations

from typing import Final

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from api import v1
from api.deps import Deps
from core.exits import Refusal
from storage.faults import NO_ANSWER

AT: Final = "/api"


def application(deps: Deps) -> FastAPI:
    """No interactive documentation: its scripts would come from the internet."""
    app = FastAPI(
        title="Integration Health", version=deps.version, docs_url=None, redoc_url=None, root_path_in_servers=False, servers=[{"url": AT}]
    )
    app.include_router(v1.router(deps))

    async def busy(request: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"detail": "The database does not answer; try again."}, 503, {"Retry-After": "5"})

    for fault in (*NO_ANSWER, Refusal):
        app.add_exception_handler(fault, busy)
    return app
