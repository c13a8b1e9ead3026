"""Amazon S3: HeadBucket and an empty listing, with Signature Version 4 checked (docs.aws.amazon.com/AmazonS3/latest/API)."""

from __future__ import annotations

from typing import Final

from lab.exchange import Reply, Request, text_reply
from lab.faults import Fault, Kind
from lab.identifiers import CAPITALS, LETTERS, made_up
from lab.sigv4 import Keys, Refused, check
from lab.statuspages import feeds
from lab.vendor import Vendor

KEYS: Final = Keys("AKIA" + made_up("aws id", 16, CAPITALS), made_up("aws key", 40, LETTERS), "eu-central-1", "s3")
BUCKET: Final = "shop-example-invoices"
WORDS: Final = {
    "AccessDenied": "Access Denied",
    "InvalidAccessKeyId": "The AWS Access Key Id you provided does not exist in our records.",
    "SignatureDoesNotMatch": "The request signature we calculated does not match the signature you provided.",
    "RequestTimeTooSkewed": "The difference between the request time and the current time is too large.",
    "NoSuchKey": "The specified key does not exist.",
    "SlowDown": "Please reduce your request rate.",
    "InternalError": "We encountered an internal error. Please try again.",
    "ServiceUnavailable": "Service is unable to handle request.",
}


def _marks(request: Request) -> tuple[tuple[str, str], ...]:
    id_ = made_up(("s3", request.number), 16, CAPITALS)
    return ("x-amz-request-id", id_), ("x-amz-id-2", made_up(("s3 host", request.number), 76, LETTERS)), ("server", "AmazonS3")


def _error(request: Request, status: int, code: str, words: str = "") -> Reply:
    """A HEAD gets the status alone: its refusals have no body."""
    marks = dict(_marks(request))
    told = f"<Code>{code}</Code><Message>{words or WORDS[code]}</Message>"
    ids = f"<RequestId>{marks['x-amz-request-id']}</RequestId><HostId>{marks['x-amz-id-2']}</HostId>"
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{told}{ids}</Error>'
    return text_reply("" if request.method == "HEAD" else body, status, "application/xml", *marks.items())


def answer(request: Request) -> Reply:
    if "authorization" not in request.headers:
        return _error(request, 403, "AccessDenied")
    try:
        check(request, KEYS)
    except Refused as refused:
        return _error(request, refused.status, refused.code, refused.words)
    marks = (*_marks(request), ("x-amz-bucket-region", KEYS.region))
    if request.path != "/":
        return _error(request, 404, "NoSuchKey")
    if request.method == "HEAD":
        return Reply(200, (("content-type", "application/xml"), *marks))
    asked = f"<Name>{BUCKET}</Name><Prefix></Prefix><KeyCount>0</KeyCount><MaxKeys>0</MaxKeys><IsTruncated>false</IsTruncated>"
    listing = f'<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{asked}</ListBucketResult>'
    return text_reply(f'<?xml version="1.0" encoding="UTF-8"?>\n{listing}', 200, "application/xml", *marks)


def _refused_key(request: Request, _fault: Fault) -> Reply:
    return _error(request, 403, "InvalidAccessKeyId")


def _missing_scope(request: Request, _fault: Fault) -> Reply:
    who = "User: arn:aws:iam::123456789012:user/integration-health"
    what = f'is not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::{BUCKET}"'
    return _error(request, 403, "AccessDenied", f"{who} {what} because no identity-based policy allows the s3:ListBucket action")


def _quota(request: Request, _fault: Fault) -> Reply:
    """S3 says 503, gives no Retry-After and publishes no headroom."""
    return _error(request, 503, "SlowDown")


def _server_error(request: Request, fault: Fault) -> Reply:
    return _error(request, fault.status, "ServiceUnavailable" if fault.status == 503 else "InternalError")


VENDOR: Final = Vendor(
    slug="aws_s3",
    name="Amazon S3",
    category="storage",
    answer=answer,
    says={
        Kind.REFUSED_KEY: _refused_key,
        Kind.MISSING_SCOPE: _missing_scope,
        Kind.QUOTA: _quota,
        Kind.SERVER_ERROR: _server_error,
    },
    secrets={"access_key_id": KEYS.id, "secret_access_key": KEYS.secret},
    settings={"region": KEYS.region, "bucket": BUCKET},
    page=feeds.aws_page,
    components=("s3-eu-central-1", "s3-us-east-1", "sts-eu-central-1"),
)
