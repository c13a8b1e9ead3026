"""The receiving side of AWS Signature Version 4 (docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html)."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from urllib.parse import parse_qsl, quote, urlsplit

from lab.exchange import Request

SKEW_S: Final = 900
_HEADER: Final = re.compile(
    r"^AWS4-HMAC-SHA256 Credential=([^/,\s]+)/(\d{8})/([^/,\s]+)/([^/,\s]+)/aws4_request,"
    r"\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$"
)


@dataclass(frozen=True, slots=True)
class Keys:
    """The key pair that is taken, and where it is valid."""

    id: str
    secret: str = field(repr=False)
    region: str
    service: str


class Refused(Exception):
    """The signature is not taken; `code` is AWS's own."""

    def __init__(self, status: int, code: str, words: str = "") -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.words = words


def check(request: Request, keys: Keys) -> None:
    """Raises Refused where the request is not signed with these keys, for this place, now."""
    found = _HEADER.match(request.headers.get("authorization", ""))
    if found is None:
        raise Refused(400, "AuthorizationHeaderMalformed", "The authorization header is malformed.")
    id_, day, region, service, signed, signature = found.groups()
    if (region, service) != (keys.region, keys.service):
        words = f"The authorization header is malformed; the region '{region}' is wrong; expecting '{keys.region}'"
        raise Refused(400, "AuthorizationHeaderMalformed", words)
    if id_ != keys.id:
        raise Refused(403, "InvalidAccessKeyId")
    stamp = request.headers.get("x-amz-date", "")
    _check_time(stamp, day, request.at_s)
    scope = f"{day}/{region}/{service}/aws4_request"
    if not hmac.compare_digest(signature, _signature(request, signed.split(";"), keys, stamp, scope)):
        raise Refused(403, "SignatureDoesNotMatch")


def _check_time(stamp: str, day: str, now_s: float) -> None:
    try:
        at = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise Refused(403, "AccessDenied", "AWS authentication requires a valid Date or x-amz-date header") from None
    if not stamp.startswith(day):
        raise Refused(403, "SignatureDoesNotMatch")
    if abs(at.timestamp() - now_s) > SKEW_S:
        raise Refused(403, "RequestTimeTooSkewed")


def _signature(request: Request, signed: list[str], keys: Keys, stamp: str, scope: str) -> str:
    payload = request.headers.get("x-amz-content-sha256") or hashlib.sha256(request.body).hexdigest()
    if payload != "UNSIGNED-PAYLOAD" and payload != hashlib.sha256(request.body).hexdigest():
        raise Refused(400, "SignatureDoesNotMatch")
    headers = "".join(f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in signed)
    asked = "\n".join((request.method, quote(request.path, safe="/-_.~"), _query(request), headers, ";".join(signed), payload))
    text = "\n".join(("AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(asked.encode()).hexdigest()))
    key = f"AWS4{keys.secret}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _query(request: Request) -> str:
    """Sorted and encoded anew; `+` is a plus there, never a blank."""
    raw = urlsplit(request.target).query.replace("+", "%2B")
    pairs = sorted((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in parse_qsl(raw, keep_blank_values=True))
    return "&".join(f"{name}={value}" for name, value in pairs)
