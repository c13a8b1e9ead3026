"""One HTTP question and what its answer must be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache, partial
from typing import Annotated, Any, Final, Literal

import httpx
from pydantic import AfterValidator, Field, model_validator

from checks.answers import first_broken, reads_body, status_expected
from checks.assertions import Expect
from checks.authorize import send_authorized
from checks.credentials import Auth, NoAuth
from checks.errors import GENERIC, ErrorTable, classify
from checks.exchange import PRIVATE
from checks.fields import Flag, Model
from checks.kinds import ProbeKind
from checks.messages import EXCERPT
from checks.oauth import TokenRefused
from checks.placeholders import fill, fill_all, fill_url
from checks.signals import QuotaHeaders, quota_in
from checks.vantage import Probe, Vantage
from core.health import Cause, Outcome

# What most vendors call their headroom, read where the vendor's own table names nothing.
COMMON_QUOTA: Final = (
    QuotaHeaders("x-ratelimit-remaining", "x-ratelimit-limit", "x-ratelimit-reset"),
    QuotaHeaders("x-rate-limit-remaining", "x-rate-limit-limit", "x-rate-limit-reset"),
    QuotaHeaders("ratelimit-remaining", "ratelimit-limit", "ratelimit-reset", "delta"),
    QuotaHeaders("ratelimit", "ratelimit-policy", form="structured"),
)


def _web_address(url: str) -> str:
    """Refuses what no value of a placeholder could make an address; the rest is the guard's, once the values are known."""
    if not re.match(r"https?://[^/?#]|\{", url, re.IGNORECASE):
        raise ValueError("an address begins with https:// or http:// and a host")
    return url


class Params(Model):
    """What is asked. Strings may hold `{placeholders}`: names of the integration's secrets and settings."""

    url: Annotated[str, AfterValidator(_web_address)] = Field(
        min_length=1, max_length=2_000, description="The address, with its scheme.", examples=["{base_url}/v1/orders?limit=1"]
    )
    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] = Field(
        default="GET", description="The HTTP method.", examples=["HEAD"]
    )
    headers: dict[str, str] = Field(default_factory=dict, description="Request headers.", examples=[{"accept": "application/json"}])
    query: dict[str, str] = Field(default_factory=dict, description="Query parameters, added to the address.", examples=[{"limit": "1"}])
    json_: Any = Field(default=None, alias="json", description="A JSON body.", examples=[{"query": "{ viewer { id } }"}])
    form: dict[str, str] | None = Field(default=None, description="A form body.", examples=[{"name": "value"}])
    body: str | None = Field(default=None, description="A body as it stands; say its content-type in headers.", examples=["ping"])
    auth: Auth = Field(
        default=NoAuth(), description="How the request proves who sends it.", examples=[{"kind": "bearer", "token": "{token}"}]
    )
    expect: Expect = Field(default=Expect(), description="What the answer must be.", examples=[{"status": 200}])
    follow_redirects: Flag = Field(default=True, description="At most 5; credentials never leave the origin.", examples=[False])
    keep_body: Flag = Field(default=True, description="false: the body of a good answer is never kept as evidence.", examples=[False])

    @model_validator(mode="after")
    def _one_body(self) -> Params:
        if sum(body is not None for body in (self.json_, self.form, self.body)) > 1:
            raise ValueError("one of json, form and body")
        return self


def build(params: Params, table: ErrorTable = GENERIC) -> Probe:
    """A probe that asks `params` and reads refusals by `table`, the vendor's own ways of saying no."""

    async def probe(vantage: Vantage) -> Outcome:
        values = {**vantage.settings, **vantage.secrets}
        make = partial(_request, params, vantage, values)
        try:
            response = await send_authorized(vantage, make, params.auth, values, table, follow_redirects=params.follow_redirects)
        except TokenRefused as refused:
            return refused.outcome
        return _judge(params.expect, response, table, values, vantage.now())

    return probe


def _request(params: Params, vantage: Vantage, values: Mapping[str, Any]) -> httpx.Request:
    url = _parsed(params.url) if "{" not in params.url else httpx.URL(fill_url(params.url, values))
    return vantage.client.build_request(
        params.method,
        url.copy_merge_params(fill_all(params.query, values)) if params.query else url,
        headers=fill_all(params.headers, values),
        json=fill_all(params.json_, values),
        data=fill_all(params.form, values),
        content=fill(params.body, values) if params.body is not None else None,
        extensions={EXCERPT: not reads_body(params.expect), PRIVATE: not params.keep_body},
    )


@lru_cache(maxsize=4_096)
def _parsed(url: str) -> httpx.URL:
    return httpx.URL(url)


def _judge(expect: Expect, response: httpx.Response, table: ErrorTable, values: Mapping[str, Any], now: datetime) -> Outcome:
    outcome = classify(response, response.content, table, now)
    outcome = replace(outcome, quota=outcome.quota or quota_in(response, COMMON_QUOTA, now))
    status = response.status_code
    if not status_expected(expect, status):
        return outcome if outcome.cause else _not_as_agreed(outcome, f"It answered {status}, which was not expected.")
    if outcome.cause is not None and status < 300:
        return outcome  # a refusal in the body of an answer that looks well
    outcome = replace(outcome, cause=None, detail="")
    broken = first_broken(expect, response, values)
    if broken:
        return _not_as_agreed(outcome, broken)
    return _in_time(expect, response, outcome)


def _not_as_agreed(outcome: Outcome, sentence: str) -> Outcome:
    return replace(outcome, cause=Cause.CONTRACT, detail=sentence)


def _in_time(expect: Expect, response: httpx.Response, outcome: Outcome) -> Outcome:
    took_ms = sum(hop.extensions.get("total_us", 0) for hop in (*response.history, response)) / 1000
    if expect.latency is None or took_ms <= expect.latency:
        return outcome
    return replace(outcome, cause=Cause.SLOW, detail=f"It took {took_ms:.0f} ms, more than {expect.latency} ms.")


KIND = ProbeKind("http", Params, build, asks=("url", "auth.token_url"))
