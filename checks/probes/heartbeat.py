"""Something of ours must call us: what may be set for it. Nothing is asked, so its probe is never run."""

from __future__ import annotations

from pydantic import Field

from checks.fields import Duration, Model
from checks.kinds import ProbeKind
from checks.placeholders import NotConfigured
from checks.vantage import Probe, Vantage
from core.health import Outcome


class Params(Model):
    """Durations are milliseconds, written `1h`, `5m`."""

    every: Duration = Field(gt=0, description="How often it calls.")
    grace: Duration = Field(default=300_000, description="How much later it may be.")


def build(params: Params) -> Probe:
    """A heartbeat is judged from its pings; asked by mistake, it says so."""

    async def probe(vantage: Vantage) -> Outcome:
        raise NotConfigured("A heartbeat is not asked, it calls.")

    return probe


KIND = ProbeKind("heartbeat", Params, build)
