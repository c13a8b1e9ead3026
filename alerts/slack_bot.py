"""One channel of a Slack workspace by bot token: post, edit in place, reply in the thread, find again what may have arrived."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any, Final

from slack_sdk.web.async_client import AsyncWebClient

from alerts import words
from alerts.blocks import slack_form, slack_lines
from alerts.channel import DeliveryError, Receipt, Ref
from alerts.message import IncidentView, Message
from alerts.slack_errors import GONE, MALFORMED, SlackRefusal, delivery_error

EVENT_TYPE: Final = "integration_health"
SEARCH_BACK_S: Final = 2 * 3600  # beyond the longest wait between two tries, 72 min
PAGES: Final = 10  # of 200: what a channel may have taken within that time
_CHANNEL_ID: Final = re.compile(r"^[CGD][A-Z0-9]{6,}$")


class SlackBot:
    """One channel of one workspace, through slack-sdk; the outbox alone retries."""

    edits = True

    def __init__(self, client: AsyncWebClient, channel: str) -> None:
        self._client = client
        self._channel = channel
        self._channel_id = channel if _CHANNEL_ID.match(channel) else None

    async def send(self, message: Message, ref: Ref | None) -> Receipt:
        known = ref if ref and "ts" in ref else None
        if known is None and message.doubtful:
            known = await self._find(message)
        known = await self._edit(message, known) if known else await self._post(message)
        if message.incident is not None:
            known = await self._thread(message, message.incident, known)
        return Receipt(ref=known, detail=f"message {known['ts']}")

    async def _post(self, message: Message) -> Ref:
        answer = await self._say("chat.postMessage", message, channel=self._channel, unfurl_links=False, unfurl_media=False)
        self._channel_id = str(answer["channel"])
        told = len(message.incident.events) if message.incident and message.late else 0
        return {"channel": self._channel_id, "ts": str(answer["ts"]), "events": told}

    async def _edit(self, message: Message, ref: Ref) -> Ref:
        try:
            await self._say("chat.update", message, channel=ref["channel"], ts=ref["ts"])
        except SlackRefusal as refusal:
            if refusal.code not in GONE:
                raise
            return await self._post(message)
        return ref

    async def _say(self, method: str, message: Message, **where: Any) -> Any:
        """Post or edit; where Slack finds fault with the blocks, the text alone is better than silence."""
        text, blocks = slack_form(message)
        body = {"text": text, "metadata": {"event_type": EVENT_TYPE, "event_payload": _payload(message)}, **where}
        try:
            return await self._call(method, {**body, "blocks": blocks})
        except SlackRefusal as refusal:
            if refusal.code not in MALFORMED:
                raise
            return await self._call(method, {**body, "blocks": []})

    async def _thread(self, message: Message, view: IncidentView, ref: Ref) -> Ref:
        """What the timeline has more than the thread, and the reminder, as one reply."""
        told, reminded = await self._told_in_thread(message, view, ref) if message.doubtful else (int(ref.get("events", 0)), False)
        if view.group is not None and view.open:
            return {**ref, "events": told}
        reminds = message.reminds and view.open and not reminded
        lines = [*words.timeline(view, message, after=told), *([words.reminder(view, message)] if reminds else [])]
        after = {**ref, "events": len(view.events)}
        if lines:
            await self._reply(message, after, lines, told=told, broadcast=reminds)
        return after

    async def _reply(self, message: Message, ref: Ref, lines: list[str], *, told: int, broadcast: bool) -> None:
        payload = {"message": _key(message), "events": ref["events"], "alert": message.id}
        body = {
            "channel": ref["channel"],
            "thread_ts": ref["ts"],
            "text": slack_lines(lines),
            "reply_broadcast": broadcast,  # a reminder in a thread that nobody follows reminds nobody
            "metadata": {"event_type": EVENT_TYPE, "event_payload": payload},
        }
        try:
            await self._call("chat.postMessage", body)
        except DeliveryError as error:
            error.ref = {**ref, "events": told}
            raise

    async def _told_in_thread(self, message: Message, view: IncidentView, ref: Ref) -> tuple[int, bool]:
        query = {"channel": ref["channel"], "ts": ref["ts"], "include_all_metadata": True, "limit": 200}
        ours = [_of_ours(reply) async for reply in self._search("conversations.replies", query)]
        counts = [payload["events"] for payload in ours if isinstance(payload.get("events"), int)]
        told = min(len(view.events), max([int(ref.get("events", 0)), *counts]))
        return told, message.id in {payload.get("alert") for payload in ours}

    async def _find(self, message: Message) -> Ref | None:
        """The message of an earlier send whose answer we never saw; None: there is none, or we may not look."""
        channel = self._channel_id or await self._look_up_channel()
        if channel is None:
            return None
        oldest = f"{message.at_ms / 1000 - SEARCH_BACK_S:.6f}"
        query = {"channel": channel, "include_all_metadata": True, "limit": 200, "oldest": oldest}
        async for found in self._search("conversations.history", query):
            if _of_ours(found).get("message") == _key(message) and found.get("ts"):
                return {"channel": channel, "ts": str(found["ts"]), "events": 0}
        return None

    async def _look_up_channel(self) -> str | None:
        name = self._channel.removeprefix("#")
        query = {"types": "public_channel,private_channel", "exclude_archived": True, "limit": 1000}
        async for found in self._search("conversations.list", query):
            if found.get("name") == name and found.get("id"):
                return str(found["id"])
        return None

    async def _search(self, method: str, query: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        """Page after page: after an outage hundreds of newer messages may stand above the one that is looked for."""
        cursor = ""
        for _ in range(PAGES):
            answer = await self._read(method, {**query, "cursor": cursor} if cursor else query)
            for entry in answer.get("messages") or answer.get("channels") or []:
                if isinstance(entry, dict):
                    yield entry
            cursor = str((answer.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return

    async def _read(self, method: str, query: dict[str, Any]) -> Any:
        """A read that we may not be allowed: then a duplicate is possible, and better than silence."""
        try:
            return await self._call(method, query)
        except SlackRefusal as refusal:
            if not refusal.permanent:
                refusal.doubtful = True
                raise
            return {}
        except DeliveryError as error:
            error.doubtful = True
            raise

    async def _call(self, method: str, body: dict[str, Any]) -> Any:
        try:
            if method.startswith("conversations."):
                return await self._client.api_call(method, http_verb="GET", params=body)
            return await self._client.api_call(method, json=body)
        except Exception as error:
            raise delivery_error(error) from None


def _key(message: Message) -> str:
    return f"incident-{message.incident.id}-{message.incident.started_ms}" if message.incident else message.id


def _payload(message: Message) -> dict[str, Any]:
    if message.incident is None:
        return {"message": _key(message)}
    state = "resolved" if not message.incident.open else "acknowledged" if message.incident.acknowledged_ms is not None else "opened"
    return {"message": _key(message), "incident_id": words.number(message.incident.id), "state": state}


def _of_ours(found: dict[str, Any]) -> dict[str, Any]:
    metadata = found.get("metadata")
    if not isinstance(metadata, dict) or metadata.get("event_type") != EVENT_TYPE:
        return {}
    payload = metadata.get("event_payload")
    return payload if isinstance(payload, dict) else {}
