"""Signatures of webhooks by a shared secret: Standard Webhooks, which is ours too, and the forms of Stripe, Slack and GitHub."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable
from typing import Final

TOLERANCE_S: Final = 300  # an older, or a later, message is not taken: somebody may play a stolen one again


class BadSecret(ValueError):
    """A secret that is not what its scheme asks for; the message never holds it."""


def sign_standard(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """`v1,` and the base64 of the HMAC over `id.timestamp.body`; the key is the base64 after `whsec_`."""
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        raise BadSecret("a Standard Webhooks secret is base64, after whsec_") from None
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def verify_standard(secret: str, message_id: str, timestamp: str, body: bytes, header: str, now_s: int) -> bool:
    """Any of the signatures in the header (apart by spaces) may match: there are several while a secret is changed."""
    sent = _seconds(timestamp)
    return sent is not None and _is_fresh(sent, now_s) and _any(sign_standard(secret, message_id, sent, body), header.split(" "))


def sign_stripe(secret: str, timestamp: int, body: bytes) -> str:
    """Hexadecimal HMAC over `timestamp.body`; the key is the whole secret, `whsec_` too."""
    return _hex(secret, f"{timestamp}.".encode() + body)


def verify_stripe(secret: str, header: str, body: bytes, now_s: int, tolerance_s: int = TOLERANCE_S) -> bool:
    """Takes `t=...,v1=...[,v1=...]`; other schemes in the header (`v0`) are not looked at."""
    parts = [part.strip().partition("=") for part in header.split(",")]
    sent = _seconds(next((value for name, _, value in parts if name == "t"), ""))
    if sent is None or not _is_fresh(sent, now_s, tolerance_s):
        return False
    return _any(sign_stripe(secret, sent, body), (value for name, _, value in parts if name == "v1"))


def sign_slack(secret: str, timestamp: int, body: bytes) -> str:
    """`v0=` and the hexadecimal HMAC over `v0:timestamp:body`."""
    return "v0=" + _hex(secret, f"v0:{timestamp}:".encode() + body)


def verify_slack(secret: str, timestamp: str, body: bytes, header: str, now_s: int) -> bool:
    sent = _seconds(timestamp)
    return sent is not None and _is_fresh(sent, now_s) and _any(sign_slack(secret, sent, body), [header])


def sign_github(secret: str, body: bytes) -> str:
    """`sha256=` and the hexadecimal HMAC over the body. There is no time in it: played again, it is still good."""
    return "sha256=" + _hex(secret, body)


def verify_github(secret: str, body: bytes, header: str) -> bool:
    return _any(sign_github(secret, body), [header])


def _hex(secret: str, signed: bytes) -> str:
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def _any(expected: str, offered: Iterable[str]) -> bool:
    """Bytes, because `compare_digest` raises on text that is not ASCII."""
    return any(hmac.compare_digest(expected.encode(), one.encode(errors="replace")) for one in offered)


def _seconds(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else None


def _is_fresh(sent_s: int, now_s: int, tolerance_s: int = TOLERANCE_S) -> bool:
    return abs(now_s - sent_s) <= tolerance_s
