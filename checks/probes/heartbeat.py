"""Something of ours must call us: what may be set for it. Nothing is asked, so its probe is never run."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator, Field

from checks.fields import Duration, Model, within
from checks.kinds import ProbeKind
from checks.placeholders import NotConfigured
from checks.vantage import Probe, Vantage
from core.durations import Bounds
from core.health import Outcome

EVERY: Final = Bounds(1_000, 366 * 86_400_000)
GRACE: Final = Bounds(0, 31 * 86_400_000)


class Params(Model):
    """A job of yours that calls us: how often, and how much later than that it may be."""

    every: Annotated[Duration, AfterValidator(EVERY), within(EVERY)] = Field(description="How often it calls.", examples=["1d"])
    grace: Annotated[Duration, AfterValidator(GRACE), within(GRACE)] = Field(
        default=300_000, description="How much later it may be.", examples=["30m"]
    )


def build(params: Params) -> Probe:
    """A heartbeat is judged from its pings; asked by mistake, it says so."""

    async def probe(vantage: Vantage) -> Outcome:
        raise NotConfigured("A heartbeat is not asked, it calls.")

    return probe


KIND = ProbeKind("heartbeat", Params, build)
