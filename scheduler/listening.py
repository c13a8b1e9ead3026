"""How a canary is asked: one plain GET through the guard, and any HTTP answer at all counts."""

from __future__ import annotations

from checks.runner import Job, Runner
from checks.vantage import Vantage
from core.health import Outcome
from scheduler.canary import ROUND_TIMEOUT_S, Ask, CanaryAnswer
from settings import is_loopback


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
