"""The status page check: up if the page could be read, whatever it says."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from checks.kinds import kinds
from checks.vantage import Vantage
from core.health import Cause, Outcome, PageStatus, Status

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
PAGE = {
    "page": {"id": "p", "name": "Vendor", "url": "https://status.example.com"},
    "status": {"indicator": "major", "description": "Partial System Outage"},
    "components": [{"id": "a", "name": "API", "status": "major_outage"}],
    "incidents": [],
    "scheduled_maintenances": [],
}


class NoSockets:
    """Nothing here opens a socket of its own."""

    async def resolve(self, host: str, port: int) -> list[str]:
        raise OSError(f"{host}:{port} is not asked")


async def read(answer: Callable[[httpx.Request], httpx.Response], **params: Any) -> Outcome:
    probe = kinds()["statuspage"].probe({"url": "https://status.example.com", **params})
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        return await probe(Vantage(client, NoSockets(), "local", 10.0, lambda: NOW))


@pytest.mark.anyio
async def test_a_red_page_that_was_read_is_up_and_red() -> None:
    outcome = await read(lambda _: httpx.Response(200, json=PAGE))

    assert outcome.status is Status.UP
    assert outcome.page is not None
    assert outcome.page.status is PageStatus.RED


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("response", "cause"),
    [
        (httpx.Response(200, text="<html>a shell</html>"), Cause.CONTRACT),
        (httpx.Response(200, json={"hello": 1}), Cause.CONTRACT),
        (httpx.Response(200, content=b"[" * 100_000), Cause.CONTRACT),
        (httpx.Response(404, text=""), Cause.CLIENT_ERROR),
        (httpx.Response(429, headers={"Retry-After": "60"}), Cause.QUOTA),
        (httpx.Response(502), Cause.SERVER_ERROR),
    ],
)
async def test_a_page_that_cannot_be_read_says_nothing(response: httpx.Response, cause: Cause) -> None:
    outcome = await read(lambda _: response)

    assert (outcome.cause, outcome.page) == (cause, None)
    assert outcome.detail


@pytest.mark.anyio
async def test_a_page_without_anything_of_ours_names_what_is_missing() -> None:
    outcome = await read(lambda _: httpx.Response(200, json=PAGE), components=["Paiments"])

    assert outcome.cause is Cause.CONTRACT
    assert outcome.detail == "The status page cannot be used: the page shows no component named Paiments."


@pytest.mark.anyio
async def test_a_page_that_moved_is_followed() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        moved = request.url.host == "status.example.com"
        return httpx.Response(301, headers={"Location": "https://status.example.net/x"}) if moved else httpx.Response(200, json=PAGE)

    assert (await read(answer)).page is not None
