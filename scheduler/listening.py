"""Canaries beside the failures: how one is asked (a plain GET through the guard, any HTTP answer counts), and how often."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from checks.runner import Job, Runner
from checks.vantage import Vantage
from core.health import Outcome
from core.voices import Round
from scheduler import judge as judging
from scheduler.canary import ROUND_TIMEOUT_S, Ask, Canaries, CanaryAnswer
from scheduler.clock import Clock
from scheduler.recorder import Recorder
from scheduler.rounds import round_of
from settings import is_loopback
from storage import notices
from storage.engine import Database
from storage.faults import NO_ANSWER, Fenced, sentence_of

NOTICE: Final = "network"
SILENT_S: Final = 10.0  # how often they are asked while none answers
WELL_S: Final = 30.0  # row 5 of the verdict counts from the last good one

log = logging.getLogger(__name__)


def canary_asker(runner: Runner) -> Ask:
    """Asks through the runner, so that a canary is guarded and timed like everything else."""

    async def ask(address: str) -> CanaryAnswer:
        host = address.split("//", 1)[-1].split("/", 1)[0]
        private = is_loopback(host.rsplit(":", 1)[0])  # an operator's own choice; the demo's canaries are on loopback

        async def probe(vantage: Vantage) -> Outcome:
            answer = await vantage.client.get(address, follow_redirects=False)
            return Outcome(http_status=answer.status_code)

        finding = await runner.run(Job(probe, ROUND_TIMEOUT_S, private_targets=private, provider="canary"))
        return CanaryAnswer(host, finding.outcome.cause is None, finding.total_us, finding.outcome.detail)

    return ask


class Listening:
    """Asks at the start, often while they are silent, and seldom while all is well; the judge and the pages hear of it."""

    def __init__(self, canaries: Canaries, recorder: Recorder, db: Database, clock: Clock) -> None:
        self._canaries = canaries
        self._recorder = recorder
        self._db = db
        self._clock = clock

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`."""
        while not stop.is_set():
            asked = await self._canaries.round_after_now()
            await asyncio.to_thread(self._heard, round_of(asked))
            try:
                await asyncio.wait_for(stop.wait(), WELL_S if asked.answered else SILENT_S)
            except TimeoutError:
                continue

    def _heard(self, heard: Round) -> None:
        words = f"{heard.answered} of {heard.asked} canaries answered: {heard.detail}."
        try:
            self._recorder.change(lambda memory, now: judging.judge(memory, (), now, idle_rounds=(heard,)))
            notices.put(self._db, NOTICE, {"text": words, "answered": heard.answered, "asked": heard.asked}, self._clock.now_ms())
        except NO_ANSWER as error:
            log.warning("a canary round cannot be noted: %s", sentence_of(error))
        except Fenced:
            self._recorder.fenced.set()
