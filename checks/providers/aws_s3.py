"""Amazon S3: storage (https://docs.aws.amazon.com/AmazonS3/latest/API/Welcome.html)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from checks.asking import api, ask, for_strangers
from checks.errors import ErrorTable, Form, Rule
from checks.provider import Counts, ProbeSpec, Provider, PublishedSla, SecretSpec, SettingSpec, StatusPage
from checks.vantage import Probe, Vantage
from core.health import Cause, Outcome

ERRORS: Final = ErrorTable(
    # https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
    rules=(
        Rule(Cause.QUOTA, "S3 asks us to slow down.", codes=("SlowDown",)),
        Rule(Cause.QUOTA, "S3 asks us to slow down.", codes=("ServiceUnavailable",), text="reduce your request rate"),
        Rule(Cause.AUTH, "S3 does not know this access key.", codes=("InvalidAccessKeyId",)),
        Rule(Cause.AUTH, "The secret key does not belong to the access key.", codes=("SignatureDoesNotMatch",)),
        Rule(Cause.AUTH, "The session token is invalid or has ended.", codes=("ExpiredToken", "InvalidToken", "TokenRefreshRequired")),
        Rule(Cause.AUTH, "The key may not s3:ListBucket on this bucket.", codes=("AccessDenied", "AllAccessDisabled")),
        # S3 allows 15 minutes: it is this machine's clock that is wrong, and neither the vendor nor the key.
        Rule(Cause.CONFIG, "This machine's clock is more than 15 minutes off.", codes=("RequestTimeTooSkewed",)),
        Rule(Cause.CLIENT_ERROR, "The bucket is in another region.", codes=("PermanentRedirect", "AuthorizationHeaderMalformed")),
        Rule(Cause.CLIENT_ERROR, "The bucket is in another region.", (301,)),
        Rule(Cause.CLIENT_ERROR, "There is no such bucket.", codes=("NoSuchBucket",)),
        Rule(Cause.SERVER_ERROR, "S3 says that something failed on its side.", codes=("InternalError", "ServiceUnavailable")),
    ),
    form=Form.XML,
    code_at=("Code",),
    message_at=("Message",),
    request_id_headers=("x-amz-request-id",),
    request_id_at=("RequestId",),
)
KEYS: Final = frozenset({"access_key_id", "secret_access_key"})


def _address(settings: Mapping[str, Any]) -> str:
    return str(settings.get("base_url") or "https://{bucket}.s3.{region}.amazonaws.com")


def _bucket(settings: Mapping[str, Any], params: Any) -> Probe:
    """HeadBucket proves all, but its refusals have no body: then the same permission is asked for by a listing of nothing."""
    head = _signed(settings, params, "/", method="HEAD", expect=_proof(settings))
    listing = _signed(settings, params, "/?list-type=2&max-keys=0")

    async def probe(vantage: Vantage) -> Outcome:
        outcome = await head(vantage)
        if outcome.http_status is None or outcome.cause is None:
            return outcome
        told = await listing(vantage)
        return told if told.cause else outcome

    return probe


def _proof(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Every S3 numbers its answers; Amazon's also says where the bucket is."""
    where = {} if settings.get("base_url") else {"x-amz-bucket-region": "{region}"}
    return {"headers": where, "header_patterns": {"x-amz-request-id": "."}}


def _signed(settings: Mapping[str, Any], params: Any, path: str, **more: Any) -> Probe:
    """Signed with temporary keys where a session token is set, else with lasting ones."""
    auth = {"kind": "aws_sigv4", "service": "s3", "region": "{region}"}
    asked = {"url": _address(settings) + path, "follow_redirects": False, **more}
    lasting = ask(ERRORS, auth=auth, **asked)(settings, params)
    temporary = ask(ERRORS, auth={**auth, "session_token": "{session_token}"}, **asked)(settings, params)

    async def probe(vantage: Vantage) -> Outcome:
        return await (temporary if "session_token" in vantage.secrets else lasting)(vantage)

    return probe


def _stranger(settings: Mapping[str, Any], params: Any) -> Probe:
    """The region's own address refuses a stranger, or sends it to the product's page."""
    url = str(settings.get("base_url") or "https://s3.{region}.amazonaws.com")
    table = for_strangers(ERRORS, (307, 403))
    return ask(table, url=url + "/", follow_redirects=False, expect={"status": [307, 403]})(settings, params)


PROVIDER = Provider(
    slug="aws_s3",
    name="Amazon S3",
    category="storage",
    docs="https://docs.aws.amazon.com/AmazonS3/latest/API/Welcome.html",
    errors=ERRORS,
    secrets=(
        SecretSpec("access_key_id", "Access key id", "s3:ListBucket on the one bucket", r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b"),
        SecretSpec("secret_access_key", "Secret access key"),
        SecretSpec("session_token", "Session token, for temporary keys"),
    ),
    settings=(
        SettingSpec("region", "Region, such as eu-central-1", required=True, pattern=r"^[a-z0-9-]+$"),
        SettingSpec("bucket", "Bucket", pattern=r"^[a-z0-9][a-z0-9.-]{2,62}$"),
        SettingSpec("base_url", "The bucket's own address, for a store that is not Amazon's", pattern=r"^https?://[^\s?#]+$"),
    ),
    probes=(
        api(_bucket, KEYS, needs_settings=("region", "bucket")),
        ProbeSpec("reachability", "Reachability", _stranger, needs_settings=("region",), counts=Counts.FALLBACK),
    ),
    status_page=StatusPage("https://health.aws.amazon.com/health/status", engine=None, note="engine not yet built: aws_health"),
    upstreams=("aws:{region}",),
    sla=PublishedSla("99.9", "month", "https://aws.amazon.com/s3/sla/", "10 % of the month's bill, 25 % below 99.0, 100 % below 95.0"),
)
