"""How the monitor keeps up: its figures in words, the worst first, and nothing of a worker that beats no more."""

from __future__ import annotations

import json
from dataclasses import replace

from core.ledger import IncidentKind
from core.own_figures import HOUR_MS, OwnFigures, Slowed
from storage.own import OwnRows
from storage.rows import NoticeRow, ProcessRow
from tests.ui.samples import MINUTE_MS, NOW_MS
from tests.ui.test_html import HOSTILE, READER, assert_harmless
from tests.ui.test_readings import incident
from ui.blocks import own_health as blocks
from ui.readings.own_health import read_own_health
from ui.readings.todo import steps
from ui.views.own_health import OwnHealth

FIGURES = OwnFigures(
    lateness_p50_ms=4,
    lateness_p99_ms=8_400,
    pending=1_204,
    growth_bytes=-5_000_000,
    slowed=(Slowed("stripe/api", 60_000, 180_000, 60_000),),
)
ROWS = OwnRows(dead_letters=2, dead_ms=NOW_MS - MINUTE_MS, dead_channels=("ops",), unsent_ms=NOW_MS - 90_000, starts=1)
TROUBLE = incident(id=9, kind=IncidentKind.MONITOR, integration=None, title="The monitor is late", key="late")


def body(**more: object) -> dict[str, object]:
    """As it comes back from a beat: JSON."""
    return json.loads(json.dumps({**FIGURES.as_body(), **more}))  # type: ignore[no-any-return]


def view(*, beat_ms: int = NOW_MS - 1_000, notices: dict[str, NoticeRow] | None = None, **more: object) -> OwnHealth:
    worker = ProcessRow(1, "worker", "host", 4, 0, NOW_MS - HOUR_MS, beat_ms, True, None, body(**more))
    return read_own_health(worker, ROWS, (TROUBLE,), notices or {}, 12_400_000, READER)


def line(found: OwnHealth, label: str) -> tuple[str, bool]:
    (one,) = [one for one in found.lines if one.label == label]
    return one.value.replace("\xa0", " "), one.wrong


def test_each_figure_stands_with_its_unit_and_whether_it_is_fine() -> None:
    found = view()
    assert line(found, "Lateness, usual") == ("4 ms", False)
    assert line(found, "Lateness, worst") == ("8.4 s", True)
    assert line(found, "Results waiting") == ("1 204", True)
    assert line(found, "Growth a day") == ("-5.0 MB", False)
    assert line(found, "Free on disk") == ("not known", False)
    assert line(found, "Dead letters") == ("2", True)
    assert line(found, "Oldest unsent alert") == ("90 s", False)
    assert line(found, "Database") == ("12.4 MB", False)


def test_what_is_not_fine_comes_first_with_what_to_do() -> None:
    markup = blocks.section(view())
    assert markup.index("Lateness, worst") < markup.index("Lateness, usual")
    assert "Give the machine more processor time" in markup
    assert "stripe/api" in markup


def test_a_trouble_leads_to_its_incident_and_says_what_to_do() -> None:
    markup = blocks.troubles(view(), READER)
    assert "/incident?id=9" in markup
    assert "Give the machine more processor time" in markup
    assert [step.what for step in steps(TROUBLE, None)] == [view().troubles[0].todo]


def test_a_worker_that_beats_no_more_is_not_quoted() -> None:
    found = view(beat_ms=NOW_MS - 60_000, deadman={"host": "alarm.example", "ok_ms": NOW_MS})
    assert line(found, "Lateness, worst") == ("not known", False)
    assert line(found, "Dead letters") == ("2", True), "what the database knows is known without it"
    assert found.call.says == "No worker lives, so nobody is called."


def test_curves_say_what_they_show() -> None:
    points = [[NOW_MS - 2 * HOUR_MS, 10_000_000], [NOW_MS - HOUR_MS, 12_000_000], [NOW_MS, 12_400_000]]
    found = view(lateness_minutes=[[1, 3], [2, None], [3, 40]], notices={"database": NoticeRow("database", NOW_MS, {"points": points})})
    assert [curve.says.replace("\xa0", " ") for curve in found.curves] == [
        "At most 40 ms in the last 3 minutes.",
        "From 10.0 MB to 12.4 MB in 2 h.",
    ]
    assert blocks.section(found).count('class="curve"') == 2
    assert view(lateness_minutes=[[1, 3]]).curves == ()


def test_the_call_says_how_it_is() -> None:
    host = {"host": "alarm.example"}
    said = {
        "unknown": view().call,
        "up": view(deadman={**host, "ok_ms": NOW_MS - 4_000}).call,
        "degraded": view(deadman={**host, "ok_ms": 1, "failing_ms": NOW_MS, "error": "it answered 404"}).call,
        "down": view(deadman={**host, "held": "results cannot be written", "failing_ms": None}).call,
    }
    assert {mark: call.mark for mark, call in said.items()} == {mark: mark for mark in said}
    assert "DEADMAN_URL" in said["unknown"].says
    assert said["up"].says.replace("\xa0", " ") == "alarm.example was called 4 s ago."
    assert said["degraded"].says.endswith("it answered 404.")
    assert "results cannot be written" in said["down"].says


def test_hostile_words_are_text() -> None:
    slowed = [{"check": HOSTILE, "configured_ms": 60_000, "achieved_ms": 180_000, "planned_ms": 1}]
    found = view(slowed=slowed, deadman={"host": HOSTILE, "failing_ms": 1, "error": HOSTILE}, lateness_minutes="junk")
    found = replace(found, troubles=(replace(found.troubles[0], title=HOSTILE, says=HOSTILE, todo=HOSTILE),))
    assert_harmless(blocks.section(found) + blocks.troubles(found, READER))
