"""One HTTP question and what its answer must be."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from checks.assertions import Expect
from checks.credentials import Auth, NoAuth
from checks.errors import GENERIC, ErrorTable
from checks.fields import Model
from checks.kinds import ProbeKind
from checks.vantage import Probe, Vantage
from core.health import Outcome


class Params(Model):
    """What is asked. Strings may hold `{placeholders}`: names of the integration's secrets and settings."""

    url: str = Field(min_length=1, max_length=2_000, description="The address, with its scheme.")
    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] = Field(default="GET", description="The HTTP method.")
    headers: dict[str, str] = Field(default_factory=dict, description="Request headers.")
    query: dict[str, str] = Field(default_factory=dict, description="Query parameters, added to the address.")
    json_: Any = Field(default=None, alias="json", description="A JSON body.")
    form: dict[str, str] | None = Field(default=None, description="A form body.")
    body: str | None = Field(default=None, description="A body as it stands; say its content-type in headers.")
    auth: Auth = Field(default=NoAuth(), description="How the request proves who sends it.")
    expect: Expect = Field(default=Expect(), description="What the answer must be.")
    follow_redirects: bool = Field(default=True, description="At most 5; credentials never leave the origin.")

    @model_validator(mode="after")
    def _one_body(self) -> Params:
        if sum(body is not None for body in (self.json_, self.form, self.body)) > 1:
            raise ValueError("one of json, form and body")
        return self


def build(params: Params, table: ErrorTable = GENERIC) -> Probe:
    """A probe that asks `params` and reads refusals by `table`, the vendor's own ways of saying no."""

    async def probe(vantage: Vantage) -> Outcome:
        raise LookupError(params.url)

    return probe


KIND = ProbeKind("http", Params, build)
