"""What scripts read of silences, maintenance and a vendor's own page."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from core.health import PageStatus
from core.ledger import Ledger, PageRow, WindowKind, WindowRow
from storage.lease import take
from storage.writer import Writer
from tests.api.conftest import State
from tests.storage.samples import DAY, HOUR, NOON

pytestmark = pytest.mark.anyio


def written(state: State, ledger: Ledger) -> None:
    Writer(state.db).commit(ledger, epoch=take(state.db, None, NOON))


def integration(state: State, slug: str) -> int:
    return next(one.id for one in state.catalogue.plan.integrations.values() if one.slug == slug)


@pytest.fixture
def planned(state: State) -> State:
    """One under way, one to come for everything, one that is over, one that was cancelled."""
    rows = [
        WindowRow(WindowKind.SILENCE, NOON - HOUR, NOON + HOUR, (integration(state, "stripe"),), "<b>drill</b>", "Mara"),
        WindowRow(WindowKind.MAINTENANCE, NOON + 40 * DAY, NOON + 41 * DAY, None, "upgrade", None, "file"),
        WindowRow(WindowKind.SILENCE, NOON - HOUR, NOON, None, "over"),
        WindowRow(WindowKind.SILENCE, NOON + HOUR, NOON + HOUR, None, "cancelled"),
    ]
    written(state, Ledger(windows=rows))
    return state


async def get(client: httpx.AsyncClient, path: str) -> Any:
    answer = await client.get(f"/api/v1{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_windows_that_are_not_over_say_who_set_them_and_where(client: httpx.AsyncClient, planned: State) -> None:
    silence, maintenance = await get(client, "/windows")
    told = {"reason": "<b>drill</b>", "by": "Mara", "origin": "ui", "begun": True, "integrations": ["stripe"], "kind": "silence"}
    assert {name: silence[name] for name in told} == told
    assert (silence["start"], silence["end"]) == ("2025-11-25T11:00:00Z", "2025-11-25T13:00:00Z")
    told = {"by": None, "origin": "file", "begun": False, "integrations": None, "kind": "maintenance"}
    assert {name: maintenance[name] for name in told} == told


async def test_a_window_has_begun_from_its_first_instant_on(client: httpx.AsyncClient, state: State) -> None:
    written(state, Ledger(windows=[WindowRow(WindowKind.SILENCE, NOON, NOON + HOUR, None, "now")]))
    assert [one["begun"] for one in await get(client, "/windows")] == [True]
    state.clock.at_ms -= 1
    assert [one["begun"] for one in await get(client, "/windows")] == [False]


async def test_windows_of_one_integration_are_its_own_and_those_of_all(client: httpx.AsyncClient, planned: State) -> None:
    assert [one["reason"] for one in await get(client, "/windows?integration=stripe")] == ["<b>drill</b>", "upgrade"]
    assert [one["reason"] for one in await get(client, "/windows?integration=paypal")] == ["upgrade"]
    assert (await client.get("/api/v1/windows?integration=nobody")).status_code == 404


async def test_what_the_vendors_page_said_is_read_newest_first(client: httpx.AsyncClient, state: State) -> None:
    check = state.check("paypal/api")
    said = [
        PageRow(check, NOON - 100 * DAY, PageStatus.GREEN, "All systems operational"),
        PageRow(check, NOON - HOUR, PageStatus.RED, "Elevated <i>errors</i>", "https://status.vendor.example/1"),
    ]
    written(state, Ledger(pages=said))
    red, green = await get(client, "/integrations/paypal/page-history?days=30")
    assert red == {
        "check": "api",
        "at": "2025-11-25T11:00:00Z",
        "status": "red",
        "headline": "Elevated <i>errors</i>",
        "link": "https://status.vendor.example/1",
    }
    assert green["headline"] == "All systems operational"
    assert await get(client, "/integrations/stripe/page-history") == []
    assert (await client.get("/api/v1/integrations/nobody/page-history")).status_code == 404
