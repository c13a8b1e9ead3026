"""Headroom, waiting times and ends, as vendors state them."""

from datetime import UTC, datetime, timedelta

import httpx

from checks.errors import ErrorTable, classify
from checks.signals import QuotaHeaders
from core.health import Deprecation, Outcome, Quota

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
TABLE = ErrorTable(
    quota=(
        QuotaHeaders("X-Daily-Left", "X-Daily"),
        QuotaHeaders("X-Left", "X-Limit", "X-Reset"),
        QuotaHeaders("X-Soon-Left", reset="X-Soon", reset_is="delta"),
        QuotaHeaders("RateLimit", "RateLimit-Policy", form="structured"),
    ),
    notice_headers=("X-Notice",),
    expires_at="token.ends",
)


def read(headers: dict[str, str], json: object = None, status: int = 200) -> Outcome:
    response = httpx.Response(status, headers=headers, json=json)
    return classify(response, response.content, TABLE, NOW)


def test_headroom_is_read_with_its_reset() -> None:
    assert read({"X-Left": "7", "X-Limit": "100", "X-Reset": str(int(NOW.timestamp()) + 60)}).quota == Quota(
        7, 100, NOW + timedelta(seconds=60)
    )


def test_a_reset_in_seconds_from_now_is_one_too() -> None:
    assert read({"X-Soon-Left": "3", "X-Soon": "90"}).quota == Quota(3, None, NOW + timedelta(seconds=90))


def test_the_structured_form_is_read() -> None:
    quota = read({"RateLimit": '"default";r=1180;t=250', "RateLimit-Policy": '"burst";q=1200;w=300'}).quota

    assert quota == Quota(1180, 1200, NOW + timedelta(seconds=250))


def test_of_several_the_tightest_is_told() -> None:
    assert read({"X-Daily-Left": "5", "X-Daily": "1000", "X-Left": "50", "X-Limit": "100"}).quota == Quota(5, 1000)


def test_junk_in_the_headers_is_no_headroom() -> None:
    assert read({"X-Left": "many", "RateLimit": "r=", "X-Soon-Left": "-1"}).quota is None


def test_a_vendor_out_of_quota_is_asked_again_when_it_resets() -> None:
    outcome = read({"X-Left": "0", "X-Limit": "100", "X-Reset": str(int(NOW.timestamp()) + 45)}, status=429)

    assert outcome.retry_after_s == 45.0


def test_without_our_clock_the_answers_own_date_counts() -> None:
    headers = {"Date": "Tue, 24 Nov 2026 12:00:00 GMT", "Retry-After": "Tue, 24 Nov 2026 12:00:20 GMT"}
    response = httpx.Response(429, headers=headers)

    assert classify(response, b"", TABLE).retry_after_s == 20.0


def test_a_credentials_end_is_read() -> None:
    assert read({}, {"token": {"ends": "2027-01-01T00:00:00Z"}}).credential_expires_at == datetime(2027, 1, 1, tzinfo=UTC)
    assert read({}, {"token": {"ends": "never"}}).credential_expires_at is None
    assert read({}, {"token": []}).credential_expires_at is None


def test_a_sunset_is_read_with_its_link() -> None:
    headers = {
        "Deprecation": "@1767225600",
        "Sunset": "Fri, 01 Jan 2027 00:00:00 GMT",
        "Link": '<https://example.com/v2>; rel="sunset", <https://example.com>; rel="next"',
    }

    assert read(headers).deprecation == Deprecation(
        "The vendor calls what we use deprecated.", datetime(2027, 1, 1, tzinfo=UTC), "https://example.com/v2"
    )


def test_a_vendors_own_notice_is_quoted_as_plain_text() -> None:
    assert read({"X-Notice": "v1 ends\tsoon <b>"}).deprecation == Deprecation("v1 ends soon <b>", None, None)


def test_deprecation_false_is_none() -> None:
    assert read({"Deprecation": "false"}).deprecation is None


def test_a_link_that_is_no_web_address_is_left_out() -> None:
    found = read({"Deprecation": "true", "Link": '<javascript:alert(1)>; rel="sunset"'}).deprecation

    assert found is not None
    assert found.link is None
