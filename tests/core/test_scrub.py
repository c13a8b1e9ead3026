"""Secrets leave nested values by the name they stand under and out of every text."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.redact import PLACEHOLDER, Redactor
from core.scrub import MAX_TEXT, scrub

SECRET = "correct-horse-battery"


def clean(value: Any) -> Any:
    return scrub(value, lambda text: Redactor([SECRET])(text).text)


@pytest.mark.parametrize(
    "name", ["password", "X-Api-Key", "client_secret", "Authorization", "access_token", "Set-Cookie", "DATABASE_DSN", "auth"]
)
def test_what_stands_under_a_telling_name_goes_whole(name: str) -> None:
    assert clean({name: "anything"}) == {name: PLACEHOLDER}
    assert clean({name: {"deep": "anything"}}) == {name: PLACEHOLDER}


@pytest.mark.parametrize(
    "value",
    [
        SECRET,
        f"https://u:{SECRET}@db/",
        {"a": [{"b": (f"x {SECRET}",)}]},
        SECRET.encode(),
        {SECRET: 1},
        {f"key of {SECRET}"},
        ValueError(SECRET),
    ],
)
def test_a_known_secret_goes_from_every_depth_and_type(value: Any) -> None:
    assert SECRET not in repr(clean(value))


def test_numbers_times_and_shapes_stay() -> None:
    at = datetime(2026, 11, 24, tzinfo=UTC)
    value = {"n": 1, "at": at, "list": [1.5, None, True], "auth_failures": 3}
    assert clean(value) == value


def test_what_contains_itself_ends() -> None:
    loop: list[Any] = []
    loop.append(loop)
    assert "..." in json.dumps(clean(loop))


def test_what_cannot_say_what_it_is_is_named_by_its_type() -> None:
    class Mute:
        def __repr__(self) -> str:
            raise RuntimeError

    assert clean([Mute()]) == ["<Mute>"]


def test_a_secret_at_the_edge_of_what_is_kept_does_not_survive_in_part() -> None:
    found = clean("." * (MAX_TEXT - 5) + SECRET + "." * 10_000)
    assert SECRET[:5] not in found
    assert len(found) <= MAX_TEXT + 1


WORDS = st.text() | st.builds(lambda before, after: before + SECRET + after, st.text(), st.text())
JSON = st.recursive(WORDS | st.integers() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(WORDS, inner), max_leaves=20)


@given(JSON)
def test_anything_stays_json_of_its_shape_and_no_secret_stays_in_it(value: Any) -> None:
    found = clean(value)
    assert json.loads(json.dumps(found)) == found
    assert SECRET not in json.dumps(found, ensure_ascii=False).replace(PLACEHOLDER, "")
    assert type(found) is type(value)
    if isinstance(value, list):
        assert len(found) == len(value)
