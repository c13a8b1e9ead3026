"""What an answer must be to count as one."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

from checks.answers import first_broken, text_of
from checks.assertions import Expect

BODY = b'{"ok": true, "object": "balance", "count": 3, "items": [{"id": 1}, {"id": 2}], "none": null, "name": "a{b"}'


def broken(expect: dict[str, Any], body: bytes = BODY, values: dict[str, Any] | None = None, **headers: str) -> str | None:
    response = httpx.Response(200, content=body, headers={name.replace("_", "-"): value for name, value in headers.items()})
    return first_broken(Expect.model_validate(expect), response, values or {})


@pytest.mark.parametrize(
    "expect",
    [
        {"json": {"$.ok": True}},
        {"json": {"$.count": 3, "$.object": "balance"}},
        {"json": [{"path": "$.items", "is_a": "list", "at_least": 2}]},
        {"json": [{"path": "$.items[*].id", "one_of": [1, 2]}]},
        {"json": [{"path": "$.items[?@.id==2].id", "equals": 2}]},
        {"json": [{"path": "$.missing", "exists": False}]},
        {"json": [{"path": "$.none", "equals": None}]},
        {"json": [{"path": "$.none", "is_a": "null"}]},
        {"json": [{"path": "$.object", "matches": "^bal"}]},
        {"json": [{"path": "$.count", "at_least": 3, "at_most": 3}]},
        {"json": {"$.object": "{kind}"}},
        {"text": "balance"},
        {"text": ["bal", '"ok": true']},
        {"absent": "error"},
        {"regex": '"count":\\s*\\d+'},
        {"headers": {"X-Region": "eu"}},
        {"header_patterns": {"content-type": "^application/"}},
    ],
)
def test_what_is_met_is_not_broken(expect: dict[str, Any]) -> None:
    assert broken(expect, values={"kind": "balance"}, x_region="eu", content_type="application/json") is None


@pytest.mark.parametrize(
    ("expect", "sentence"),
    [
        ({"json": {"$.ok": False}}, "$.ok is true, expected false."),
        ({"json": {"$.ok": 1}}, "$.ok is true, expected 1."),
        ({"json": {"$.count": "3"}}, "$.count is 3, expected 3."),
        ({"json": {"$.missing": 1}}, "$.missing is missing."),
        ({"json": [{"path": "$.ok", "exists": False}]}, "$.ok is there."),
        ({"json": [{"path": "$.items[*].id", "equals": 1}]}, "$.items[*].id is 2, expected 1."),
        ({"json": [{"path": "$.items", "is_a": "object"}]}, '$.items is [{"id": 1}, {"id": 2}], expected a object.'),
        ({"json": [{"path": "$.items", "at_least": 3}]}, "$.items is 2, less than 3."),
        ({"json": [{"path": "$.count", "at_most": 2}]}, "$.count is 3, more than 2."),
        ({"json": [{"path": "$.none", "at_most": 2}]}, "$.none is null, which has no size."),
        ({"json": [{"path": "$.object", "matches": "^x"}]}, "$.object is balance, which does not match ^x."),
        ({"text": "error"}, "The text error is missing."),
        ({"absent": "balance"}, "The text balance stands in the answer."),
        ({"regex": "x+y"}, "Nothing matches x+y."),
        ({"headers": {"X-Region": "us"}}, "The header X-Region is eu, expected us."),
        ({"headers": {"X-None": "us"}}, "The header X-None is missing, expected us."),
        ({"header_patterns": {"X-Region": "^u"}}, "The header X-Region is eu, which does not match ^u."),
    ],
)
def test_the_first_thing_broken_is_a_sentence(expect: dict[str, Any], sentence: str) -> None:
    assert broken(expect, x_region="eu") == sentence


@pytest.mark.parametrize("body", [b"", b"<html>", b"{", b"[" * 100_000, b"\xff\xfe\x00", b'{"a": 1e999999}'])
def test_junk_where_json_was_expected_is_a_sentence(body: bytes) -> None:
    sentence = broken({"json": {"$.ok": True}}, body)
    assert sentence is not None
    assert sentence.endswith(".")


def test_a_pattern_costs_linear_time() -> None:
    begun = time.process_time()
    assert broken({"regex": "(a+)+$"}, b"a" * 500_000 + b"!") is not None
    assert time.process_time() - begun < 5.0  # an engine that backtracks would take longer than the universe


@pytest.mark.parametrize(("depth", "said"), [(90, None), (500, "JSON was expected, but the body is JSON nested too deep.")])
def test_a_deep_document_is_followed_or_said_not_to_be(depth: int, said: str | None) -> None:
    deep = b'{"a":' * depth + b"1" + b"}" * depth
    assert broken({"json": [{"path": "$..b", "exists": False}]}, deep) == said


@pytest.mark.parametrize("charset", ["zlib", "hex", "utf-7", "punycode", "none-such", "unicode_escape", "", "cp99999"])
def test_a_charset_that_stands_for_something_else_is_not_used(charset: str) -> None:
    response = httpx.Response(200, content="ök".encode(), headers={"content-type": f"text/plain; charset={charset}"})
    assert text_of(response) == "ök"


def test_a_usual_charset_is_used() -> None:
    assert text_of(httpx.Response(200, content="ök".encode("latin-1"), headers={"content-type": "text/plain; charset=ISO-8859-1"})) == "ök"
