"""A Slack on a real loopback socket: keeps messages, refuses what Slack refuses, and misbehaves when told to."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

CHANNEL = "C0123456789"
TOKEN = "xoxb-1234567890-abcdefghij"


@dataclass
class SlackServer:
    """`behave` queues one answer each: a Slack error code, `429`, `500`, `silent` (kept, never answered) or `dropped`."""

    messages: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    posts: list[dict[str, Any]] = field(default_factory=list)  # what came through the incoming webhook
    planned: deque[str] = field(default_factory=deque)
    denied: set[str] = field(default_factory=set)  # methods the token lacks the scope for
    url: str = ""
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    def behave(self, *answers: str) -> None:
        self.planned.extend(answers)

    def said(self, method: str) -> list[dict[str, Any]]:
        return [body for name, body in self.calls if name == method]

    @property
    def in_channel(self) -> list[dict[str, Any]]:
        return [message for message in self.messages.values() if "thread_ts" not in message]

    @property
    def in_threads(self) -> list[dict[str, Any]]:
        return [message for message in self.messages.values() if "thread_ts" in message]

    async def __aenter__(self) -> SlackServer:
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_post("/services/{rest:.*}", self._hook)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        body = dict(request.query) if method.startswith("conversations.") else await request.json()
        self.calls.append((method, body))
        self.heard.set()
        plan = self.planned.popleft() if self.planned else ""
        if plan in ("", "silent", "dropped"):
            answer = self._do(method, body, request.headers.get("Authorization", ""))
        elif plan.isdecimal():
            return web.Response(status=int(plan), text="{}", headers={"Retry-After": "30"} if plan == "429" else {})
        else:
            answer = {"ok": False, "error": plan}
        if plan == "silent":
            await asyncio.Event().wait()
        if plan == "dropped":
            assert request.transport is not None
            request.transport.abort()
        return web.json_response(answer)

    def _do(self, method: str, body: dict[str, Any], authorization: str) -> dict[str, Any]:
        if authorization != f"Bearer {TOKEN}":
            return {"ok": False, "error": "invalid_auth"}
        if method in self.denied:
            return {"ok": False, "error": "missing_scope"}
        if method == "chat.postMessage":
            return self._post(body)
        if method == "chat.update":
            return self._update(body)
        if method == "conversations.list":
            return {"ok": True, "channels": [{"id": "C0000000000", "name": "other"}, {"id": CHANNEL, "name": "ops"}]}
        if method == "conversations.history":
            return {"ok": True, "messages": self.in_channel[::-1]}
        if method == "conversations.replies":
            return {"ok": True, "messages": [m for m in self.messages.values() if body["ts"] in (m["ts"], m.get("thread_ts"))]}
        return {"ok": False, "error": "unknown_method"}

    def _post(self, body: dict[str, Any]) -> dict[str, Any]:
        if body["channel"] not in (CHANNEL, "#ops"):
            return {"ok": False, "error": "channel_not_found"}
        if fault := refused(body):
            return {"ok": False, "error": fault}
        ts = f"1795694400.{len(self.messages) + 1:06d}"
        self.messages[ts] = {**body, "ts": ts}
        return {"ok": True, "channel": CHANNEL, "ts": ts}

    def _update(self, body: dict[str, Any]) -> dict[str, Any]:
        if body["ts"] not in self.messages:
            return {"ok": False, "error": "message_not_found"}
        if fault := refused(body):
            return {"ok": False, "error": fault}
        self.messages[body["ts"]].update(body)
        return {"ok": True, "channel": CHANNEL, "ts": body["ts"]}

    async def _hook(self, request: web.Request) -> web.Response:
        body = await request.json()
        plan = self.planned.popleft() if self.planned else ""
        if plan.isdecimal():
            return web.Response(status=int(plan), text="later")
        if plan:
            return web.Response(status=404, text=plan)
        if fault := refused(body):
            return web.Response(status=400, text=fault)
        self.posts.append(body)
        return web.Response(text="ok")


def refused(body: dict[str, Any]) -> str | None:
    """What Slack finds fault with; limits from docs.slack.dev/reference/block-kit/blocks."""
    blocks = body.get("blocks") or []
    if not body.get("text") and not blocks:
        return "no_text"
    if len(body.get("text") or "") > 40_000:
        return "msg_too_long"
    if len(blocks) > 50:
        return "invalid_blocks"
    return next((fault for block in blocks if (fault := _fault(block))), None)


def _fault(block: dict[str, Any]) -> str | None:
    texts = [block["text"]] if "text" in block else []
    limit = 150 if block["type"] == "header" else 3000
    fields = block.get("fields", [])
    if any(not text["text"] or len(text["text"]) > limit for text in texts):
        return "invalid_blocks"
    if len(fields) > 10 or any(not text["text"] or len(text["text"]) > 2000 for text in fields):
        return "invalid_blocks"
    buttons = [element for element in block.get("elements", []) if element.get("type") == "button"]
    if any(len(button["text"]["text"]) > 75 or len(button["url"]) > 3000 for button in buttons):
        return "invalid_blocks"
    return "invalid_blocks" if len(json.dumps(block)) > 20_000 else None
