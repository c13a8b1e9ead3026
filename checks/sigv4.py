"""AWS Signature Version 4: https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final
from urllib.parse import parse_qsl, quote

import httpx

_ALGORITHM: Final = "AWS4-HMAC-SHA256"
_UNSIGNED: Final = frozenset({"authorization", "connection", "user-agent", "accept", "accept-encoding", "content-length"})


@dataclass(frozen=True, slots=True)
class Key:
    """An access key and what its signatures are good for."""

    access_key_id: str
    secret_access_key: str
    service: str
    region: str
    session_token: str = ""


def sign(request: httpx.Request, body: bytes, key: Key, now: datetime) -> None:
    """Adds date, body hash (for S3), session token and Authorization to the request's headers. `now` is UTC."""
    stamp, digest = now.strftime("%Y%m%dT%H%M%SZ"), sha256(body).hexdigest()
    request.headers["x-amz-date"] = stamp
    if key.service == "s3":
        request.headers["x-amz-content-sha256"] = digest
    if key.session_token:
        request.headers["x-amz-security-token"] = key.session_token
    signed = _signed_headers(request.headers)
    scope = f"{stamp[:8]}/{key.region}/{key.service}/aws4_request"
    canonical = _canonical(request, signed, digest, encode_twice=key.service != "s3")
    to_sign = "\n".join([_ALGORITHM, stamp, scope, sha256(canonical.encode()).hexdigest()])
    signature = hmac.new(_signing_key(key, stamp[:8]), to_sign.encode(), sha256).hexdigest()
    request.headers["authorization"] = (
        f"{_ALGORITHM} Credential={key.access_key_id}/{scope}, SignedHeaders={';'.join(signed)}, Signature={signature}"
    )


def _signed_headers(headers: httpx.Headers) -> dict[str, str]:
    """Names in order, values with their inner spaces squeezed. What may change on the way is left out."""
    return {name: " ".join(headers[name].split()) for name in sorted(set(headers) - _UNSIGNED)}


def _canonical(request: httpx.Request, headers: Mapping[str, str], digest: str, *, encode_twice: bool) -> str:
    path = request.url.raw_path.decode("ascii").partition("?")[0]
    pairs = parse_qsl(request.url.query.decode("ascii"), keep_blank_values=True)
    query = "&".join(
        f"{name}={value}" for name, value in sorted((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in pairs)
    )
    lines = [request.method, quote(path, safe="/-_.~") if encode_twice else path, query]
    return "\n".join([*lines, *(f"{name}:{value}" for name, value in headers.items()), "", ";".join(headers), digest])


def _signing_key(key: Key, day: str) -> bytes:
    derived = f"AWS4{key.secret_access_key}".encode()
    for part in (day, key.region, key.service, "aws4_request"):
        derived = hmac.new(derived, part.encode(), sha256).digest()
    return derived
