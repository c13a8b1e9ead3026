"""The way out: every canary through the product's own transport, and the machine's clock against the dates they answer with."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from statistics import median
from typing import Final
from urllib.parse import urlsplit

from checks.job import Finding as Answer
from checks.job import Job
from checks.runner import Runner
from checks.vantage import Vantage
from commands.diagnosis.finding import Finding, Grade, fine, watch, wrong
from core.health import Outcome
from settings import is_loopback

TIMEOUT_S: Final = 5.0
OFF_S: Final = 5.0  # a Date header is whole seconds, and came a moment ago
FAR_OFF_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Heard:
    """One canary: what came of it, and by how much this machine's clock is ahead of its."""

    host: str
    answer: Answer
    ahead_s: float | None


async def network(runner: Runner, canaries: Sequence[str]) -> list[Finding]:
    heard = await asyncio.gather(*(_ask(runner, address) for address in canaries))
    answered = [one for one in heard if one.answer.outcome.cause is None]
    return [*(_canary(one, some=bool(answered)) for one in heard), _clock([one.ahead_s for one in heard if one.ahead_s is not None])]


async def _ask(runner: Runner, address: str) -> Heard:
    host = urlsplit(address).hostname or address
    ahead: list[float] = []

    async def probe(vantage: Vantage) -> Outcome:
        answer = await vantage.client.get(address, follow_redirects=False)
        if (off := _ahead_s(answer.headers.get("date"))) is not None:
            ahead.append(off)
        return Outcome(http_status=answer.status_code)

    answer = await runner.run(Job(probe, TIMEOUT_S, private_targets=is_loopback(host), provider="canary"))
    return Heard(urlsplit(address).netloc.rpartition("@")[2], answer, ahead[0] if ahead else None)


def _ahead_s(date: str | None) -> float | None:
    try:
        return None if date is None else time.time() - parsedate_to_datetime(date).timestamp() - 0.5
    except (ValueError, TypeError):
        return None


def _canary(heard: Heard, *, some: bool) -> Finding:
    answer = heard.answer
    if answer.outcome.cause is None:
        return fine("network", f"{heard.host} answers {answer.outcome.http_status} in {answer.total_us // 1000} ms{_phases(answer)}.")
    says = f"{heard.host} does not answer ({answer.outcome.cause}): {answer.outcome.detail}"
    if some:
        return watch("network", says, "One canary may fail; put another into CANARIES where it always does.")
    return wrong("network", says, "Nothing outside answers: see DNS, firewall and proxy (USE_PROXY), or set CANARIES to what may be asked.")


def _phases(answer: Answer) -> str:
    if answer.phases is None:
        return ""
    named = (("dns", answer.phases.dns_us), ("connect", answer.phases.connect_us), ("tls", answer.phases.tls_us))
    found = ", ".join(f"{name} {us / 1000:.0f}" for name, us in named if us is not None)
    return f" ({found})" if found else ""


def _clock(ahead: Sequence[float]) -> Finding:
    if not ahead:
        return Finding("clock", Grade.UNKNOWN, "No canary said what time it is.", "")
    off = median(ahead)
    says = f"The clock is {abs(off):.0f} s {'ahead of' if off > 0 else 'behind'} what {len(ahead)} of the canaries say."
    todo = "Let NTP set it: results, months and signatures are dated by it."
    if abs(off) > FAR_OFF_S:
        return wrong("clock", says, todo)
    return watch("clock", says, todo) if abs(off) > OFF_S else fine("clock", f"The clock agrees with {len(ahead)} of the canaries.")
