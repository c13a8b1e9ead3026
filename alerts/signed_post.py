"""The sending side of Standard Webhooks 1.0: three headers, and a signature over id, time and body."""

from __future__ import annotations

import base64
import json
from typing import Final

import httpx

from alerts.channel import DeliveryError, Receipt, Ref, retry_after
from alerts.message import Message
from alerts.plain import payload
from core.signature import sign_standard

TIMEOUT_S: Final = 10
SHORTEST_SECRET: Final = 16
NEVER_TAKEN: Final = frozenset({400, 410, 413, 422})  # 410: the receiver asks to be left alone


def standard_secret(secret: str) -> str:
    """The secret in the specification's form: `whsec_` and base64; any other text is taken as it is. Raises ValueError."""
    secret = secret.strip()
    if len(secret) < SHORTEST_SECRET:
        raise ValueError(f"a webhook's secret has {SHORTEST_SECRET} characters or more")
    if not secret.startswith("whsec_"):
        secret = "whsec_" + base64.b64encode(secret.encode()).decode()
    sign_standard(secret, "", 0, b"")  # a secret that cannot sign is refused now, not at the first alert
    return secret


class SignedPost:
    """One receiver of signed webhooks."""

    edits = False

    def __init__(self, client: httpx.AsyncClient, url: str, secret: str) -> None:
        self._client = client
        self._url = url
        self._secret = standard_secret(secret)

    async def send(self, message: Message, ref: Ref | None) -> Receipt:
        body = json.dumps(payload(message), ensure_ascii=False, separators=(",", ":")).encode()
        timestamp = message.at_ms // 1000
        headers = {
            "content-type": "application/json",
            "webhook-id": message.id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": sign_standard(self._secret, message.id, timestamp, body),
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
            raise DeliveryError(f"the request to the receiver failed ({type(error).__name__})", doubtful=True) from None
