"""What an answer means, and that no answer is strange enough to break that."""

import random
from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.errors import ANY, GENERIC, ErrorTable, Form, Rule, classify
from core.health import Cause, Status

TABLE = ErrorTable(
    rules=(
        Rule(Cause.QUOTA, "Slow down.", codes=("SlowDown",)),
        Rule(Cause.AUTH, "No such key ({code}).", (401,), codes=("bad_key",)),
        Rule(Cause.CONTRACT, "Under new management.", text="MOVED OUT"),
        Rule(Cause.SERVER_ERROR, "Busy.", header=("X-Busy", "yes")),
        Rule(None, "", (418,)),
        Rule(Cause.CLIENT_ERROR, "It says {code}.", (2,), codes=(ANY,)),
    ),
    code_at=("errors.*.code", "error"),
    message_at=("message",),
    request_id_headers=("X-Id",),
    request_id_at=("id",),
)


def answer(status: int = 200, **more: object) -> tuple[httpx.Response, bytes]:
    response = httpx.Response(status, **more)  # type: ignore[arg-type]
    return response, response.content


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        (200, None),
        (204, None),
        (302, Cause.CONTRACT),
        (400, Cause.CLIENT_ERROR),
        (401, Cause.AUTH),
        (403, Cause.AUTH),
        (404, Cause.CLIENT_ERROR),
        (408, Cause.TIMEOUT),
        (422, Cause.CLIENT_ERROR),
        (429, Cause.QUOTA),
        (500, Cause.SERVER_ERROR),
        (503, Cause.SERVER_ERROR),
        (599, Cause.SERVER_ERROR),
        (700, Cause.CONTRACT),
    ],
)
def test_without_a_vendors_table_the_status_decides(status: int, cause: Cause | None) -> None:
    assert classify(*answer(status)).cause is cause


def test_a_refused_key_is_down_and_never_unknown() -> None:
    assert classify(*answer(401)).status is Status.DOWN


def test_the_vendors_own_code_comes_before_the_status() -> None:
    outcome = classify(*answer(503, json={"error": "slowdown"}), TABLE)

    assert (outcome.cause, outcome.vendor_code, outcome.http_status) == (Cause.QUOTA, "slowdown", 503)


def test_any_of_several_codes_may_decide() -> None:
    outcome = classify(*answer(401, json={"errors": [{"code": "first"}, {"code": "bad_key"}]}), TABLE)

    assert (outcome.cause, outcome.vendor_code, outcome.detail) == (Cause.AUTH, "bad_key", "No such key (bad_key).")


def test_a_code_needs_the_status_its_rule_asks_for() -> None:
    assert classify(*answer(404, json={"error": "bad_key"}), TABLE).cause is Cause.CLIENT_ERROR


def test_text_is_found_without_case() -> None:
    assert classify(*answer(200, text="We have moved out."), TABLE).cause is Cause.CONTRACT


def test_a_header_decides() -> None:
    assert classify(*answer(200, headers={"X-Busy": "Yes"}), TABLE).cause is Cause.SERVER_ERROR


def test_a_rule_may_say_that_an_answer_is_fine() -> None:
    outcome = classify(*answer(418), TABLE)

    assert (outcome.cause, outcome.detail, outcome.vendor_code) == (None, "", None)


def test_an_error_inside_a_200_is_seen() -> None:
    assert classify(*answer(200, json={"error": "what"}), TABLE).detail == "It says what."


def test_the_vendors_words_are_quoted() -> None:
    outcome = classify(*answer(401, json={"error": "bad_key", "message": "Key\n<b>gone</b>\u202e"}), TABLE)

    assert outcome.detail == "No such key (bad_key). It says: “Key <b>gone</b>”"


def test_the_request_id_comes_from_a_header_or_else_the_body() -> None:
    assert classify(*answer(500, headers={"X-Id": "h1"}, json={"id": "b1"}), TABLE).request_id == "h1"
    assert classify(*answer(500, json={"id": "b1"}), TABLE).request_id == "b1"
    assert classify(*answer(500, headers={"x-request-id": "g1"}), GENERIC).request_id == "g1"


def test_xml_is_read_by_element_names_whatever_their_namespace() -> None:
    table = ErrorTable(rules=TABLE.rules, form=Form.XML, code_at=("Code",), message_at=("Message",))
    body = b'<?xml version="1.0"?><Error xmlns="urn:x"><Code>SlowDown</Code><Message>Reduce your rate</Message></Error>'

    assert classify(httpx.Response(503, content=body), body, table).detail == "Slow down. It says: “Reduce your rate”"


def test_entities_in_xml_are_never_expanded() -> None:
    table = ErrorTable(form=Form.XML, code_at=("Code",), message_at=("Message",))
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Error><Code>&b;</Code></Error>'
    encoded = bomb.decode().encode("utf-16")

    assert [classify(httpx.Response(400, content=body), body, table).vendor_code for body in (bomb, encoded)] == [None, None]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"[" * 500_000,
        b'{"a":' * 100_000,
        b'{"error": ' + b"9" * 100_000 + b"}",
        b'{"error": 1e999999}',
        b'{"error": NaN, "message": Infinity}',
        b'{"error": "\\ud800"}',
        b'{"error": ["' + b"x" * 900_000 + b'"]}',
        '{"error": "schön"}'.encode("latin-1"),
        '{"error": "bad_key"}'.encode("utf-16"),
        b"<a>" * 300_000,
        b"<a b='" + b"x" * 900_000 + b"'/>",
        b"<?xml version='1.0' encoding='utf-7'?><a/>",
    ],
    ids=lambda body: f"{len(body)} bytes of {body[:12]!r}",
)
@pytest.mark.parametrize("form", list(Form))
def test_no_body_is_strange_enough(body: bytes, form: Form) -> None:
    table = ErrorTable(rules=TABLE.rules, form=form, code_at=("error", "Code"), message_at=("message",), request_id_at=("id",))
    outcome = classify(httpx.Response(401, content=body), body, table)

    assert outcome.cause is Cause.AUTH
    outcome.detail.encode("utf-8")
    assert len(outcome.detail) < 400


@settings(max_examples=200, deadline=None)
@given(body=st.binary(max_size=400), status=st.integers(100, 999), seed=st.integers(0, 5))
def test_nothing_a_stranger_sends_raises(body: bytes, status: int, seed: int) -> None:
    names = ["retry-after", "sunset", "deprecation", "ratelimit", "date", "link", "x-id"]
    headers = {
        name.encode(): body[: 1 + seed * 20].replace(b"\n", b"").replace(b"\r", b"") for name in random.Random(seed).sample(names, 4)
    }
    response = httpx.Response(status, headers=list(headers.items()), content=body)

    assert classify(response, body, TABLE).http_status == status


NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("30", 30.0),
        ("0.5", 0.5),
        ("Tue, 24 Nov 2026 12:01:00 GMT", 60.0),
        ("Tue, 24 Nov 2026 11:00:00 GMT", 0.0),
        ("999999999", 86_400.0),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("inf", None),
    ],
)
def test_retry_after_is_read_in_both_forms(value: str, seconds: float | None) -> None:
    assert classify(*answer(429, headers={"Retry-After": value}), now=NOW).retry_after_s == seconds
