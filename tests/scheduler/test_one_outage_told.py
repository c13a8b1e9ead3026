"""One outage of the path, on both databases and as far as Slack: one message, in which nothing of the budgets is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from decimal import Decimal
from typing import Any

import httpx
import pytest

from alerts.catalogue import open_channel
from alerts.channel import Clients
from alerts.dispatch import Dispatcher
from core.declared import DeclaredCheck, DeclaredIntegration
from core.health import Cause, Outcome, ProbeResult
from core.ledger import Ledger
from core.plan import LOCAL, Objective
from core.voices import Round
from scheduler.budget_figures import budget_figures
from scheduler.incident_view import look
from scheduler.judge import JudgeSettings, Memory, judge, load, tick
from storage.engine import Database
from storage.folding import Folder
from storage.outbox import StoredOutbox
from storage.sync import sync
from storage.writer import Writer
from tests.alerts.slack_server import SlackServer
from tests.scheduler.stage import answering, ms

pytestmark = pytest.mark.anyio

WELL = range(9, 13)
OUT = range(1, 9)
CHECKS = (DeclaredCheck("api", "API", "http", counts=True), DeclaredCheck("read", "Read", "http", counts=True))


def declared(number: int) -> DeclaredIntegration:
    name, objective = f"Vendor{number}", Objective(availability_pct=Decimal("99.9"))
    return DeclaredIntegration(name.lower(), name, name.lower(), name, "payments", objective=objective, checks=CHECKS)


class Worker:
    """Judges and writes on a clock that is turned by hand; budgets are reckoned from what is on disk."""

    def __init__(self, db: Database, epoch: int, slack: SlackServer, http: httpx.AsyncClient) -> None:
        self.db, self.epoch, self.now_s = db, epoch, 0.0
        self.folder = Folder(db)
        self.memory = load(sync(db, [declared(number) for number in (*OUT, *WELL)], ms(0)).plan, settings=JudgeSettings("ops"))
        channel = open_channel(
            "slack", {"token": "env:SLACK", "channel": "#ops"}, Clients(http=http, slack_base_url=slack.api), lambda _: slack.token
        )
        self.dispatcher = Dispatcher(
            outbox=StoredOutbox(db),
            channels={"ops": channel},
            fallback=None,
            look=lambda ident: look(db, ident, ms(self.now_s), None),
            now_ms=lambda: ms(self.now_s),
        )

    def keep(self, ledger: Ledger, memory: Memory) -> None:
        Writer(self.db).commit(ledger, epoch=self.epoch)
        self.folder.note(ledger)
        self.memory = memory

    async def run(self, at_s: float, numbers: Iterable[int], cause: Cause | None = None) -> None:
        """Both checks of each in its turn of a second; then what is due is looked at and told."""
        results = [self.result(check.id, at_s + n, cause) for n in numbers for check in self.memory.plan.integrations[n].checks]
        self.now_s = at_s + max(numbers)
        rounds: dict[tuple[int, int, int], Round] = {(one.check, LOCAL, one.at_ms): answering(at_s) for one in results if one.cause}
        self.keep(*judge(self.memory, results, ms(self.now_s), rounds))
        self.look_at_budgets()
        while (back := await self.dispatcher.step("ops")) is not None and back <= ms(self.now_s):
            pass

    def result(self, check: int, at_s: float, cause: Cause | None) -> ProbeResult:
        return ProbeResult(check, LOCAL, ms(at_s), 0, cause, 9_000, outcome=Outcome(cause))

    def look_at_budgets(self) -> None:
        self.folder.fold(ms(self.now_s), epoch=self.epoch)
        with self.db.read() as conn:
            figures = budget_figures(conn, self.memory, ms(self.now_s))
        self.keep(*tick(self.memory, ms(self.now_s), figures))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with SlackServer() as server:
        yield server


@pytest.fixture
async def worker(db: Database, epoch: int, slack: SlackServer) -> AsyncIterator[Worker]:
    async with httpx.AsyncClient(trust_env=False) as http:
        yield Worker(db, epoch, slack, http)


def shown(message: dict[str, Any]) -> str:
    return str(message["blocks"])


async def test_an_outage_of_the_path_is_one_message_from_its_beginning_to_long_after_its_end(worker: Worker, slack: SlackServer) -> None:
    for minute in range(10):
        await worker.run(60 * minute, (*OUT, *WELL))
    for again in range(6):
        await worker.run(600 + 20 * again, OUT, Cause.TIMEOUT)
    (told,) = slack.in_channel
    assert "The path to 8 vendors" in shown(told)
    assert all(f"Vendor{number} " in shown(told).partition("Budgets burning fast")[2] for number in OUT)
    assert any("burn fast" in reply["text"] for reply in slack.in_threads)
    for minute in range(12, 52, 2):
        await worker.run(60 * minute, (*OUT, *WELL))
    (told,) = slack.in_channel
    assert "over after" in shown(told)
    assert "Budgets that burnt fast" in shown(told)
