"""Words and times of strangers."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.foreign import Unreadable, dig, parse_count, parse_instant, parse_json, parse_xml, plain


def test_plain_text_is_one_visible_line() -> None:
    assert plain("a\x00b\r\n\tc\u202ed\ufeff") == "a b c d"
    assert plain("x" * 300, 10) == "xxxxxxxxx…"
    assert plain(None) == ""


@given(st.text())
def test_plain_text_can_always_be_stored(text: str) -> None:
    assert plain(text).encode("utf-8").decode("utf-8") == plain(text)
    assert len(plain(text, 50)) <= 50
    assert "\n" not in plain(text)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2027-01-01T00:00:00Z", datetime(2027, 1, 1, tzinfo=UTC)),
        ("2027-01-01T01:00:00+01:00", datetime(2027, 1, 1, tzinfo=UTC)),
        ("2027-01-01", datetime(2027, 1, 1, tzinfo=UTC)),
        ("Fri, 01 Jan 2027 00:00:00 GMT", datetime(2027, 1, 1, tzinfo=UTC)),
        (1798761600, datetime(2027, 1, 1, tzinfo=UTC)),
        ("1798761600000", datetime(2027, 1, 1, tzinfo=UTC)),
        ("0001-01-01T00:00:00+23:00", None),
        (1e300, None),
        (float("nan"), None),
        (True, None),
        (None, None),
        ("tomorrow", None),
        ("9" * 10_000, None),
    ],
)
def test_an_instant_is_read_in_every_form_or_not_at_all(value: object, expected: datetime | None) -> None:
    assert parse_instant(value) == expected


def test_what_is_no_json_says_why() -> None:
    with pytest.raises(Unreadable, match="empty"):
        parse_json(b" ")
    with pytest.raises(Unreadable, match="not JSON"):
        parse_json(b"<html>")
    with pytest.raises(Unreadable, match="nested too deep"):
        parse_json(b"[" * 200_000)


@pytest.mark.parametrize("depth", [101, 500, 960, 973, 990, 10_000])
def test_json_is_too_deep_long_before_a_reader_of_it_would_break(depth: int) -> None:
    with pytest.raises(Unreadable, match="nested too deep"):
        parse_json(b'{"a":' * depth + b"1" + b"}" * depth)


def test_brackets_in_words_are_no_depth() -> None:
    assert parse_json(b'["' + b"[{" * 200 + b'\\"[", [1]]') == ["[{" * 200 + '"[', [1]]
    assert len(parse_json(b"[" + b"[], " * 500 + b"{}]")) == 501


def test_what_is_no_xml_says_why() -> None:
    with pytest.raises(Unreadable, match="not XML"):
        parse_xml(b"{}")
    with pytest.raises(Unreadable, match="declares entities"):
        parse_xml(b"<!DOCTYPE html><html/>")


def test_a_path_leads_through_mappings_and_lists() -> None:
    tree = {"errors": [{"code": 1}, {"code": 2}, "x"], "a.b": 3}

    assert list(dig(tree, "errors.*.code")) == [1, 2]
    assert list(dig(tree, "errors.1.code")) == [2]
    assert list(dig(tree, "errors.9.code")) == []
    assert list(dig(tree, "nothing.here")) == []


@pytest.mark.parametrize(
    ("text", "count"), [("12", 12), (" 12 ", 12), ("-1", None), ("1e9", None), ("9" * 16, None), ("٣", None), (None, None)]
)
def test_a_count_is_a_number_of_sane_size(text: str | None, count: int | None) -> None:
    assert parse_count(text) == count
