"""Foreign text goes where it is safe."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.escape import csv_cell, file_name, printable, slack_escape, slug_of


def test_slack_markup_of_strangers_is_text() -> None:
    assert slack_escape("<!channel> a & b") == "&lt;!channel&gt; a &amp; b"


def test_an_entity_is_never_cut() -> None:
    assert slack_escape("&&&&", 11) == "&amp;&amp;…"
    assert slack_escape("&&&&", 12) == "&amp;&amp;…"
    assert slack_escape("&&&&", 5) == "…"


def test_lines_and_tabs_stay_and_other_control_characters_go() -> None:
    assert printable("a\nb\tc\x00\x1b[31m\x7f\x85\r") == "a\nb\tc[31m"


def test_text_cannot_be_turned_round() -> None:
    assert printable("safe\u202egpj.exe\u2066") == "safegpj.exe"


def test_half_a_character_is_dropped() -> None:
    assert printable("a\ud800b") == "ab"


@given(st.text(), st.integers(1, 60))
def test_slack_text_is_within_its_limit_and_reads_back(text: str, limit: int) -> None:
    made = slack_escape(text, limit)
    assert len(made) <= limit
    assert "<" not in made
    assert ">" not in made
    shown = html.unescape(made.replace("&amp;", "\x01")).replace("\x01", "&")
    whole = printable(text)
    assert shown == whole or whole.startswith(shown.removesuffix("…"))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\0"])
def test_a_cell_is_never_a_formula(start: str) -> None:
    assert csv_cell(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("text", ["", "plain", "a=1", " =1", "'=1"])
def test_other_cells_stay_as_they_are(text: str) -> None:
    assert csv_cell(text) == text


@given(st.text())
def test_a_file_name_is_one_name(text: str) -> None:
    made = file_name(text)
    assert made
    assert not set(made) & set('/\\:*?"<>|\r\n ')
    assert not made.startswith(".")
    assert len(made) <= 100


def test_a_path_is_not_a_file_name() -> None:
    assert file_name("../../etc/passwd") == "etc-passwd"
    assert file_name("Übersicht März.csv") == "Ubersicht-Marz.csv"
    assert file_name("…") == "unnamed"


@pytest.mark.parametrize(("name", "slug"), [("Amazon SES", "amazon-ses"), ("Postgres (orders)", "postgres-orders"), ("日本", "unnamed")])
def test_a_name_is_a_slug_of_plain_letters(name: str, slug: str) -> None:
    assert slug_of(name) == slug
