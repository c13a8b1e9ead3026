"""The list of what is watched: searched as the wall is, and short however much there is."""

from __future__ import annotations

from dataclasses import replace

from core.health import Status
from storage.rows import IntegrationRow, Summary
from tests.ui.samples import NOW_MS, summary
from ui.blocks import integrations as blocks
from ui.reader import Reader
from ui.readings.integrations import read_lines
from ui.readings.wall import Filter

READER = Reader(NOW_MS)


def fleet(count: int) -> tuple[list[IntegrationRow], dict[int, Summary]]:
    found = [summary(f"Vendor {number:04}", number=number) for number in range(count)]
    return [IntegrationRow(one.plan, ()) for one in found], {one.plan.id: one for one in found}


def shown(filters: Filter = Filter(), *, count: int = 1_007, every: bool = False) -> str:  # noqa: B008 it is frozen
    rows, summaries = fleet(count)
    return blocks.table(read_lines(rows, summaries, filters), READER, filters, every=every)


def test_of_a_thousand_the_first_hundred_are_shown_and_the_way_to_the_rest() -> None:
    markup = shown()
    assert markup.count('<th scope="row"') == 100
    assert "907 more are not shown" in markup
    assert 'href="/integration?all=1">show all 1\u00a0007</a>' in markup


def test_all_are_shown_to_who_asks_for_all() -> None:
    assert shown(every=True).count('<th scope="row"') == 1_007
    assert "not shown" not in shown(every=True)


def test_a_search_finds_what_stands_far_below_and_is_kept_on_the_way_to_all() -> None:
    assert shown(Filter(search="vendor 0999")).count('<th scope="row"') == 1
    assert 'href="/integration?q=vendor&amp;all=1"' in shown(Filter(search="vendor"))


def test_what_nothing_matches_says_so_and_offers_the_way_back() -> None:
    markup = shown(Filter(search="<strpe>"))
    assert "No integration matches “&lt;strpe&gt;”." in markup
    assert 'href="/integration">Clear the filter</a>' in markup


def test_a_status_is_a_filter_here_too_and_what_was_removed_is_searched_with_the_rest() -> None:
    rows, summaries = fleet(3)
    summaries[1] = replace(summaries[1], status=Status.DOWN)
    rows[2] = replace(rows[2], archived_ms=NOW_MS)
    assert [line.name for line in read_lines(rows, summaries, Filter(status="failing"))] == ["Vendor 0001"]
    assert [line.name for line in read_lines(rows, summaries, Filter(search="0002"))] == ["Vendor 0002"]
