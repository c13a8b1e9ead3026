"""Any vendor without a file of its own: one address, with or without a bearer token, and a page where it has one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic import Field

from checks.asking import api, ask, for_strangers, status_page
from checks.assertions import Expect
from checks.errors import GENERIC
from checks.fields import Model
from checks.probes import http
from checks.provider import Counts, ProbeSpec, Provider, SecretSpec, SettingSpec, StatusPage
from checks.vantage import Probe

_ADDRESS: Final = r"^https?://[^\s]+$"


class Params(Model):
    """What a stranger is to be answered."""

    expect: Expect = Field(default=Expect(), description="What the address must answer without a key, such as {status: 401}.")


def _reachability(_settings: Mapping[str, Any], params: Params) -> Probe:
    statuses = tuple(int(str(status).replace("xx", "")) for status in params.expect.status)
    return http.build(http.Params(url="{url}", expect=params.expect), for_strangers(GENERIC, statuses))


PROVIDER = Provider(
    slug="http",
    name="HTTP service",
    category="other",
    docs="https://www.rfc-editor.org/rfc/rfc9110",
    errors=GENERIC,
    secrets=(SecretSpec("token", "Bearer token"),),
    settings=(
        SettingSpec("url", "The address to ask", pattern=_ADDRESS),
        SettingSpec("status_url", "Where its status page is", pattern=_ADDRESS),
        SettingSpec("status_engine", "How its status page is read: statuspage, slack, stripe", "statuspage"),
    ),
    probes=(
        api(ask(GENERIC, url="{url}", auth={"kind": "bearer", "token": "{token}"}), frozenset({"token"}), needs_settings=("url",)),
        ProbeSpec("reachability", "Reachability", _reachability, needs_settings=("url",), counts=Counts.FALLBACK, params=Params),
        status_page(StatusPage("", engine=None)),
    ),
    calls_per_minute=None,
    open_names=True,
)
