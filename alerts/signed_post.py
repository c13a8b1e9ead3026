"""The sending side of Standard Webhooks 1.0: three headers, and a signature over id, time and body."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from hashlib import sha256
from typing import Final

import httpx

from alerts.channel import DeliveryError, Receipt, Ref, retry_after
from alerts.message import Message
from alerts.plain import payload

TIMEOUT_S: Final = 10
NEVER_TAKEN: Final = frozenset({400, 410, 413, 422})  # 410: the receiver asks to be left alone


def signing_key(secret: str) -> bytes:
    """`whsec_` and base64 as the specification has it; any other text is taken as it is. Raises ValueError."""
    secret = secret.strip()
    if len(secret) < 16:
        raise ValueError("a webhook's secret has 16 characters or more")
    if not secret.startswith("whsec_"):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        raise ValueError("a webhook's secret that starts with whsec_ goes on in base64") from None


def signature(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """`v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, sha256).digest()).decode()


class SignedPost:
    """One receiver of signed webhooks."""

    edits = False

    def __init__(self, client: httpx.AsyncClient, url: str, secret: str) -> None:
        self._client = client
        self._url = url
        self._key = signing_key(secret)

    async def send(self, message: Message, ref: Ref | None) -> Receipt:
        body = json.dumps(payload(message), ensure_ascii=False, separators=(",", ":")).encode()
        timestamp = message.at_ms // 1000
        headers = {
            "content-type": "application/json",
            "webhook-id": message.id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(self._key, message.id, timestamp, body),
        }
        answer = await self._post(body, headers)
        if answer.is_success:
            return Receipt(detail=f"answered {answer.status_code}")
        raise DeliveryError(
            f"the receiver answered {answer.status_code}",
            permanent=answer.status_code in NEVER_TAKEN,
            retry_after_s=retry_after(answer.headers.get("retry-after")),
            throttled=answer.status_code == 429,
        )

    async def _post(self, body: bytes, headers: dict[str, str]) -> httpx.Response:
        try:
            return await self._client.post(self._url, content=body, headers=headers, timeout=TIMEOUT_S, follow_redirects=False)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise DeliveryError(f"the receiver cannot be reached ({type(error).__name__})") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise DeliveryError(f"the receiver did not answer ({type(error).__name__})", doubtful=True) from None
