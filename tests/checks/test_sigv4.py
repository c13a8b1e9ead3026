"""AWS Signature Version 4 against the values AWS publishes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import httpx
import pytest

from checks.runner import Finding
from checks.sigv4 import Key, sign
from tests.checks.conftest import Seen, Servers, answer, answering

Check = Callable[..., Awaitable[Finding]]
SUITE = Key("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "service", "us-east-1")
S3 = Key("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "s3", "us-east-1")
SUITE_AT = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)
S3_AT = datetime(2013, 5, 24, tzinfo=UTC)


def signature(method: str, url: str, key: Key, at: datetime, **headers: str) -> str:
    request = httpx.Request(method, url, headers={name.replace("_", "-"): value for name, value in headers.items()})
    sign(request, b"", key, at)
    return request.headers["authorization"].rpartition("Signature=")[2]


@pytest.mark.parametrize(
    ("method", "url", "expected"),
    [  # the AWS Signature Version 4 test suite: get-vanilla, get-vanilla-query-order-key-case, post-vanilla, get-vanilla-empty-query-key
        ("GET", "https://example.amazonaws.com/", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        (
            "GET",
            "https://example.amazonaws.com/?Param2=value2&Param1=value1",
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ),
        ("POST", "https://example.amazonaws.com/", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        ("GET", "https://example.amazonaws.com/?Param1=value1", "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"),
    ],
)
def test_the_test_suite_is_met(method: str, url: str, expected: str) -> None:
    assert signature(method, url, SUITE, SUITE_AT) == expected


def test_the_example_of_iam_is_met() -> None:
    key = Key("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "iam", "us-east-1")
    found = signature(
        "GET",
        "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08",
        key,
        SUITE_AT,
        content_type="application/x-www-form-urlencoded; charset=utf-8",
    )
    assert found == "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"


@pytest.mark.parametrize(
    ("path", "headers", "expected"),
    [  # https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
        ("test.txt", {"range": "bytes=0-9"}, "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
        ("?lifecycle", {}, "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        ("?max-keys=2&prefix=J", {}, "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    ],
)
def test_the_examples_of_s3_are_met(path: str, headers: dict[str, str], expected: str) -> None:
    assert signature("GET", f"https://examplebucket.s3.amazonaws.com/{path}", S3, S3_AT, **headers) == expected


def test_a_session_token_is_signed() -> None:
    request = httpx.Request("GET", "https://example.amazonaws.com/")
    sign(request, b"", Key("A", "b", "sts", "eu-west-1", "the-session"), SUITE_AT)
    assert request.headers["x-amz-security-token"] == "the-session"
    assert "SignedHeaders=host;x-amz-date;x-amz-security-token," in request.headers["authorization"]


@pytest.mark.anyio
async def test_what_was_signed_is_what_is_sent(check: Check, serve: Servers) -> None:
    seen = Seen()
    port = await serve(answering(answer(), seen=seen))
    params = {"url": f"http://127.0.0.1:{port}/my%20key?list-type=2", "auth": {"kind": "aws_sigv4", "service": "s3", "region": "{region}"}}
    secrets = {"access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": "wJalrXUtnFEMI"}
    assert (await check("http", params, secrets=secrets, settings={"region": "eu-central-1"})).outcome.cause is None
    assert seen.requests[0].startswith("GET /my%20key?list-type=2 HTTP/1.1\r\n")
    assert "/eu-central-1/s3/aws4_request, signedheaders=host;x-amz-content-sha256;x-amz-date, signature=" in seen.requests[0].lower()
