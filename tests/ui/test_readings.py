"""From rows to what a page says: lanes, days, incidents, the monitor itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.availability import Bucket, Buckets
from core.health import Cause, PageStatus, Status
from core.ledger import AlertKind, EventRow, IncidentKind, IncidentRow, PageRow
from core.merge import Piece
from core.plan import CheckPlan, IntegrationPlan
from core.verdict import OWN_NETWORK, Confidence, Party, Verdict
from storage.rows import DayBar, DeliveryRow, IncidentDetail, IncidentLine, NoticeRow, ProcessRow
from ui.reader import Reader
from ui.readings import monitor as monitors
from ui.readings.detection import found_within, guarantee
from ui.readings.incident import read_incident, read_list, whose
from ui.readings.lanes import day_letter, day_words, days, lane
from ui.readings.names import Names
from ui.readings.reference import Reference, parse
from ui.readings.system import read_system
from ui.readings.todo import steps
from ui.views.monitor import Blind, Monitor

NOW_MS = 1_795_527_128_000  # 2026-11-24 13:32:08 UTC
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
READER = Reader(NOW_MS, "Europe/Berlin")
NOBODY = Names({}, {})


def plain(said: str) -> str:
    return said.replace("\u00a0", " ")


def test_a_lane_joins_what_looks_the_same_and_says_what_it_shows() -> None:
    start = NOW_MS - DAY_MS
    parts = [
        Piece(start, start + HOUR_MS, Bucket.UP),
        Piece(start + HOUR_MS, start + 2 * HOUR_MS, Bucket.THEIRS),
        Piece(start + 2 * HOUR_MS, start + 3 * HOUR_MS, Bucket.SHORT),
        Piece(start + 3 * HOUR_MS, NOW_MS - HOUR_MS, Bucket.UP),
        Piece(NOW_MS - HOUR_MS, NOW_MS, Bucket.OURS),
    ]
    made = lane("API", parts, start, NOW_MS, READER)
    assert [part.letter for part in made.stretches] == ["u", "d", "u", "o"]
    assert made.stretches[-1].end == 1
    assert made.says == "down by our own fault since 13:32; down 23 Nov 15:32 to 23 Nov 17:32"


@pytest.mark.parametrize(
    ("buckets", "letter"),
    [
        (None, "-"),
        (Buckets(unknown_ms=DAY_MS), "-"),
        (Buckets(up_ms=DAY_MS), "u"),
        (Buckets(up_ms=5, degraded_ms=5), "s"),
        (Buckets(up_ms=5, theirs_ms=5, degraded_ms=5), "d"),
        (Buckets(up_ms=5, ours_ms=5), "o"),
        (Buckets(up_ms=5, ours_ms=5, path_ms=1), "d"),
        (Buckets(maintenance_ms=DAY_MS), "m"),
    ],
)
def test_a_day_takes_the_form_of_its_worst(buckets: Buckets | None, letter: str) -> None:
    assert day_letter(buckets) == letter


def test_a_day_says_how_long_and_whose() -> None:
    day = Buckets(up_ms=DAY_MS - 20 * MINUTE_MS, theirs_ms=18 * MINUTE_MS, ours_ms=2 * MINUTE_MS)
    assert plain(day_words(day)) == "98.611 %; down 20 min, ours 2 min of it"


def test_ninety_days_end_today_and_missing_ones_are_no_data() -> None:
    today = NOW_MS // DAY_MS * DAY_MS
    made = days([DayBar(today, Buckets(up_ms=HOUR_MS))], READER)
    assert len(made.days) == 90
    assert (made.days[-1].iso, made.days[-1].letter, made.days[0].letter) == ("2026-11-24", "u", "-")


def incident(**changes: object) -> IncidentRow:
    said = Verdict(13, Party.THEIRS, Confidence.MEDIUM, "Not acknowledged by PayPal.")
    values: dict[str, object] = {
        "id": 214,
        "kind": IncidentKind.VENDOR,
        "integration": 1,
        "started_ms": NOW_MS - HOUR_MS,
        "opened_ms": NOW_MS - HOUR_MS + MINUTE_MS,
        "status": Status.DOWN,
        "cause": Cause.SERVER_ERROR,
        "checks": (1,),
        "verdict": said,
        "severity": 2,
    }
    return IncidentRow(**{**values, **changes})  # type: ignore[arg-type]


def detail(row: IncidentRow, events: tuple[EventRow, ...] = ()) -> IncidentDetail:
    return IncidentDetail(row, None, events, (), (), (), ())


def test_a_verdict_is_said_in_the_present_while_it_lasts_and_in_the_past_after() -> None:
    said = incident().verdict
    assert (whose(said, is_open=True), whose(said, is_open=False)) == ("Theirs, likely.", "It was theirs, likely.")
    assert (whose(None, is_open=True), whose(None, is_open=False)) == ("Not judged yet.", "Never judged.")


def test_the_timeline_runs_newest_first_and_a_note_says_who_wrote_it() -> None:
    events = (
        EventRow(214, NOW_MS - 50, "opened", "Incident opened"),
        EventRow(214, NOW_MS - 20, "acknowledged", "On it", by="Mara"),
        EventRow(214, NOW_MS - 10, "note", "Called them", by="Mara"),
    )
    view = read_incident(detail(incident(), events), READER, NOBODY)
    assert [(moment.said, moment.detail, moment.kind) for moment in view.timeline] == [
        ("Mara: Called them", "", ""),
        ("On it", "By Mara, not verified", ""),
        ("Incident opened", "", "down"),
    ]


def test_the_timeline_holds_what_was_said_and_what_the_page_said_unnoted() -> None:
    sent = DeliveryRow(1, 214, "ops", AlertKind.OPENED, NOW_MS - 30, NOW_MS - 25, True, "ok", 1, (1,))
    events = (
        EventRow(214, NOW_MS - 50, "opened", "Incident opened"),
        EventRow(214, NOW_MS - 20, "page", "PayPal’s page says it has trouble"),
    )
    whole = replace(detail(incident(), events), deliveries=(sent,))
    words = [
        PageRow(2, NOW_MS - 20, PageStatus.RED, "Errors"),
        PageRow(2, NOW_MS - 10, PageStatus.GREEN, "All well"),
        PageRow(2, NOW_MS - 9 * HOUR_MS, PageStatus.GREEN, "All well"),
    ]
    view = read_incident(whole, READER, NOBODY, kinds={"ops": "slack"}, said=words)
    assert [moment.said for moment in view.timeline] == [
        "The vendor’s page is green",
        "PayPal’s page says it has trouble",
        "Slack message sent",
        "Incident opened",
    ]


def test_only_earlier_incidents_with_the_same_cause_were_seen_before() -> None:
    lines = [
        IncidentLine(
            incident(id=number, started_ms=NOW_MS - number, cause=cause, closed_ms=NOW_MS, closed_as="recovered"), "paypal", "PayPal"
        )
        for number, cause in ((HOUR_MS * 2, Cause.SERVER_ERROR), (HOUR_MS * 3, Cause.AUTH), (5, Cause.SERVER_ERROR))
    ]
    view = read_incident(detail(incident()), READER, NOBODY, before=lines)
    assert [(earlier.id, earlier.said) for earlier in view.before] == [(HOUR_MS * 2, "theirs, likely, recovered")]


@pytest.mark.parametrize(
    ("party", "cause", "first"),
    [
        (Party.THEIRS, Cause.SERVER_ERROR, "Nothing to fix on our side."),
        (Party.OURS, Cause.AUTH, "Replace the key."),
        (Party.OURS, Cause.CONNECT, "Check how this check is set up."),
        (Party.PATH, Cause.TIMEOUT, "Look at our way out."),
        (Party.UNKNOWN, Cause.CONTRACT, "Read the newest failing result."),
    ],
)
def test_what_to_do_follows_from_whose_it_is(party: Party, cause: Cause, first: str) -> None:
    plan = IntegrationPlan(1, "paypal", "PayPal", "paypal", "PayPal", "payments")
    row = incident(cause=cause, verdict=Verdict(1, party, Confidence.HIGH, ""))
    assert steps(row, plan)[0].what == first


def test_a_blind_period_asks_nothing_of_anybody() -> None:
    assert steps(incident(kind=IncidentKind.BLIND), None) == ()


@pytest.mark.parametrize("said", ["", "api.local", "api.local.x", "a/b.local.1", "api.local.99999999999999999", "<b>.local.1"])
def test_a_reference_that_is_not_one_names_no_result(said: str) -> None:
    assert parse(said) is None


def test_a_reference_reads_back() -> None:
    assert parse(str(Reference("status_page", "eu-west", NOW_MS))) == Reference("status_page", "eu-west", NOW_MS)


BLIND = Blind(NOW_MS - 30 * MINUTE_MS, NOW_MS - 13 * MINUTE_MS, "", 7)
DARK = Blind(NOW_MS - 3 * MINUTE_MS, None, "Our own network does not answer", 8)


@pytest.mark.parametrize(
    ("view", "what"),
    [
        (Monitor(None, None, False), None),
        (Monitor(None, None, True), "Demo data."),
        (Monitor(None, BLIND, True), "Demo data."),
        (Monitor(None, BLIND, False), "The monitor was blind from 14:02 to 14:19."),
        (Monitor(None, DARK, True), "Our own network."),
        (Monitor(NOW_MS - HOUR_MS, DARK, True), "Nobody is probing."),
        (Monitor(0, None, False), "Nobody probes yet."),
        (Monitor(0, None, True, (12, 91)), "Demo data."),
    ],
)
def test_there_is_one_banner_at_most_and_the_worst_wins(view: Monitor, what: str | None) -> None:
    shown = monitors.banner(view, READER)
    assert (shown.what if shown else None) == what


@pytest.mark.parametrize("gone_ms", [None, 0, NOW_MS - HOUR_MS])
@pytest.mark.parametrize("blind", [None, BLIND, DARK])
def test_every_banner_of_a_demo_says_that_its_data_are_made_up(gone_ms: int | None, blind: Blind | None) -> None:
    shown = monitors.banner(Monitor(gone_ms, blind, True), READER)
    assert shown is not None
    assert "demo data" in f"{shown.what} {shown.means}".lower()


@pytest.mark.parametrize(
    ("lasted_ms", "said"), [(17 * MINUTE_MS, "Those 17 min are unknown"), (MINUTE_MS, "That minute is unknown"), (HOUR_MS, "That hour is")]
)
def test_a_blind_period_is_counted_in_grammar(lasted_ms: int, said: str) -> None:
    shown = monitors.banner(Monitor(None, Blind(NOW_MS - 2 * HOUR_MS, NOW_MS - 2 * HOUR_MS + lasted_ms, "", 7), False), READER)
    assert shown is not None
    assert plain(shown.means).startswith(said)


def test_our_own_network_is_nobody_elses_trouble() -> None:
    title = "Our own network does not answer"
    verdict = Verdict(OWN_NETWORK, Party.UNKNOWN, Confidence.HIGH, f"{title}.")
    row = incident(kind=IncidentKind.BLIND, integration=None, verdict=verdict, title=title)
    assert whose(verdict, is_open=True) == "Our own network."
    assert whose(verdict, is_open=False) == "It was our own network."
    assert read_list([IncidentLine(row, None, None)], page=0, more=False, open_count=1, filtered=False).rows[0].whose == "Our own network"
    assert read_incident(IncidentDetail(row, None, (), (), (), (), ()), READER, NOBODY).headline == ""


def test_a_blind_period_is_told_for_a_day() -> None:
    def line(ended_ms: int) -> IncidentLine:
        return IncidentLine(incident(kind=IncidentKind.BLIND, integration=None, resolved_ms=ended_ms, closed_ms=ended_ms), None, None)

    assert monitors.newest_blind([line(NOW_MS - HOUR_MS)], NOW_MS) is not None
    assert monitors.newest_blind([line(NOW_MS - 25 * HOUR_MS)], NOW_MS) is None


def system(notices: dict[str, NoticeRow], *, body: dict[str, object] | None = None, gone_ms: int | None = None):  # type: ignore[no-untyped-def]
    lives = [ProcessRow(1, "worker", "host", 4, 0, NOW_MS - HOUR_MS, NOW_MS - 1_000, True, None, body or {})]
    return read_system(Monitor(gone_ms, None, False), lives, notices, (), [("Python", "3")], 12_400_000, READER)


def test_the_monitor_says_of_itself_what_is_worst() -> None:
    problem = {"file": "integrations.yaml", "line": 7, "key": "intervall", "message": "is not known", "nearest": "interval"}
    invalid = NoticeRow("configuration", NOW_MS, {"file": "integrations.yaml", "valid": False, "problems": [problem]})
    assert system({}).lead == "The monitor is well."
    assert plain(system({"configuration": invalid}).lead) == "1 problem in the configuration."
    assert system({}, body={"failing_since_ms": NOW_MS, "error": "database is locked"}).below.startswith("database is locked")
    assert system({}, gone_ms=NOW_MS - HOUR_MS).lead == "Nobody is probing."


def test_a_problem_of_the_configuration_says_where_it_stands() -> None:
    problem = {"file": "integrations.yaml", "line": 7, "key": "intervall", "message": "is not known", "nearest": "interval"}
    view = system(
        {"configuration": NoticeRow("configuration", NOW_MS, {"file": "integrations.yaml", "valid": False, "problems": [problem]})}
    )
    assert [(one.where, one.key, one.nearest) for one in view.problems] == [("integrations.yaml:7", "intervall", "interval")]


def test_what_the_worker_reports_is_words() -> None:
    view = system({"secrets": NoticeRow("secrets", NOW_MS, {"stripe": {"secret_key": "STRIPE_KEY is not set"}})})
    assert view.notes == (("Missing secrets", "stripe: STRIPE_KEY is not set"),)


def test_a_heartbeat_is_noticed_when_its_grace_is_over() -> None:
    plan = CheckPlan(1, 1, "nightly", "Nightly", "heartbeat", counts=True, interval_ms=86_400_000, grace_ms=1_800_000)
    said = guarantee((plan,))
    assert said is not None
    assert "30" in said.strong
    assert found_within((plan,)).note == "of the last call in time"
