"""Page, API and command give the same file of a closed month, to the last byte."""

from __future__ import annotations

from pathlib import Path

import anyio
import httpx
import pytest
from starlette.applications import Starlette

from api.deps import Deps
from api.routes import routes
from commands.report import report
from sla.formats import formats
from tests.commands.conftest import Company
from tests.storage.samples import DAY
from ui import place, portfolio


@pytest.fixture
def page(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database that pages read is the company's."""
    monkeypatch.setenv("DATABASE_URL", company.settings.database)
    for cached in (place.settings, place.database, portfolio.complete):
        cached.clear()


@pytest.mark.parametrize("form", list(formats()))
@pytest.mark.usefixtures("page")
def test_page_api_and_command_give_the_same_bytes(company: Company, tmp_path: Path, form: str) -> None:
    out, now_ms = tmp_path / "month", company.month.end_ms + 3 * DAY
    report(company.settings, "2025-11", form, out, None)
    app = Starlette(routes=routes(Deps(lambda: company.db, now_ms=lambda: now_ms)))
    told = anyio.run(asked, app, f"/api/v1/sla/2025-11?format={form}")
    shown = formats()[form].render(portfolio.complete(company.month, (1,), now_ms))
    place.database().close()
    assert out.read_bytes() == told == shown


async def asked(app: Starlette, path: str) -> bytes:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        return (await client.get(path)).content
