"""Silences and maintenance as lines of a page: over whom, until when, who set them, and nothing foreign as markup."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.ledger import WindowKind, WindowRow
from ui.blocks import planned as blocks
from ui.reader import Reader
from ui.readings.planned import over, read_windows

NOW_MS = 1_795_527_128_000  # 2026-11-24 13:32:08 UTC
HOUR_MS = 3_600_000
READER = Reader(NOW_MS, "UTC")
NAMES = {1: "PayPal", 2: "Stripe <EU>", 3: "Square", 4: "Adyen"}
SILENCE = WindowRow(WindowKind.SILENCE, NOW_MS - HOUR_MS, NOW_MS + HOUR_MS, (1,), "Move", "Mara", id=7)


def shown(row: WindowRow) -> str:
    return blocks.lines(read_windows([row], NAMES, NOW_MS), READER)


@pytest.mark.parametrize(
    ("which", "what"),
    [
        (None, "everything"),
        ((1, 9), "PayPal, 9"),
        ((1, 2, 3), "PayPal, Stripe <EU>, Square"),
        ((1, 2, 3, 4), "PayPal, Stripe <EU>, Square and 1 more"),
    ],
)
def test_a_window_names_what_it_lies_over(which: tuple[int, ...] | None, what: str) -> None:
    (view,) = read_windows([replace(SILENCE, integrations=which)], NAMES, NOW_MS)
    assert (view.ident, view.kind, view.what) == (7, "Silence", what)


def test_one_that_has_begun_says_until_when_and_one_to_come_from_when() -> None:
    assert ", until <time" in shown(SILENCE)
    assert ", from <time" in shown(replace(SILENCE, start_ms=NOW_MS + 1))


def test_who_set_it_and_why_stand_beside_it() -> None:
    assert 'Move<span class="m">, set by Mara</span>' in shown(SILENCE)
    assert "no reason given" in shown(replace(SILENCE, reason=""))
    assert "set by somebody" in shown(replace(SILENCE, by=None))


def test_one_of_the_file_says_where_it_is_ended() -> None:
    assert "from <code>integrations.yaml</code>, ended there" in shown(replace(SILENCE, origin="file", by=None))


def test_what_people_and_files_wrote_is_text() -> None:
    said = shown(replace(SILENCE, integrations=(2,), reason="<img src=x>", by="<b>Mara</b>"))
    assert "Stripe &lt;EU&gt;" in said
    assert "&lt;img src=x&gt;" in said
    assert "&lt;b&gt;Mara" in said


def test_windows_over_one_integration_are_its_own_and_those_of_all() -> None:
    rows = [SILENCE, replace(SILENCE, integrations=None), replace(SILENCE, integrations=(2, 3))]
    assert over(rows, 1) == rows[:2]
    assert over(rows, 3) == rows[1:]
