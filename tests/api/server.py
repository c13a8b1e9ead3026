"""A real uvicorn on port 0 in a thread, and a page application behind the gate that says what reached it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.websockets import WebSocket


async def page(request: Request) -> Response:
    return PlainTextResponse(f"page {request.url.path}?{request.url.query} {len(await request.body())} bytes")


async def stream(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("in")
    await socket.close()


class EveryPath:
    """As Streamlit does: any path at all answers 200 with a page."""

    async def __call__(self, scope, receive, send) -> None:  # type: ignore[no-untyped-def]
        await (await page(Request(scope, receive)))(scope, receive, send)


def behind(middleware: Sequence[Middleware], routes: Sequence[BaseRoute] = ()) -> Starlette:
    upload = Route("/_stcore/upload_file/a", page, methods=["PUT"])
    return Starlette(
        routes=[*routes, WebSocketRoute("/_stcore/stream", stream), upload, Mount("/", EveryPath())], middleware=list(middleware)
    )


@contextmanager
def serving(app: Starlette, host: str = "127.0.0.1") -> Iterator[int]:
    """The port it answers on."""
    server = uvicorn.Server(uvicorn.Config(app, host=host, port=0, log_level="critical", ws="websockets-sansio", lifespan="off"))
    began = threading.Event()
    thread = threading.Thread(target=run, args=(server, began), daemon=True)
    thread.start()
    assert began.wait(10)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join(10)


def run(server: uvicorn.Server, began: threading.Event) -> None:
    startup = server.startup

    async def told(sockets=None) -> None:  # type: ignore[no-untyped-def]
        await startup(sockets)
        began.set()

    server.startup = told  # type: ignore[method-assign]
    server.run()
