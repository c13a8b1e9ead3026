"""The three questions a provider file is written in: `api` with a key, `reachability` without one, and its status page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from pydantic import Field

from checks.errors import ErrorTable, Rule
from checks.fields import Model
from checks.probes import http, statuspage
from checks.probes.statuspage import Name
from checks.provider import Build, Counts, ProbeSpec, SettingSpec, StatusPage
from checks.vantage import Probe
from core.health import Cause

_STRANGERS: Final = (
    Rule(Cause.QUOTA, "Too many calls ({status}).", (429,)),
    Rule(Cause.SERVER_ERROR, "The server failed ({status}).", (5,)),
    Rule(Cause.CONTRACT, "A question without a key was answered with {status}, which is not what it should be."),
)
_LOUD: Final = frozenset({Cause.QUOTA, Cause.SERVER_ERROR})


class PageParams(Model):
    """What of the vendor's page is ours."""

    components: tuple[Name, ...] = Field(
        default=(),
        max_length=50,
        description="Its components that are ours. Default: those of the provider's API.",
        examples=[["API", "*Messaging*"]],
    )
    regions: tuple[Name, ...] = Field(
        default=(), max_length=50, description="Only components in whose name or group one of these occurs.", examples=[["EU"]]
    )


def ask(table: ErrorTable, **params: Any) -> Build:
    """A question in the words of the `http` kind; wrong words are found when the provider's file is loaded."""
    probe = http.build(http.Params.model_validate(params), table)
    return lambda _settings, _params: probe


def api(build: Build, *needs: frozenset[str], **more: Any) -> ProbeSpec:
    """The question asked with the integration's own credential. `needs` are alternatives."""
    return ProbeSpec("api", "API", build, needs=needs, **more)


def reachability(table: ErrorTable, *statuses: int, expect: Mapping[str, Any] | None = None, **params: Any) -> ProbeSpec:
    """The question anybody may ask: `statuses` are what the vendor says to a stranger."""
    build = ask(for_strangers(table, statuses), expect={"status": statuses, **(expect or {})}, **params)
    return ProbeSpec("reachability", "Reachability", build, counts=Counts.FALLBACK)


def for_strangers(table: ErrorTable, statuses: tuple[int, ...]) -> ErrorTable:
    """The vendor's table where a refusal is the expected answer: what is neither that nor a sign of trouble breaks the contract."""
    loud = tuple(rule for rule in table.rules if rule.cause in _LOUD)
    return replace(table, rules=(*loud, Rule(None, "", statuses), *_STRANGERS))


def status_page(page: StatusPage) -> ProbeSpec:
    """What the vendor says of itself, read at the setting `status_url`."""

    def build(settings: Mapping[str, Any], params: PageParams) -> Probe:
        scope = {"components": params.components or page.components, "regions": params.regions}
        asked = {"url": settings["status_url"], "engine": page.engine or settings["status_engine"], **scope}
        return statuspage.build(statuspage.Params.model_validate(asked))

    return ProbeSpec(
        "status_page",
        "Status page",
        build,
        kind="statuspage",
        needs_settings=("status_url",),
        counts=Counts.NEVER,
        interval_s=120,
        params=PageParams,
        calls=0,
    )


def addresses(base_url: str | None, page: StatusPage | None = None) -> tuple[SettingSpec, ...]:
    """The settings every provider has: where it is asked, and where its page is."""
    pattern = r"^https?://[^\s/?#]+(/[^\s?#]*)?$"
    base = SettingSpec("base_url", "Where its API is", base_url, pattern=pattern)
    return (base, SettingSpec("status_url", "Where its status page is", page.url, pattern=pattern)) if page and page.engine else (base,)
