"""The dead-man's call: made while all is well, kept back while it is not; one that fails is said without a part of its address."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime

import pytest

from checks.runner import make_runner
from checks.transport import guarded_client
from scheduler.clock import Clock
from scheduler.deadman import Deadman
from tests.commands.doors import answering
from tests.journeys.actors import free_port

SECRET = "c0ffee-1234-knock"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def called(port: int, *, why: str | None = None) -> Deadman:
    """Some turns of it against a port of this machine."""
    runner = make_runner(ca_file=None, user_agent="test", now=lambda: datetime.now(UTC), proxies=False)
    http = guarded_client(runner.wire, user_agent="test", private_targets=True)
    made = Deadman(f"http://127.0.0.1:{port}/{SECRET}", 0.02, http, Clock(), lambda: why)
    stop = asyncio.Event()
    running = asyncio.create_task(made.run(stop))
    async with asyncio.timeout(10):
        while not {"ok_ms", "failing_ms"} & set(made.state) and not made.state.get("held"):
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
    stop.set()
    await running
    await http.aclose()
    await runner.close()
    return made


@pytest.mark.anyio
async def test_an_answer_is_noted_with_its_instant() -> None:
    with answering({f"/{SECRET}": "ok"}) as port:
        made = await called(port)
    assert made.state["ok_ms"] > 0
    assert made.state["failing_ms"] is None
    assert made.state["host"] == "127.0.0.1"


@pytest.mark.anyio
async def test_a_call_that_fails_is_said_once_and_without_its_address(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO), answering({}) as port:
        refused = await called(port)
        away = await called(free_port())
    assert refused.state["error"] == "it answered 404"
    assert away.state["failing_ms"]
    assert "cannot be reached" in away.state["error"]
    assert len([record for record in caplog.records if "dead-man" in record.message]) == 2
    assert SECRET not in caplog.text + repr(refused.state) + repr(away.state)


@pytest.mark.anyio
async def test_who_is_not_well_calls_nobody() -> None:
    with answering({f"/{SECRET}": "ok"}) as port:
        made = await called(port, why="results cannot be written")
    assert made.state["held"] == "results cannot be written"
    assert "ok_ms" not in made.state
