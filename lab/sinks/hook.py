"""A receiver of signed webhooks that checks their signatures as the specification says (standardwebhooks.com, 1.0)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections import deque
from dataclasses import dataclass
from typing import Any, Final

from lab.exchange import Reply, Request, json_reply, text_reply
from lab.identifiers import made_up

TOLERANCE_S: Final = 300
KEPT: Final = 200


@dataclass(frozen=True, slots=True)
class Received:
    """One webhook as it came. `fault` says what is wrong with its signature; None: nothing."""

    id: str
    at_s: float
    body: Any
    fault: str | None


class HookSink:
    """`behave` plans one status each for what comes next; what is refused by plan is kept all the same."""

    def __init__(self) -> None:
        self._key = bytes.fromhex(made_up("hook key", 48))
        self.secret = "whsec_" + base64.b64encode(self._key).decode()
        self.received: deque[Received] = deque(maxlen=KEPT)
        self.planned: deque[int] = deque()

    def behave(self, *statuses: int) -> None:
        self.planned.extend(statuses)

    def answer(self, request: Request) -> Reply:
        if request.method != "POST":
            return text_reply("POST a webhook here", 405)
        fault = self._fault(request)
        self.received.append(Received(request.headers.get("webhook-id", ""), request.at_s, request.json(), fault))
        if self.planned:
            return text_reply("as planned", self.planned.popleft())
        return json_reply({"ok": True}) if fault is None else json_reply({"error": fault}, 401)

    def _fault(self, request: Request) -> str | None:
        id_, timestamp = request.headers.get("webhook-id", ""), request.headers.get("webhook-timestamp", "")
        if not id_ or not timestamp.isdecimal():
            return "no webhook-id or webhook-timestamp"
        if abs(int(timestamp) - request.at_s) > TOLERANCE_S:
            return "the timestamp is too old or too new"
        signed = f"{id_}.{timestamp}.".encode() + request.body
        expected = "v1," + base64.b64encode(hmac.new(self._key, signed, hashlib.sha256).digest()).decode()
        given = request.headers.get("webhook-signature", "").split()
        return None if any(hmac.compare_digest(expected, each) for each in given) else "the signature does not match"
