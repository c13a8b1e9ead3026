"""What happened to whom, in minutes before now: the trouble of ninety days."""

from __future__ import annotations

import random
from dataclasses import dataclass

from core.health import Cause
from core.verdict import Confidence, Fact, Party, Speaks, Verdict

DAY_MIN = 1_440


@dataclass(frozen=True, slots=True)
class Trouble:
    """A stretch of one cause; `end_min` None: it lasts. Short ones open no incident."""

    start_min: int
    end_min: int | None
    cause: Cause
    party: Party
    on_it: str | None = None

    @property
    def short(self) -> bool:
        return self.end_min is not None and self.start_min - self.end_min < 3


NOW = {
    "paypal": (
        Trouble(23 * DAY_MIN // 10, 23 * DAY_MIN // 10 - 9, Cause.TIMEOUT, Party.THEIRS, "Mara"),
        Trouble(29, None, Cause.SERVER_ERROR, Party.THEIRS),
    ),
    "twilio": (Trouble(51, None, Cause.AUTH, Party.OURS, "Mara"),),
    "sendgrid": (Trouble(300, 280, Cause.SERVER_ERROR, Party.THEIRS, "Jo"), Trouble(12, None, Cause.SLOW, Party.THEIRS, "Jo")),
    "mixpanel": (Trouble(33, None, Cause.BLOCKED, Party.OURS),),
    "stripe": (Trouble(700, 698, Cause.CONNECT, Party.UNKNOWN),),
}


def troubles(slug: str, *, failing: bool) -> list[Trouble]:
    """Oldest first: a few in ninety days, always the same for a vendor, and what is so now."""
    chance = random.Random(slug)
    found = []
    for _ in range(chance.choice((0, 1, 2, 3))):
        start = chance.randrange(3 * DAY_MIN, 88 * DAY_MIN)
        cause, party = chance.choice(
            (
                (Cause.SERVER_ERROR, Party.THEIRS),
                (Cause.TIMEOUT, Party.THEIRS),
                (Cause.SLOW, Party.THEIRS),
                (Cause.AUTH, Party.OURS),
                (Cause.QUOTA, Party.OURS),
            )
        )
        found.append(Trouble(start, start - chance.choice((4, 7, 18, 41)), cause, party, "Jo"))
    if failing:
        found += NOW.get(slug, ())
    return sorted(found, key=lambda trouble: -trouble.start_min)


def verdict(name: str, trouble: Trouble, now_ms: int) -> Verdict:
    """As the table of verdicts would say it."""
    facts = (
        Fact(Speaks.FOR, "Our network answers.", "Canaries example.com 21 ms, wikipedia.org 34 ms", now_ms - 4_000),
        Fact(Speaks.FOR, "Others are fine.", "17 of 18 other vendors up in the same minute", now_ms - 60_000),
        Fact(Speaks.AGAINST, f"{name}’s page is green.", "“All systems operational”, so: not acknowledged", now_ms - 90_000),
        Fact(Speaks.SILENT, "Real traffic: not fed.", "Send counts to the API to add a fourth voice"),
    )
    if trouble.party is Party.OURS:
        said = "Not counted against the vendor. Replace the key." if trouble.cause is Cause.AUTH else f"Not counted against {name}."
        return Verdict(3, Party.OURS, Confidence.HIGH, said, facts[:2])
    change = f"A canary failing makes it path. {name}’s page turning red makes it acknowledged. A 401 makes it ours."
    return Verdict(13, trouble.party, Confidence.MEDIUM, f"Not acknowledged by {name}.", facts, change)
