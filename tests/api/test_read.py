"""What the API says of a database with a past."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import httpx
import openpyxl
import pytest

from core.calendar import month
from core.health import Status
from core.ledger import Ledger
from sla.books import month_report
from sla.freeze import freeze
from storage import periods
from storage.lease import take
from storage.readings import MonthBooks
from storage.sync import sync
from storage.writer import Writer
from tests.api.conftest import State, declared
from tests.storage.samples import DAY, MINUTE, NOON
from tests.storage.samples import state as state_row

pytestmark = pytest.mark.anyio


async def get(client: httpx.AsyncClient, path: str) -> httpx.Response:
    answer = await client.get(f"/api/v1{path}")
    assert answer.status_code == 200, answer.text
    return answer


async def test_the_status_says_what_is_not_up(client: httpx.AsyncClient, state: State) -> None:
    Writer(state.db).commit(Ledger(states=[state_row(state.check("paypal/api"), Status.UP, NOON - DAY)]), epoch=take(state.db, None, NOON))
    said = (await get(client, "/status")).json()
    assert said["integrations"] == {"up": 1, "degraded": 0, "down": 1, "unknown": 0}
    assert [one["slug"] for one in said["not_up"]] == ["stripe"]
    assert said["worker_beat_at"] == "2025-11-25T12:00:00Z"


async def test_every_share_has_what_was_seen_beside_it(client: httpx.AsyncClient) -> None:
    stripe = next(one for one in (await get(client, "/integrations")).json() if one["slug"] == "stripe")
    assert stripe["day"]["availability_pct"] == 85.714  # 60 of 70 minutes, floored
    assert stripe["day"]["coverage_pct"] is not None
    assert stripe["day"]["down_s"] == pytest.approx(600, abs=60)
    assert stripe["incidents"][0]["party"] == "theirs"


async def test_one_integration_has_its_checks_and_their_guarantee(client: httpx.AsyncClient) -> None:
    stripe = (await get(client, "/integrations/stripe")).json()
    api = next(check for check in stripe["checks"] if check["slug"] == "api")
    assert api["guarantee"] == "Every outage of 100 s or more is found, at most 115 s after it starts."
    assert stripe["promised_availability_pct"] == 99.95
    assert "address" not in json.dumps(stripe)


async def test_an_incident_has_its_verdict_timeline_and_failures(client: httpx.AsyncClient) -> None:
    [line] = (await get(client, "/incidents?open=true")).json()
    found = (await get(client, f"/incidents/{line['id']}")).json()
    assert found["verdict"]["party"] == "theirs"
    assert found["verdict"]["facts"][0]["sentence"] == "Our network answers."
    assert [event["kind"] for event in found["events"]] == ["first_failure", "opened"]
    assert found["failures"][0]["cause"] == "server_error"
    assert (await get(client, "/incidents?open=false")).json() == []


async def test_an_alert_that_waits_is_seen_to_wait(client: httpx.AsyncClient) -> None:
    assert len((await get(client, "/alerts?state=waiting")).json()) == 1
    assert (await get(client, "/alerts?state=dead")).json() == []
    assert (await get(client, "/deliveries")).json() == []


async def test_versions_rise_when_something_shown_changed(client: httpx.AsyncClient, state: State) -> None:
    before = (await get(client, "/versions")).json()
    Writer(state.db).commit(Ledger(topics={"wall"}), epoch=take(state.db, None, NOON))
    after = (await get(client, "/versions")).json()
    assert after["wall"] > before["wall"]


async def test_the_months_forms_agree_to_the_last_digit(client: httpx.AsyncClient) -> None:
    read = await get(client, "/sla/2025-11")
    told = read.json()
    rows = list(csv.DictReader(io.StringIO((await get(client, "/sla/2025-11?format=csv")).text.lstrip("\ufeff"))))
    book = await get(client, "/sla/2025-11?format=xlsx")
    for one, row in zip(told["integrations"], rows, strict=True):
        assert {key: "" if one[key] is None else str(one[key]) for key in row if key in one} == {key: row[key] for key in row if key in one}
    assert openpyxl.load_workbook(io.BytesIO(book.content)).sheetnames
    assert book.headers["content-disposition"] == 'attachment; filename="sla-2025-11.xlsx"'
    assert "content-disposition" not in read.headers, "what is read in the browser is no download"


async def test_the_month_charges_the_vendor_for_its_outage(client: httpx.AsyncClient) -> None:
    stripe = next(one for one in (await get(client, "/sla/2025-11")).json()["integrations"] if one["integration"] == "stripe")
    assert stripe["policy"] == "contract v1"
    assert float(stripe["downtime_min"]) == pytest.approx(10, abs=1)
    assert stripe["latency_results"] > 40


async def test_a_closed_month_is_told_as_it_was_frozen(client: httpx.AsyncClient, state: State) -> None:
    period = month(2025, 11)
    later = period.end_ms + DAY
    report = month_report(MonthBooks(state.db), period, later)
    row = replace(report.rows[0], name="As it was")
    for kept in (row, *report.rows[1:]):
        made = freeze(kept)
        stretch = {"start_ms": period.start_ms, "end_ms": period.end_ms, "zone": period.zone}
        periods.freeze(state.db, integration=kept.integration, **stretch, body=made.text.decode(), digest=made.sha256, closed_ms=later)
    state.clock.at_ms = later + DAY
    assert "As it was" in {one["name"] for one in (await get(client, "/sla/2025-11")).json()["integrations"]}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/integrations/nobody", 404),
        ("/incidents/999", 404),
        ("/incidents?integration=nobody", 404),
        ("/incidents/0", 422),
        ("/incidents?limit=100000", 422),
        ("/sla/2025-13", 422),
        ("/sla/2025-11?format=pdf", 422),
        ("/sla/2025-11?zone=Mars/Olympus", 404),
        ("/nothing", 404),
    ],
)
async def test_what_is_not_there_or_makes_no_sense_is_said(client: httpx.AsyncClient, path: str, status: int) -> None:
    answer = await client.get(f"/api/v1{path}")
    assert answer.status_code == status
    assert "detail" in answer.json()


async def test_an_integration_that_was_removed_is_not_there(client: httpx.AsyncClient, state: State) -> None:
    await get(client, "/integrations/paypal")
    sync(state.db, [declared("stripe")], NOON)
    assert (await client.get("/api/v1/integrations/paypal")).status_code == 404
    assert [one["slug"] for one in (await get(client, "/integrations")).json()] == ["stripe"]


async def test_nothing_can_be_written_through_it(client: httpx.AsyncClient) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert (await client.request(method, "/api/v1/incidents")).status_code == 405


async def test_no_script_from_elsewhere_is_offered(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/docs")).status_code == 404
    assert (await client.get("/api/openapi.json")).json()["info"]["title"] == "Integration Health"


async def test_a_path_of_the_description_is_found_below_the_server_it_names(client: httpx.AsyncClient) -> None:
    told = (await client.get("/api/openapi.json")).json()
    [server] = told["servers"]
    assert "/v1/status" in told["paths"]
    assert (await client.get(server["url"] + "/v1/status")).status_code == 200


async def test_a_database_that_does_not_answer_is_503(client: httpx.AsyncClient, state: State) -> None:
    with state.db.write() as conn:
        conn.exec_driver_sql("DROP TABLE version")
    answer = await client.get("/api/v1/versions")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "version" not in answer.text


async def test_minutes_are_not_lost_between_results(client: httpx.AsyncClient, state: State) -> None:
    paypal = (await get(client, "/integrations/paypal")).json()
    assert paypal["day"]["up_s"] == pytest.approx(3600, abs=2 * MINUTE / 1000)


async def test_a_month_to_come_is_empty_and_not_an_error(client: httpx.AsyncClient) -> None:
    assert (await get(client, "/sla/2030-01")).json()["integrations"] == []
