"""What goes wrong while the demo runs: a cycle of outages, theirs, ours and the path's, the same every time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from lab.cast import PARTS
from lab.faults import Fault, Kind
from lab.pages import Look, PageState
from lab.world import Lab

Act = Callable[[Lab], None]
CYCLE_S: Final = 1500.0
MANY: Final = tuple(part.vendor for part in PARTS if part.vendor and part.category not in ("infrastructure", "storage"))
SHARED: Final = ("auth0", "aws_s3", "aws_ses")  # what the demo's file says stands on aws:eu-central-1


@dataclass(frozen=True, slots=True)
class Step:
    """What happens so many seconds into the cycle, and the words for it."""

    at_s: float
    words: str
    act: Act


def breaks(slug: str, fault: Fault) -> Act:
    return lambda lab: lab.break_(slug, fault)


def heals(*slugs: str) -> Act:
    def act(lab: Lab) -> None:
        for slug in slugs:
            lab.heal(slug)

    return act


def says(slug: str, look: Look, headline: str = "", component: str = "", status: str = "major_outage") -> Act:
    return lambda lab: lab.page(slug, PageState(look, headline, component, status))


def _many(fault: Fault | None) -> Act:
    def act(lab: Lab) -> None:
        for slug in MANY:
            if slug is not None:
                lab.break_(slug, fault) if fault else lab.heal(slug)

    return act


def _shared(lab: Lab) -> None:
    for slug in SHARED:
        lab.break_(slug, Kind.SERVER_ERROR)


DOWN: Final = Fault(Kind.SERVER_ERROR, status=503)
DEMO: Final = (
    Step(0, "PayPal answers 503; its page says that all is well", breaks("paypal", DOWN)),
    Step(0, "Twilio refuses our key", breaks("twilio", Fault(Kind.REFUSED_KEY))),
    Step(0, "HubSpot moves our portal, as announced", says("hubspot", Look.MAINTENANCE, "Scheduled data centre work", "APIs")),
    Step(0, "HubSpot answers 503 meanwhile", breaks("hubspot", DOWN)),
    Step(0, "Salesforce announces the end of an API version", breaks("salesforce", Fault(Kind.DEPRECATED))),
    Step(5, "SendGrid is slow", breaks("sendgrid", Fault(Kind.LATENCY, delay_s=1.6))),
    Step(10, "Mixpanel's quota is used up", breaks("mixpanel", Fault(Kind.QUOTA, retry_after_s=45))),
    Step(
        20,
        "Sentry reports trouble that does not reach us",
        says("sentry", Look.RED, "Delayed ingestion in the EU", "EU Error Ingestion", "degraded_performance"),
    ),
    Step(
        150,
        "SendGrid acknowledges it",
        says("sendgrid", Look.RED, "Investigating mail send delays", "Mail Sending", "degraded_performance"),
    ),
    Step(240, "PayPal acknowledges it", says("paypal", Look.RED, "Increased errors on the Orders API", "Orders API")),
    Step(360, "Mixpanel's quota is full again", heals("mixpanel")),
    Step(420, "PayPal is up again", heals("paypal")),
    Step(450, "Twilio takes our key again, SendGrid is quick", heals("twilio", "sendgrid")),
    Step(480, "PayPal's page is green", says("paypal", Look.GREEN)),
    Step(490, "Sentry's page is green", says("sentry", Look.GREEN)),
    Step(510, "SendGrid's page is green", says("sendgrid", Look.GREEN)),
    Step(600, "Our own network is gone", lambda lab: lab.lose_network()),
    Step(675, "Our own network is back", lambda lab: lab.restore_network()),
    Step(780, "Two of three vendors cannot be reached: the path", lambda lab: lab.trouble_path()),
    Step(880, "The path is clear", lambda lab: lab.clear_path()),
    Step(900, "HubSpot's work is done", heals("hubspot")),
    Step(910, "HubSpot's page is green", says("hubspot", Look.GREEN)),
    Step(960, "Auth0, S3 and SES fail: they share an upstream", _shared),
    Step(1080, "The upstream is well", heals(*SHARED)),
    Step(1140, "Cloudflare shows an expired certificate", breaks("cloudflare", Fault(Kind.EXPIRED))),
    Step(1230, "Cloudflare has a new certificate", heals("cloudflare")),
    Step(1290, "Many vendors answer server errors at once", _many(DOWN)),
    Step(1380, "They are well again", _many(None)),
)


class Script:
    """Plays its steps in a circle until it is cancelled; `playing` False holds it where it is."""

    def __init__(
        self,
        lab: Lab,
        steps: tuple[Step, ...] = DEMO,
        *,
        cycle_s: float = CYCLE_S,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        say: Callable[[str], None] | None = None,
    ) -> None:
        self.playing = True
        self.at_s = 0.0
        self.told: list[tuple[float, str]] = []  # wall seconds and words, newest last
        self._lab = lab
        self._steps = sorted(steps, key=lambda step: step.at_s)
        self._cycle_s = cycle_s
        self._clock = clock
        self._sleep = sleep
        self._say = say

    async def play(self) -> None:
        while True:
            self._lab.heal_all()
            self.at_s = 0.0
            for step in self._steps:
                await self._until(step.at_s)
                step.act(self._lab)
                self._tell(step.words)
            await self._until(self._cycle_s)

    async def _until(self, at_s: float) -> None:
        """Time passes only while it plays."""
        seen_s = self._clock()
        while self.at_s < at_s:
            await self._sleep(min(0.5, at_s - self.at_s))
            now_s = self._clock()
            self.at_s += now_s - seen_s if self.playing else 0.0
            seen_s = now_s

    def _tell(self, words: str) -> None:
        self.told = [*self.told[-99:], (time.time(), words)]
        if self._say is not None:
            self._say(words)


def set_paces(lab: Lab) -> None:
    """Answers take about as long as those of the scripted past did."""
    for part in PARTS:
        if part.vendor is not None and part.vendor in lab.vendors:
            lab.pace(part.vendor, part.usual_ms)
