"""Text without its escapes, and the way back to where each part of it came from."""

from __future__ import annotations

import html
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.unescaped import layers

ESCAPES = ["%41", "%25", "%3D",
           "%C3%B6", "%c3", "%ff", "%2541", "\\u0041", "\\u00f6", "\\ud83d\\ude00", "\\ud83d", "\\\\u0041", "\\x41", "\\xc3\\xb6",
           "&amp;", "&#65;", "&#x41;", "&amp;#65;", "&#1114112;", "&nbsp;", "&ngE;", "&nosuch;", "\\n", "\\\\", "\\/", "\\", "%", "&", "+",
           "ö", "\U0001f600", "a", "41", "25", ";", "u0041"]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("a%40b", "a@b"),
        ("%c3%B6", "ö"),
        ("%25252540", "@"),
        ("\\u00F6\\u0040", "ö@"),
        ("\\\\\\\\u0040", "@"),
        ("\\ud83d\\ude00", "\U0001f600"),
        ("b'\\xc3\\xb6'", "b'ö'"),
        ("&lt;&#64;&#x40;&amp;#64;&amp;amp;#64;", "<@@@@"),
        ('a\\/b\\"c\\n', 'a/b"c\n'),
        ("%ff%fe", "\xff\xfe"),
    ],
)
def test_escapes_are_read(text: str, read: str) -> None:
    assert list(layers(text))[1].text == read


def test_escapes_in_escapes_are_read_layer_by_layer() -> None:
    hidden = quote(json.dumps(html.escape("a<b@c")))
    assert "a<b@c" in [layer.text.strip('"') for layer in layers(hidden)]


def test_a_stretch_leads_back_to_the_whole_of_its_escape() -> None:
    text = "key %C3%B6%40 \\u0041b"
    layer = list(layers(text))[1]
    assert layer.text == "key ö@ Ab"
    assert [text[slice(*layer.origin(at, at + 1))] for at in (4, 5, 7, 8)] == ["%C3%B6", "%40", "\\u0041", "b"]
    assert text[slice(*layer.origin(2, 8))] == "y %C3%B6%40 \\u0041"


@given(st.lists(st.sampled_from(ESCAPES) | st.text(max_size=5), max_size=12).map("".join))
def test_every_character_of_every_layer_comes_from_somewhere_in_order(text: str) -> None:
    for layer in layers(text):
        spans = [layer.origin(at, at + 1) for at in range(len(layer.text))]
        assert all(0 <= start < end <= len(text) for start, end in spans)
        assert [start for start, _ in spans] == sorted(start for start, _ in spans)


@given(st.lists(st.sampled_from(ESCAPES), max_size=30).map("".join))
def test_no_heap_of_escapes_breaks_it(text: str) -> None:
    *_, last = layers(text)
    assert len(last.text) <= len(text)
