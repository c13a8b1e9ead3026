"""What a vendor's page says of what is ours."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.engine import Scope, StatusPageEngine, engines
from checks.foreign import Unreadable, plain
from core.health import PageReading, PageStatus

WHOLE = Scope()


def component(name: str, status: str = "operational", **more: Any) -> dict[str, Any]:
    return {"id": f"id-{name}", "name": name, "status": status, "group": False, "group_id": None, **more}


def incident(name: str, *components: str, status: str = "investigating", **more: Any) -> dict[str, Any]:
    named = [{"id": f"id-{part}", "name": part} for part in components]
    return {"name": name, "status": status, "components": named, "started_at": "2026-11-24T11:30:00.000Z", **more}


def summary(*components: dict[str, Any], **more: Any) -> dict[str, Any]:
    page = {"id": "abc", "name": "Vendor", "url": "https://status.example.com"}
    status = {"indicator": "none", "description": "All Systems Operational"}
    return {"page": page, "components": list(components), "incidents": [], "scheduled_maintenances": [], "status": status, **more}


def read(page: object, scope: Scope = WHOLE, engine: str = "statuspage") -> PageReading:
    return engines().entries[engine].read(json.dumps(page).encode(), scope)


def test_every_engine_file_can_be_used() -> None:
    assert engines().broken == {}
    assert {name: engine.name for name, engine in engines().entries.items()} == {name: name for name in engines().entries}


def test_a_page_without_trouble_is_green_in_its_own_words() -> None:
    assert read(summary(component("API"))) == PageReading(PageStatus.GREEN, "All Systems Operational", "https://status.example.com")


@pytest.mark.parametrize("status", ["degraded_performance", "partial_outage", "major_outage"])
def test_a_component_of_ours_in_trouble_is_red(status: str) -> None:
    reading = read(summary(component("API", status), component("Dashboard")), Scope(("API",)))

    assert (reading.status, reading.components, reading.headline) == (PageStatus.RED, ("API",), f"API: {status.replace('_', ' ')}")


def test_trouble_elsewhere_is_not_ours() -> None:
    page = summary(component("API"), component("Dashboard", "major_outage"), status={"description": "Major System Outage"})
    reading = read(page, Scope(("API",)))

    assert (reading.status, reading.headline) == (PageStatus.GREEN, "API: operational")


def test_an_open_incident_that_names_one_of_ours_is_red_though_it_is_operational() -> None:
    page = summary(component("API"), incidents=[incident("Errors on some calls", "API", shortlink="https://stspg.io/x")])
    reading = read(page, Scope(("api",)))

    assert reading.status is PageStatus.RED
    assert (reading.headline, reading.link) == ("Errors on some calls", "https://stspg.io/x")
    assert reading.incident_started_at == datetime(2026, 11, 24, 11, 30, tzinfo=UTC)


def test_an_incident_elsewhere_or_one_that_is_over_is_not_ours() -> None:
    page = summary(
        component("API"),
        component("Dashboard"),
        incidents=[
            incident("Slow dashboard", "Dashboard"),
            incident("Over", "API", status="resolved"),
            incident("Said", status="investigating"),
        ],
    )

    assert read(page, Scope(("API",))).status is PageStatus.GREEN


def test_for_the_whole_page_any_open_incident_is_red() -> None:
    assert read(summary(component("API"), incidents=[incident("Something")])).status is PageStatus.RED


def test_the_incident_that_began_first_is_the_headline() -> None:
    page = summary(
        component("API", "partial_outage"),
        incidents=[
            incident("Later", "API", started_at="2026-11-24T12:00:00Z"),
            incident("Earlier", "API", started_at="2026-11-24T10:00:00Z"),
        ],
    )

    assert read(page, Scope(("API",))).headline == "Earlier"


def test_maintenance_under_way_is_maintenance_and_a_planned_one_is_not() -> None:
    under_way = [incident("Database move", "API", status="in_progress", scheduled_for="2026-11-24T11:00:00Z")]
    planned = [incident("Database move", "API", status="scheduled")]

    assert read(summary(component("API"), scheduled_maintenances=under_way), Scope(("API",))).status is PageStatus.MAINTENANCE
    assert read(summary(component("API", "under_maintenance")), Scope(("API",))).status is PageStatus.MAINTENANCE
    assert read(summary(component("API"), scheduled_maintenances=planned), Scope(("API",))).status is PageStatus.GREEN


def test_an_outage_during_maintenance_is_red() -> None:
    page = summary(component("API", "under_maintenance"), component("SMTP", "major_outage"))

    assert read(page).status is PageStatus.RED


def test_a_component_is_known_by_name_pattern_id_or_group() -> None:
    page = summary(
        {"id": "g", "name": "Messaging", "status": "operational", "group": True},
        component("SMS", "major_outage", group_id="g"),
        component("Voice"),
    )

    assert [read(page, Scope((name,))).status for name in ("sms", "S*", "id-SMS", "Messaging", "Voice")] == [
        *[PageStatus.RED] * 4,
        PageStatus.GREEN,
    ]


def test_regions_narrow_what_is_ours() -> None:
    page = summary(component("Admin API - US", "major_outage"), component("Admin API - EU"))

    assert read(page, Scope(("Admin API*",), ("EU",))).status is PageStatus.GREEN
    assert read(page, Scope((), ("US",))).status is PageStatus.RED


def test_a_page_that_shows_nothing_of_ours_is_never_green() -> None:
    with pytest.raises(Unreadable, match="no component named Paiments"):
        read(summary(component("Payments")), Scope(("Paiments",)))


def test_markup_on_a_page_stays_text() -> None:
    hostile = "<script>alert(1)</script>\u202e\x07 *bold* [x](javascript:y)"
    reading = read(summary(component(hostile, "major_outage"), incidents=[incident(hostile, hostile, shortlink="javascript:alert(1)")]))

    assert reading.headline == "<script>alert(1)</script> *bold* [x](javascript:y)"
    assert reading.link == "https://status.example.com"
    assert reading.components == ("<script>alert(1)</script> *bold* [x](javascript:y)",)


@pytest.mark.parametrize("link", ["javascript:alert(1)", "https://a b", 'https://x"onclick', "ftp://x", 5, None, "https://x/\u202e"])
def test_only_a_plain_web_address_is_a_link(link: object) -> None:
    page = summary(component("API"), page={"url": link})

    assert read(page).link is None


@pytest.mark.parametrize(
    "page", [{}, [], "x", None, {"components": []}, {"page": {}, "components": {}}, {"page": [], "components": []}], ids=repr
)
def test_what_is_no_statuspage_is_not_read(page: object) -> None:
    with pytest.raises(Unreadable, match="not a Statuspage summary"):
        read(page)


def current(**more: Any) -> dict[str, Any]:
    return {"status": "ok", "date_updated": "2026-11-24T12:00:00-08:00", "active_incidents": [], **more}


def issue(title: str, *services: str, **more: Any) -> dict[str, Any]:
    return {
        "id": 1,
        "title": title,
        "type": "incident",
        "status": "active",
        "url": "https://slack-status.com/2026-11/x",
        "services": list(services),
        "date_created": "2026-11-24T03:30:00-08:00",
        **more,
    }


def test_slack_is_green_while_it_lists_no_incident() -> None:
    assert read(current(), Scope(("Messaging",)), "slack").status is PageStatus.GREEN


def test_slack_is_red_when_an_incident_names_a_service_of_ours() -> None:
    page = current(status="active", active_incidents=[issue("Trouble sending", "Messaging", "Search")])
    reading = read(page, Scope(("Messaging",)), "slack")

    assert reading == PageReading(
        PageStatus.RED,
        "Trouble sending",
        "https://slack-status.com/2026-11/x",
        datetime(2026, 11, 24, 11, 30, tzinfo=UTC),
        ("Messaging",),
    )


def test_slack_trouble_with_another_service_a_notice_and_a_plan_are_not_ours() -> None:
    issues = [issue("Search", "Search"), issue("Note", "Messaging", type="notice"), issue("Plan", "Messaging", status="scheduled")]

    assert read(current(status="active", active_incidents=issues), Scope(("Messaging",)), "slack").status is PageStatus.GREEN


def test_slack_maintenance_under_way_is_maintenance() -> None:
    page = current(status="active", active_incidents=[issue("Work", "Messaging", type="maintenance")])

    assert read(page, Scope(("Messaging",)), "slack").status is PageStatus.MAINTENANCE


def test_another_page_is_not_slacks() -> None:
    with pytest.raises(Unreadable, match="not Slack's status"):
        read(summary(), WHOLE, "slack")


def stripe(**statuses: str) -> dict[str, Any]:
    return {"largestatus": "up", "message": "All services are online.", "statuses": {"api": "up", "webhooks": "up", **statuses}}


def test_stripe_is_green_when_what_is_ours_is_up() -> None:
    assert read(stripe(webhooks="degraded"), Scope(("api",)), "stripe") == PageReading(
        PageStatus.GREEN, "api: up", "https://status.stripe.com"
    )


def test_stripe_is_red_when_a_service_of_ours_is_not_up() -> None:
    reading = read(stripe(api="degraded"), Scope(("API",)), "stripe")

    assert (reading.status, reading.headline, reading.components) == (PageStatus.RED, "api: degraded", ("api",))


def test_the_whole_of_stripe_is_red_when_its_largest_status_is_not_up() -> None:
    page = {**stripe(), "largestatus": "down", "message": "Trouble with cards."}

    assert (read(page, WHOLE, "stripe").status, read(page, WHOLE, "stripe").headline) == (PageStatus.RED, "Trouble with cards.")


def test_another_page_is_not_stripes() -> None:
    with pytest.raises(Unreadable, match="not Stripe's status"):
        read(summary(), WHOLE, "stripe")
    with pytest.raises(Unreadable, match="no component named cards"):
        read(stripe(), Scope(("cards",)), "stripe")


@pytest.mark.parametrize(
    ("engine", "given_url", "asked"),
    [
        ("statuspage", "https://status.example.com", "https://status.example.com/api/v2/summary.json"),
        ("statuspage", "https://status.example.com/", "https://status.example.com/api/v2/summary.json"),
        ("statuspage", "https://status.example.com/pages/1.json", "https://status.example.com/pages/1.json"),
        ("slack", "https://slack-status.com", "https://slack-status.com/api/v2.0.0/current"),
        ("stripe", "https://status.stripe.com", "https://status.stripe.com/current"),
    ],
)
def test_a_pages_own_address_is_enough(engine: str, given_url: str, asked: str) -> None:
    assert engines().entries[engine].endpoint(given_url) == asked


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["id", "name", "status", "group", "components", "x"]), inner, max_size=5)
    ),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(entry=JSON, other=JSON, engine=st.sampled_from(sorted(engines().entries)))
def test_a_hostile_page_is_read_or_refused_and_nothing_else(entry: object, other: object, engine: str) -> None:
    found: StatusPageEngine = engines().entries[engine]
    pages = [
        {"page": {"url": entry}, "components": [entry, other], "incidents": other, "scheduled_maintenances": [entry], "status": other},
        {"status": "active", "active_incidents": [entry, other]},
        {"largestatus": "up", "message": entry, "statuses": {"api": other, "x": "up"}},
        entry,
    ]
    for page in pages:
        for scope in (WHOLE, Scope(("a*",), ("b",))):
            try:
                reading = found.read(json.dumps(page).encode(), scope)
            except Unreadable:
                continue
            assert reading.status in PageStatus
            assert plain(reading.headline, 10_000) == reading.headline  # one visible line that can be stored
