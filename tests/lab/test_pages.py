"""The status pages of the lab, each in its vendor's form, green, red, in maintenance and unreadable."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from typing import Any

import httpx
import pytest

from lab.catalogue import vendors
from lab.faults import Kind
from lab.pages import Look, PageState
from lab.world import Lab

pytestmark = pytest.mark.anyio

STATUSPAGE = sorted(
    slug for slug, vendor in vendors().items() if vendor.page is not None and slug not in ("stripe", "slack", "auth0", "aws_s3")
)
RED = PageState(Look.RED, "Elevated errors <b>on</b> the API", status="partial_outage", since_s=1_795_000_000.0)


async def summary(client: httpx.AsyncClient, lab: Lab, slug: str) -> Any:
    answer = await client.get(lab.status_url(slug) + "/api/v2/summary.json")
    assert answer.headers["content-type"].startswith("application/json")
    return answer.json()


@pytest.mark.parametrize("slug", STATUSPAGE)
async def test_a_green_statuspage_lists_every_component_as_operational(lab: Lab, client: httpx.AsyncClient, slug: str) -> None:
    page = await summary(client, lab, slug)
    assert [part["name"] for part in page["components"]] == list(lab.vendors[slug].components)
    assert {part["status"] for part in page["components"]} == {"operational"}
    assert page["status"] == {"indicator": "none", "description": "All Systems Operational"}
    assert page["incidents"] == page["scheduled_maintenances"] == []


async def test_a_red_statuspage_names_the_component_and_the_incident(lab: Lab, client: httpx.AsyncClient) -> None:
    lab.page("twilio", PageState(Look.RED, RED.headline, "Verify", "partial_outage", RED.since_s))
    page = await summary(client, lab, "twilio")
    assert {part["name"]: part["status"] for part in page["components"] if part["status"] != "operational"} == {"Verify": "partial_outage"}
    (incident,) = page["incidents"]
    assert (incident["name"], incident["status"], incident["impact"]) == (RED.headline, "investigating", "major")
    assert [part["name"] for part in incident["components"]] == ["Verify"]
    assert incident["started_at"] == "2026-11-18T11:06:40.000Z"


async def test_a_statuspage_in_maintenance_says_so_as_planned_work(lab: Lab, client: httpx.AsyncClient) -> None:
    lab.page("hubspot", Look.MAINTENANCE)
    page = await summary(client, lab, "hubspot")
    assert page["incidents"] == []
    assert page["scheduled_maintenances"][0]["status"] == "in_progress"
    assert page["components"][0]["status"] == "under_maintenance"


async def test_a_statuspage_answers_all_its_documents(lab: Lab, client: httpx.AsyncClient) -> None:
    lab.page("sentry", RED)
    for name, key in (
        ("status", "status"),
        ("components", "components"),
        ("incidents", "incidents"),
        ("incidents/unresolved", "incidents"),
        ("scheduled-maintenances", "scheduled_maintenances"),
        ("scheduled-maintenances/upcoming", "scheduled_maintenances"),
        ("scheduled-maintenances/active", "scheduled_maintenances"),
    ):
        found = (await client.get(f"{lab.status_url('sentry')}/api/v2/{name}.json")).json()
        assert set(found) == {"page", key}


async def test_an_unreadable_page_is_html_with_200(lab: Lab, client: httpx.AsyncClient) -> None:
    for slug, path in (("twilio", "/api/v2/summary.json"), ("stripe", "/current"), ("slack", "/api/v2.0.0/current")):
        lab.page(slug, Look.UNREADABLE)
        answer = await client.get(lab.status_url(slug) + path)
        assert (answer.status_code, answer.headers["content-type"].startswith("text/html")) == (200, True)


async def test_a_statuspage_shows_its_words_to_people_as_text(lab: Lab, client: httpx.AsyncClient) -> None:
    lab.page("twilio", RED)
    page = (await client.get(lab.status_url("twilio"))).text
    assert "Elevated errors &lt;b&gt;on&lt;/b&gt; the API" in page
    assert "<b>on</b>" not in page


async def test_stripes_page_speaks_its_own_form(lab: Lab, client: httpx.AsyncClient) -> None:
    url = lab.status_url("stripe") + "/current"
    assert (await client.get(url)).json()["largestatus"] == "up"
    lab.page("stripe", PageState(Look.RED, "Webhooks are delayed", "webhooks", "degraded_performance"))
    page = (await client.get(url)).json()
    assert (page["largestatus"], page["message"]) == ("degraded", "Webhooks are delayed")
    assert page["statuses"] == {
        "api": "up",
        "dashboard": "up",
        "stripejs": "up",
        "checkoutjs": "up",
        "webhooks": "degraded",
        "emails": "up",
    }


async def test_slacks_page_speaks_its_own_form(lab: Lab, client: httpx.AsyncClient) -> None:
    url = lab.status_url("slack") + "/api/v2.0.0/"
    assert (await client.get(url + "current")).json()["status"] == "ok"
    lab.page("slack", PageState(Look.RED, "Messages are late", "Messaging"))
    page = (await client.get(url + "current")).json()
    assert (page["status"], page["active_incidents"][0]["services"], page["active_incidents"][0]["type"]) == (
        "active",
        ["Messaging"],
        "outage",
    )
    assert [each["title"] for each in (await client.get(url + "history")).json()] == ["Messages are late"]


async def test_the_feeds_of_paypal_auth0_and_aws_tell_of_incidents(lab: Lab, client: httpx.AsyncClient) -> None:
    for slug in ("paypal", "auth0", "aws_s3"):
        lab.page(slug, RED)
    atom = await client.get(lab.status_url("paypal") + "/feed/atom")
    rss = await client.get(lab.status_url("auth0") + "/api/rss?domain=shop-example.eu.auth0.com")
    events = await client.get(lab.status_url("aws_s3") + "/public/currentevents")
    assert "Initial Notification: Elevated errors <b>on</b>" in "".join(ET.fromstring(atom.content).itertext())
    assert RED.headline in "".join(ET.fromstring(rss.content).itertext())
    assert json.loads(events.content.decode("utf-16"))[0]["service"] == "s3-eu-central-1"
    assert (await client.get(lab.status_url("auth0") + "/api/rss")).status_code == 400


async def test_a_page_stands_apart_from_the_api_it_speaks_of(lab: Lab, client: httpx.AsyncClient) -> None:
    lab.break_("twilio", Kind.REFUSED)
    assert (await summary(client, lab, "twilio"))["status"]["indicator"] == "none"
    lab.break_page("twilio", Kind.SERVER_ERROR)
    assert (await client.get(lab.status_url("twilio") + "/api/v2/summary.json")).status_code == 503
    lab.heal_page("twilio")
    assert (await summary(client, lab, "twilio"))["incidents"] == []
