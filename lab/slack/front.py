"""The door of the lab's Slack: tokens, rate limits and misbehaviour before the methods; incoming webhooks; the page."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from lab.exchange import Reply, Request, json_reply, text_reply
from lab.identifiers import CAPITALS, DIGITS, LETTERS, made_up
from lab.slack import methods
from lab.slack.limits import refusal
from lab.slack.page import page
from lab.slack.workspace import Workspace, workspace

SILENT: Final = "silent"  # what was sent is kept, and never answered
DROPPED: Final = "dropped"  # what was sent is kept, and the connection closed
SILENCE_S: Final = 300.0
CHANNEL: Final = "ops"


class LabSlack:
    """`behave` plans one answer each: Slack's own error code, a status such as `429` or `500`, SILENT or DROPPED.

    `always` is such a plan for every call until it is None again. `rate_s` is the least time between two posts to one
    channel (Slack: about 1 s); None lets all through. `denied` are scopes the token lacks.
    """

    def __init__(self) -> None:
        self.workspace: Workspace = workspace(CHANNEL, "payments", "general")
        self.token = f"xoxb-{made_up('lab team', 12, DIGITS)}-{made_up('lab bot', 13, DIGITS)}-{made_up('lab token', 24, LETTERS)}"
        ids = (made_up(("lab", word), length, alphabet) for word, length, alphabet in _HOOK)
        self.hook_path = "/services/T{}/B{}/{}".format(*ids)
        self.calls: deque[tuple[str, dict[str, Any]]] = deque(maxlen=500)
        self.planned: deque[str] = deque()
        self.always: str | None = None
        self.denied: set[str] = set()
        self.rate_s: float | None = None
        self.retry_after_s = 30
        self._posted_s: dict[str, float] = {}

    def behave(self, *plans: str) -> None:
        self.planned.extend(plans)

    async def answer(self, request: Request) -> Reply:
        if request.path.startswith("/api/"):
            return await self._planned(request, self._api)
        if request.path.startswith("/services/"):
            return await self._planned(request, self._hook)
        return page(self.workspace, request)

    async def _planned(self, request: Request, act: Callable[[Request, str | None], Reply]) -> Reply:
        plan = self.planned.popleft() if self.planned else self.always
        reply = act(request, None if plan in (SILENT, DROPPED) else plan)
        if plan == SILENT:
            await asyncio.sleep(SILENCE_S)
        if plan in (SILENT, DROPPED):
            raise ConnectionAbortedError
        return reply

    def _api(self, request: Request, plan: str | None) -> Reply:
        method = request.path.removeprefix("/api/")
        given = methods.arguments(request)
        self.calls.append((method, {name: value for name, value in given.items() if name != "token"}))
        if plan is not None and plan.isdecimal():
            return self._status(int(plan))
        if plan is not None:
            return json_reply(methods.no(plan))
        token = request.bearer or given.get("token")
        if token != self.token:
            return json_reply(methods.no("invalid_auth" if token else "not_authed"))
        if (needed := methods.SCOPES.get(method)) in self.denied:
            return json_reply(methods.no("missing_scope", needed=needed, provided="chat:write.public"))
        if method == "chat.postMessage" and self._too_fast(str(given.get("channel")), request.at_s):
            return self._status(429, 1)
        return json_reply(methods.call(self.workspace, method, given, request.at_s))

    def _hook(self, request: Request, plan: str | None) -> Reply:
        """Plain words instead of JSON, and a channel of its own (docs.slack.dev, sending messages using incoming webhooks)."""
        if plan is not None:
            return self._status(int(plan)) if plan.isdecimal() else text_reply(plan, 404 if plan.startswith("no_") else 403)
        if request.path != self.hook_path:
            return text_reply("no_service", 404)
        given = request.json()
        if not isinstance(given, dict):
            return text_reply("invalid_payload", 400)
        if (fault := refusal(given)) is not None:
            return text_reply(fault.code, 400)
        channel = self.workspace.channel(CHANNEL)
        if channel is None:
            return text_reply("channel_not_found", 404)
        if self._too_fast("hook", request.at_s):
            return self._status(429, 1)
        self.workspace.post(channel, given, request.at_s, via="webhook")
        return text_reply("ok")

    def _status(self, status: int, wait_s: int | None = None) -> Reply:
        if status == 429:
            return json_reply(methods.no("ratelimited"), 429, ("retry-after", str(wait_s or self.retry_after_s)))
        return text_reply("upstream connect error or disconnect/reset before headers", status)

    def _too_fast(self, channel: str, now_s: float) -> bool:
        if self.rate_s is None or now_s - self._posted_s.get(channel, 0.0) >= self.rate_s:
            self._posted_s[channel] = now_s
            return False
        return True


_HOOK: Final = (("hook team", 8, CAPITALS), ("hook bot", 10, CAPITALS), ("hook key", 24, LETTERS))
