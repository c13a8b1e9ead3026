"""What a script asks of the worker is written down, and answered by the worker alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from api.routes import routes
from core.ledger import Answer, Ledger
from storage import requests
from storage.lease import current
from storage.rows import RequestRow
from storage.sync import sync
from storage.writer import Writer
from tests.api.conftest import State, declared
from tests.storage.samples import HOUR, NOON

pytestmark = pytest.mark.anyio

END = "2030-01-01T00:00:00Z"


@pytest.fixture
async def client(state: State) -> AsyncIterator[httpx.AsyncClient]:
    """Nobody answers in these tests but the test itself: no use in waiting."""
    app = Starlette(routes=routes(replace(state.deps, answer_s=0.0)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as made:
        yield made


def asked(state: State) -> RequestRow:
    with state.db.read() as conn:
        (row,) = requests.unanswered(conn)
    return row


def answer(state: State, ok: bool, text: str) -> None:
    with state.db.read() as conn:
        epoch = current(conn)
    Writer(state.db).commit(Ledger(answers=[Answer(asked(state).id, NOON, ok, text)]), epoch=epoch)


@pytest.mark.parametrize(
    ("path", "body", "kind", "written"),
    [
        ("incidents/1/acknowledge", {}, "acknowledge", {"incident": 1}),
        ("incidents/1/note", {"text": "Called them."}, "note", {"incident": 1, "text": "Called them."}),
        ("silences", {"end": END, "reason": "drill"}, "silence", {"integrations": None, "reason": "drill", "start_ms": NOON}),
        ("maintenance", {"end": END, "integrations": ["stripe"]}, "maintenance", {"integrations": [1]}),
        ("windows/7/end", {}, "end_window", {"window": 7}),
        ("maintenance", {"end": END, "start": "2029-12-31T23:00:00+00:00"}, "maintenance", {"start_ms": 1_893_456_000_000 - HOUR}),
    ],
)
async def test_what_is_asked_is_on_disk_with_who_asked(
    client: httpx.AsyncClient, state: State, path: str, body: dict[str, Any], kind: str, written: dict[str, Any]
) -> None:
    told = await client.post(f"/api/v1/{path}", json={"by": "Mara", **body})
    row = asked(state)
    assert (told.status_code, told.json()["request"], told.json()["ok"]) == (202, row.id, None)
    assert (row.kind, row.by) == (kind, "Mara")
    assert {name: row.body[name] for name in written} == written


async def test_all_checks_that_can_be_asked_are_run_unless_some_are_named(client: httpx.AsyncClient, state: State) -> None:
    await client.post("/api/v1/integrations/stripe/run", json={"by": "Mara"})
    assert asked(state).body == {"checks": [state.check("stripe/api")]}


async def test_a_heartbeat_is_named_by_its_slugs(client: httpx.AsyncClient, state: State) -> None:
    await client.post("/api/v1/integrations/stripe/checks/nightly/address", json={"by": "Mara"})
    row = asked(state)
    assert (row.kind, row.body) == ("replace_address", {"check": state.check("stripe/nightly")})


async def test_a_request_is_followed_to_its_answer(client: httpx.AsyncClient, state: State) -> None:
    number = (await client.post("/api/v1/incidents/1/acknowledge", json={"by": "Mara"})).json()["request"]
    answer(state, True, "Mara is on it.")
    told = (await client.get(f"/api/v1/requests/{number}")).json()
    assert (told["accepted"], told["ok"], told["text"]) == (True, True, "Mara is on it.")


async def test_an_answer_that_comes_in_time_is_the_answer(state: State) -> None:
    """The worker's no is a no of the API, in its words."""
    app = Starlette(routes=routes(replace(state.deps, database=lambda: Answering(state), answer_s=5.0)))  # type: ignore[arg-type, return-value]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        told = await client.post("/api/v1/incidents/1/acknowledge", json={"by": "Mara"})
    assert (told.status_code, told.json()) == (409, {"detail": "The incident is not open."})


class Answering:
    """The database, and a worker that refuses as soon as anybody looks."""

    def __init__(self, state: State) -> None:
        self._state = state

    def write(self) -> Any:
        return self._state.db.write()

    def read(self) -> Any:
        with self._state.db.read() as conn:
            waiting = requests.unanswered(conn)
        if waiting:
            answer(self._state, False, "The incident is not open.")
        return self._state.db.read()


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("incidents/1/acknowledge", {}, 422),
        ("incidents/1/acknowledge", {"by": " "}, 422),
        ("incidents/1/note", {"by": "Mara", "text": ""}, 422),
        ("silences", {"by": "Mara", "end": "2030-01-01T00:00:00"}, 422),
        ("silences", {"by": "Mara", "end": END, "integrations": ["nobody"]}, 404),
        ("silences", {"by": "Mara", "end": END, "everything": True}, 422),
        ("windows/0/end", {"by": "Mara"}, 422),
        ("windows/7/end", {}, 422),
        ("integrations/stripe/checks/api/address", {"by": "Mara"}, 404),
        ("integrations/paypal/checks/nightly/address", {"by": "Mara"}, 404),
        ("integrations/nobody/checks/nightly/address", {"by": "Mara"}, 404),
        ("integrations/nobody/run", {"by": "Mara"}, 404),
        ("integrations/stripe/run", {"by": "Mara", "checks": ["nothing"]}, 404),
    ],
)
async def test_what_makes_no_sense_is_not_written_down(
    client: httpx.AsyncClient, state: State, path: str, body: dict[str, Any], status: int
) -> None:
    assert (await client.post(f"/api/v1/{path}", json=body)).status_code == status
    with state.db.read() as conn:
        assert requests.unanswered(conn) == []


async def test_what_was_removed_can_be_asked_no_more(client: httpx.AsyncClient, state: State) -> None:
    stripe = declared("stripe")
    sync(state.db, [replace(stripe, checks=stripe.checks[:1])], NOON)
    for path in ("paypal/run", "stripe/checks/nightly/address"):
        assert (await client.post(f"/api/v1/integrations/{path}", json={"by": "Mara"})).status_code == 404
    with state.db.read() as conn:
        assert requests.unanswered(conn) == []


async def test_there_is_no_answer_to_what_nobody_asked(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/v1/requests/99")).status_code == 404
