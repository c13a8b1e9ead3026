"""Reads what a vendor's status page says of what is ours. The check is up if the page could be read, whatever it says."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Final

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticKnownError

from checks.engine import Scope, StatusPageEngine, engines
from checks.errors import classify
from checks.fields import Model
from checks.foreign import Unreadable
from checks.kinds import ProbeKind
from checks.vantage import Probe, Vantage
from core.health import Cause, Outcome


def _known(name: str) -> str:
    if name not in engines().entries:
        raise PydanticKnownError("literal_error", {"expected": " or ".join(f"'{known}'" for known in engines().entries)})
    return name


Name = Annotated[str, StringConstraints(min_length=1, max_length=120)]


class Params(Model):
    """Where the page is and what of it is ours."""

    url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s{}]+$", max_length=2_000)] = Field(
        description="The page's address; with a path of its own, the very address to ask.", examples=["https://status.example.com"]
    )
    engine: Annotated[str, AfterValidator(_known)] = Field(
        default="statuspage", description="How to read it: statuspage, slack, stripe.", examples=["slack"]
    )
    components: tuple[Name, ...] = Field(
        default=(),
        max_length=50,
        description="Which of its components are ours, by name (`*Messaging*` finds parts) or id. None: the whole page.",
        examples=[["API", "*Messaging*"]],
    )
    regions: tuple[Name, ...] = Field(
        default=(), max_length=50, description="Only components in whose name or group one of these occurs.", examples=[["EU"]]
    )


def build(params: Params) -> Probe:
    engine = engines().entries[params.engine]
    scope = Scope(params.components, params.regions)
    url = engine.endpoint(params.url)

    async def probe(vantage: Vantage) -> Outcome:
        response = await vantage.client.get(url, headers={"Accept": "application/json"}, follow_redirects=True)
        outcome = classify(response, response.content, now=vantage.now())
        return outcome if outcome.cause else _read(engine, response.content, scope, outcome)

    return probe


def _read(engine: StatusPageEngine, body: bytes, scope: Scope, outcome: Outcome) -> Outcome:
    try:
        return replace(outcome, page=engine.read(body, scope))
    except Unreadable as error:
        return replace(outcome, cause=Cause.CONTRACT, detail=f"The status page cannot be used: {error}.")


KIND: Final = ProbeKind("statuspage", Params, build, asks=("url",))
