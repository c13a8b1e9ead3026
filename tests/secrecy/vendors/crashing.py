"""A vendor whose probe is a bug: it raises what it was given, in a chain, a note, and a group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from checks.asking import addresses
from checks.errors import GENERIC
from checks.provider import NoParams, ProbeSpec, Provider, SecretSpec
from checks.vantage import Probe, Vantage
from core.health import Outcome


def build(_settings: Mapping[str, Any], _params: NoParams) -> Probe:
    async def probe(vantage: Vantage) -> Outcome:
        token = vantage.secrets["token"]
        cause = KeyError(f"no session for {token}")
        cause.add_note(f"asked with Authorization: Bearer {token}")
        raise ExceptionGroup(f"two things about {token}", [ValueError(repr({"token": token})), OSError(5, token)]) from cause

    return probe


PROVIDER = Provider(
    slug="crashing",
    name="Crashing",
    category="payments",
    docs="https://example.com/",
    errors=GENERIC,
    secrets=(SecretSpec("token", "A token"),),
    settings=addresses("https://example.com"),
    probes=(ProbeSpec("api", "API", build, needs=(frozenset({"token"}),)),),
)
