"""What people know better of the past, by HTTP: written down as a request, and read back with what holds no longer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from api.routes import routes
from core.ledger import CorrectionRow, CountsAs
from core.verdict import Party
from scheduler.correcting import correct
from storage import requests
from storage.corrections import write_corrections
from tests.api.conftest import State
from tests.storage.samples import HOUR, MINUTE, NOON

pytestmark = pytest.mark.anyio

STRETCH = {"integration": "stripe", "start": "2025-11-25T11:50:00Z", "end": "2025-11-25T13:00:00+01:00"}
WHOLE = {"by": "Ada", "reason": "Our own move", "counts_as": "maintenance", **STRETCH}


@pytest.fixture
async def client(state: State) -> AsyncIterator[httpx.AsyncClient]:
    """No worker lives here: no use in waiting for one."""
    app = Starlette(routes=routes(replace(state.deps, answer_s=0.0)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as made:
        yield made


def made(start_ms: int, made_ms: int, **other: Any) -> CorrectionRow:
    return CorrectionRow(1, start_ms, NOON, "Our <own> move", "Ada", made_ms, **other)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, "counts as maintenance"),
        ({"check": "api", "counts_as": "down", "party": "ours"}, "counts as down: ours"),
        ({"counts_as": None, "party": "path"}, "has another party: path"),
    ],
)
async def test_what_is_asked_is_what_the_worker_reads(client: httpx.AsyncClient, state: State, change: dict[str, Any], said: str) -> None:
    told = await client.post("/api/v1/corrections", json=WHOLE | change)
    assert (told.status_code, told.json()["ok"]) == (202, None)
    with state.db.read() as conn:
        [asked] = requests.unanswered(conn)
        ledger = correct(conn, asked, NOON)
    [row] = ledger.corrections
    assert (row.start_ms, row.end_ms, row.author, row.reason) == (NOON - 10 * MINUTE, NOON, "Ada", "Our own move")
    assert ledger.answers[0].text.startswith(f"Corrected: 10.0 min {said}.")


async def test_one_is_taken_back_by_its_number(client: httpx.AsyncClient, state: State) -> None:
    with state.db.write() as conn:
        write_corrections(conn, [made(NOON - HOUR, NOON, bucket=CountsAs.UP)])
    await client.post("/api/v1/corrections/1/withdraw", json={"by": "Bo", "reason": "It was theirs after all"})
    with state.db.read() as conn:
        [row] = correct(conn, requests.unanswered(conn)[0], NOON).corrections
    assert (row.replaces, row.bucket, row.author, row.reason) == (1, None, "Bo", "It was theirs after all")


async def test_those_that_hold_no_longer_are_marked(client: httpx.AsyncClient, state: State) -> None:
    with state.db.write() as conn:
        first = made(NOON - HOUR, NOON, bucket=CountsAs.UP, check=state.check("stripe/api"))
        second = made(NOON - HOUR, NOON + 1, bucket=CountsAs.DOWN, party=Party.OURS, replaces=1)
        write_corrections(conn, [first, second, made(NOON - HOUR, NOON + 2, replaces=2), made(NOON - MINUTE, NOON + 3, party=Party.THEIRS)])
    told = (await client.get("/api/v1/corrections?integration=stripe")).json()
    assert [(one["id"], one["holds"], one["replaced_by"], one["withdraws"]) for one in told] == [
        (4, True, None, False),
        (3, False, None, True),
        (2, False, 3, False),
        (1, False, 2, False),
    ]
    assert (told[3]["check"], told[3]["counts_as"], told[2]["party"], told[0]["by"]) == ("api", "up", "ours", "Ada")
    assert told[0]["start"] == "2025-11-25T11:59:00Z"
    assert told[0]["reason"] == "Our <own> move"
    assert (await client.get("/api/v1/corrections?integration=paypal")).json() == []
    assert (await client.get("/api/v1/corrections")).json() == told
    assert (await client.get("/api/v1/corrections?integration=nobody")).status_code == 404


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"integration": "nobody"}, 404),
        ({"check": "nothing"}, 404),
        ({"reason": " "}, 422),
        ({"by": ""}, 422),
        ({"start": "2025-11-25T11:50:00"}, 422),
        ({"counts_as": "holiday"}, 422),
        ({"party": "mine"}, 422),
        ({"replaces": 0}, 422),
        ({"everything": True}, 422),
    ],
)
async def test_what_makes_no_sense_is_not_written_down(
    client: httpx.AsyncClient, state: State, change: dict[str, Any], status: int
) -> None:
    assert (await client.post("/api/v1/corrections", json=WHOLE | change)).status_code == status
    with state.db.read() as conn:
        assert requests.unanswered(conn) == []
