"""The Web API of the lab's Slack: what each method answers, with Slack's own error codes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from lab.exchange import Request
from lab.slack.limits import Refusal, refusal
from lab.slack.workspace import Message, Workspace

Answer = dict[str, Any]
SCOPES: Final = {
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "conversations.list": "channels:read",
    "conversations.history": "channels:history",
    "conversations.replies": "channels:history",
}
PAGE: Final = 200


def no(code: str, **more: Any) -> Answer:
    return {"ok": False, "error": code, **more}


def arguments(request: Request) -> Mapping[str, Any]:
    """From the query, a form or JSON, as Slack takes them; a form holds blocks and metadata as JSON texts."""
    if "json" in request.headers.get("content-type", ""):
        given = request.json()
        return {**request.query, **given} if isinstance(given, dict) else {}
    told: dict[str, Any] = {**request.query, **request.form}
    for name in ("blocks", "metadata"):
        if isinstance(told.get(name), str):
            told[name] = _parsed(told[name])
    return told


def call(workspace: Workspace, method: str, given: Mapping[str, Any], now_s: float) -> Answer:
    """The answer of one method to somebody whose token was taken."""
    known = _METHODS.get(method)
    return no("unknown_method", req_method=method) if known is None else known(workspace, given, now_s)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _auth_test(workspace: Workspace, _given: Mapping[str, Any], _now_s: float) -> Answer:
    who = {"user": "integration-health", "user_id": "U0LAB", "bot_id": "B0LAB"}
    return {"ok": True, "url": "https://lab.slack.com/", "team": "Lab", "team_id": "T0LAB", **who}


def _post(workspace: Workspace, given: Mapping[str, Any], now_s: float) -> Answer:
    channel = workspace.channel(given.get("channel"))
    if channel is None:
        return no("channel_not_found")
    if (fault := refusal(given)) is not None:
        return refused(fault)
    root = given.get("thread_ts")
    if root is not None and not _is_root(workspace, root, channel):
        return no("invalid_thread_ts")
    return _told(workspace.post(channel, given, now_s))


def _update(workspace: Workspace, given: Mapping[str, Any], now_s: float) -> Answer:
    """Here a channel is named by its id alone."""
    if given.get("channel") not in workspace.channels:
        return no("channel_not_found")
    message = workspace.messages.get(str(given.get("ts")))
    if message is None or message.channel != given["channel"]:
        return no("message_not_found")
    if message.via != "bot":
        return no("cant_update_message")
    if (fault := refusal({"text": message.text, "blocks": message.blocks, **given})) is not None:
        return refused(fault)
    workspace.edit(message, given, now_s)
    return {**_told(message), "text": message.text}


def _list(workspace: Workspace, _given: Mapping[str, Any], _now_s: float) -> Answer:
    channels = [{"id": id_, "name": name, "is_channel": True, "is_archived": False} for id_, name in workspace.channels.items()]
    return {"ok": True, "channels": channels, "response_metadata": {"next_cursor": ""}}


def _history(workspace: Workspace, given: Mapping[str, Any], _now_s: float) -> Answer:
    if given.get("channel") not in workspace.channels:
        return no("channel_not_found")
    oldest = _number(given.get("oldest"), 0.0)
    found = [message for message in workspace.history(str(given["channel"])) if float(message.ts) > oldest]
    return _page(found, given)


def _replies(workspace: Workspace, given: Mapping[str, Any], _now_s: float) -> Answer:
    if given.get("channel") not in workspace.channels:
        return no("channel_not_found")
    root = workspace.messages.get(str(given.get("ts")))
    if root is None:
        return no("thread_not_found")
    return _page([root, *workspace.thread(root.ts)], given)


def _page(found: list[Message], given: Mapping[str, Any]) -> Answer:
    limit = int(_number(given.get("limit"), PAGE))
    start = int(_number(given.get("cursor"), 0))
    metadata = str(given.get("include_all_metadata", "")).lower() in ("1", "true")
    messages = [message.as_slack(metadata=metadata) for message in found[start : start + limit]]
    more = start + limit < len(found)
    return {"ok": True, "messages": messages, "has_more": more, "response_metadata": {"next_cursor": str(start + limit) if more else ""}}


def refused(fault: Refusal) -> Answer:
    messages = list(fault.messages)
    return no(fault.code, errors=messages, response_metadata={"messages": messages}) if messages else no(fault.code)


def _told(message: Message) -> Answer:
    return {"ok": True, "channel": message.channel, "ts": message.ts, "message": message.as_slack(metadata=True)}


def _is_root(workspace: Workspace, ts: Any, channel: str) -> bool:
    root = workspace.messages.get(str(ts))
    return root is not None and root.thread_ts is None and root.channel == channel


def _number(value: Any, otherwise: float) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return otherwise


_METHODS: Final[dict[str, Callable[[Workspace, Mapping[str, Any], float], Answer]]] = {
    "auth.test": _auth_test,
    "chat.postMessage": _post,
    "chat.update": _update,
    "conversations.list": _list,
    "conversations.history": _history,
    "conversations.replies": _replies,
}
