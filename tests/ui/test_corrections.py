"""What a person knows better is told apart from what was measured, wherever the time it lies over is shown."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from core.availability import Buckets
from core.calendar import month
from core.health import Cause, Status
from core.ledger import CorrectionRow, CountsAs, IncidentKind, IncidentRow, SpanRow
from core.plan import CheckPlan, IntegrationPlan, Objective
from core.reading import Reading, pieces
from core.verdict import Party
from sla import report as reports
from sla.portfolio import Report
from storage.rows import DayBar
from tests.ui.samples import summary
from ui.blocks import corrections as blocks
from ui.blocks import days as small
from ui.blocks import lanes as bars
from ui.blocks import promises, wall
from ui.reader import Reader
from ui.readings.corrections import by_integration, moments, over, read_corrections
from ui.readings.lanes import days, lane
from ui.readings.wall import read_wall
from ui.views.integration import Strip

NOW_MS = 1_795_527_120_000  # 2026-11-24 13:32 UTC
MINUTE_MS = 60_000
DAY_MS = 86_400_000
READER = Reader(NOW_MS, "UTC")
API, JOBS, STAGE = (
    CheckPlan(number, 3, slug, slug.upper(), "http", counts=number != 9) for number, slug in ((7, "api"), (8, "jobs"), (9, "stage"))
)
PLAN = IntegrationPlan(
    3, "paypal", "PayPal", "paypal", "PayPal", "payments", objective=Objective(Decimal("99.9")), checks=(API, JOBS, STAGE)
)


def correction(ident: int, ago_min: int, minutes: int = 10, **other: Any) -> CorrectionRow:
    start = NOW_MS - ago_min * MINUTE_MS
    given: dict[str, Any] = {"bucket": CountsAs.MAINTENANCE, **other}
    return CorrectionRow(3, start, start + minutes * MINUTE_MS, "Our <b>move</b>", "Ada & Bo", NOW_MS - 100 + ident, id=ident, **given)


def reading(*rows: CorrectionRow) -> Reading:
    begun = NOW_MS - 20 * DAY_MS
    spans = [SpanRow(check.id, 1, begun, None, Status.UP, None, MINUTE_MS) for check in (API, JOBS)]
    return Reading(PLAN, spans, {(7, 1): NOW_MS, (8, 1): NOW_MS}, corrections=rows)


def month_of(*rows: CorrectionRow, slug: str = "paypal") -> Report:
    return reports.month(month(2026, 11), [replace(reading(*rows), plan=replace(PLAN, slug=slug))], NOW_MS)


def test_a_lane_has_rails_where_it_was_corrected_and_says_by_whom_and_why() -> None:
    parts, since = reading(correction(1, 60)), NOW_MS - DAY_MS
    view = lane("API", pieces(parts, since, NOW_MS, NOW_MS), since, NOW_MS, READER, over(parts, since, NOW_MS))
    assert [round((part.end - part.start) * 1_440) for part in view.corrected] == [10]
    assert view.says == "maintenance 12:32 to 12:42; corrected 12:32 to 12:42 by Ada & Bo: Our <b>move</b>"
    drawn = bars.strip(Strip((view,), ("12:00",)))
    assert drawn.count('<i class="co"') == 1
    assert "Our &lt;b&gt;move&lt;/b&gt;" in drawn
    assert "<b>move" not in drawn


def test_a_correction_of_one_check_lies_over_its_lane_and_the_whole_alone() -> None:
    parts = reading(correction(1, 60, check=7), correction(2, 40, check=9), correction(3, 20))
    ids = {only: [row.id for row in over(parts, NOW_MS - DAY_MS, NOW_MS, only=only)] for only in (None, 7, 8)}
    assert ids == {None: [1, 3], 7: [1, 3], 8: [3]}


def test_what_was_replaced_or_withdrawn_marks_nothing() -> None:
    parts = reading(correction(1, 60), correction(2, 50, replaces=1), correction(3, 50, replaces=2, bucket=None))
    assert over(parts, NOW_MS - DAY_MS, NOW_MS) == []
    assert blocks.listed(read_corrections(parts, NOW_MS - DAY_MS, NOW_MS, READER), "paypal") == ""


def test_a_day_that_was_corrected_is_drawn_otherwise_and_the_legend_says_so() -> None:
    rows = [correction(1, 3 * 1_440)]
    today = NOW_MS // DAY_MS * DAY_MS
    view = days([DayBar(today - number * DAY_MS, Buckets(up_ms=DAY_MS)) for number in range(90)], READER, rows)
    assert [day.iso for day in view.days if day.corrected] == ["2026-11-21"]
    assert view.days[-4].says.endswith("corrected 21 Nov 13:32 to 13:42 by Ada & Bo: Our <b>move</b>")
    drawn = bars.days(view, "paypal")
    assert drawn.count('class="u co"') == 1
    assert "corrected by hand" in drawn
    assert "corrected by hand" not in bars.days(days([], READER), "paypal")


def test_under_the_bars_stands_what_it_counts_as() -> None:
    parts = reading(correction(1, 60, check=7, bucket=CountsAs.DOWN, party=Party.OURS), correction(2, 30, bucket=None, party=Party.PATH))
    drawn = blocks.listed(read_corrections(parts, NOW_MS - DAY_MS, NOW_MS, READER), "paypal")
    assert "API counts as down, ours." in drawn
    assert "was the path between." in drawn
    assert drawn.index("13:02 to 13:12") < drawn.index("12:32 to 12:42")
    assert 'href="/integration?id=paypal&amp;day=2026-11-24"' in drawn
    assert "By Ada &amp; Bo: Our &lt;b&gt;move&lt;/b&gt;" in drawn


def incident(start_min: int, end_min: int | None) -> IncidentRow:
    start, end = NOW_MS - start_min * MINUTE_MS, None if end_min is None else NOW_MS - end_min * MINUTE_MS
    return IncidentRow(1, IncidentKind.VENDOR, 3, start, start, Status.DOWN, Cause.TIMEOUT, (7,), None, 1, resolved_ms=end, closed_ms=end)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (correction(1, 60), "Corrected: 12:32 to 12:42 counts as maintenance"),
        (correction(1, 60, check=7, bucket=None, party=Party.OURS), "Corrected: 12:32 to 12:42 API was ours"),
        (correction(1, 60, check=8), None),
        (correction(1, 90, 20), None),
        (correction(1, 30), None),
    ],
)
def test_an_incident_names_what_was_corrected_of_its_stretch(row: CorrectionRow, said: str | None) -> None:
    told = moments(incident(65, 30), [row], {7: "API", 8: "Jobs"}, READER)
    assert [moment.said for moment in told] == ([] if said is None else [said])
    assert [moment.detail for moment in told] == ([] if said is None else ["Our <b>move</b> · By Ada & Bo, not verified"])


def test_an_incident_tells_how_it_was_corrected_and_taken_back() -> None:
    told = moments(incident(65, None), [correction(1, 60), correction(2, 60, replaces=1, bucket=None)], {}, READER)
    assert [moment.said for moment in told] == [
        "Corrected: 12:32 to 12:42 counts as maintenance (holds no longer)",
        "Correction 1 was withdrawn",
    ]


def test_a_row_of_the_month_says_how_much_was_corrected_by_whom_and_why_and_leads_there() -> None:
    report = month_of(correction(1, 60), correction(2, 40, 5), correction(3, 20, 5))
    drawn = promises.table(report, READER, every=False, chosen="paypal", query={"month": "2026-11"})
    assert "corrected: 10.0 min, by Ada &amp; Bo, Our &lt;b&gt;move&lt;/b&gt;." in drawn
    assert "And 1 more." in drawn
    assert 'class="fix" href="/sla?month=2026-11&amp;id=paypal"' in drawn
    assert "<b>move" not in drawn
    assert 'class="fix"' not in promises.table(month_of(), READER, every=False, chosen="paypal", query={})


def test_a_promise_that_was_corrected_is_not_cut_from_the_table() -> None:
    rows = tuple(month_of(slug=f"vendor-{number:02}").rows[0] for number in range(30))
    report = replace(month_of(), rows=(*rows, *month_of(correction(1, 60)).rows))
    drawn = promises.table(report, READER, every=False, chosen="paypal", query={})
    assert drawn.count("<tr class") == 21
    assert "corrected: 10.0 min" in drawn


@pytest.mark.parametrize("rows", [(), (correction(1, 60, check=7),)])
def test_the_month_says_how_a_correction_is_made(rows: tuple[CorrectionRow, ...]) -> None:
    report = month_of(*rows)
    drawn = blocks.section(report.rows[0], report, READER)
    assert "integration-health correct paypal --from 2026-11-01T10:00 --to 2026-11-01T10:20 --as maintenance" in drawn
    assert ("api only" in drawn, "Ada &amp; Bo: Our &lt;b&gt;move&lt;/b&gt;" in drawn) == (bool(rows), bool(rows))


def marked(*rows: CorrectionRow) -> frozenset[int]:
    watched = replace(summary("PayPal"), plan=PLAN, bars="u" * 90, folded_ms=NOW_MS)
    return read_wall([watched], READER, laid=by_integration(rows)).groups[0].rows[0].corrected


def test_the_small_days_are_marked_where_the_large_ones_are() -> None:
    three_days = correction(1, 3 * 1_440, minutes=2 * 1_440)
    assert marked(correction(2, 5), three_days) == {86, 87, 88, 89}
    assert marked(correction(1, 40, check=7)) == {89}
    assert marked(correction(1, 95 * 1_440, minutes=6 * 1_440)) == {0}, "a correction of long ago reaches into the oldest day"


def test_what_changes_no_day_marks_none() -> None:
    gone = (correction(1, 40), replace(correction(2, 40), bucket=None, replaces=1))
    assert marked(correction(1, 40, check=9)) == marked(correction(1, 200 * 1_440)) == marked(*gone) == frozenset()


def test_small_days_say_in_words_and_by_their_form_which_were_corrected() -> None:
    drawn = small.small("u" * 90, frozenset({60, 88})).replace("\u00a0", " ")
    assert drawn.count("90 days: no failures; corrected by hand on 2 days, last yesterday") == 2, "for the eye and for the ear"
    assert drawn.count("var(--ink) calc(var(--d)*60) calc(var(--d)*61)") == 2, "a rail above and one below"


def test_rails_are_explained_on_the_wall_where_there_are_any_and_cost_others_nothing() -> None:
    two = [
        replace(summary(name), bars="u" * 90, plan=replace(PLAN, id=number, slug=name, name=name)) for number, name in ((3, "a"), (4, "b"))
    ]
    plain, railed = (wall.table(read_wall(two, READER, laid=by_integration(rows)), READER)[0] for rows in ((), [correction(1, 5)]))
    assert ("corrected by hand</span>" in plain, "corrected by hand</span>" in railed) == (False, True)
    assert [row.partition("</tr>")[0] in railed for row in plain.split("<tr") if "id=b" in row] == [True]
