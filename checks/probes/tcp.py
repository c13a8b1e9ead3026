"""Whether a port takes a connection, and what is said there first."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Final

from pydantic import Field

from checks.assertions import Pattern, compile_pattern
from checks.connect import Connection, connected, us_since
from checks.fields import Model, Port
from checks.foreign import plain
from checks.kinds import ProbeKind
from checks.placeholders import fill
from checks.vantage import Probe, Vantage
from core.health import Cause, Outcome

_GREETING_BYTES: Final = 4_096


class Params(Model):
    """Where to knock."""

    host: str = Field(
        min_length=1, max_length=253, description="A name or an address; may hold {placeholders}.", examples=["mail.example.com"]
    )
    port: Port = Field(description="The port.", examples=[25])
    banner: Pattern | None = Field(default=None, description="A pattern of RE2 found in what the server says first.", examples=["^220 "])


def build(params: Params) -> Probe:
    async def probe(vantage: Vantage) -> Outcome:
        host = fill(params.host, {**vantage.settings, **vantage.secrets})
        async with connected(vantage, host, params.port) as connection:
            return Outcome() if params.banner is None else await _greeted(connection, params.banner)

    return probe


async def _greeted(connection: Connection, banner: str) -> Outcome:
    pattern, begun, said = compile_pattern(banner), time.monotonic(), b""
    while len(said) < _GREETING_BYTES and (chunk := await connection.reader.read(_GREETING_BYTES - len(said))):
        said += chunk
        connection.phases = replace(connection.phases, first_byte_us=connection.phases.first_byte_us or us_since(begun))
        if pattern.search(said.decode("utf-8", "replace")):
            return Outcome()
    words = plain(said.decode("utf-8", "replace"), 80)
    return Outcome(
        Cause.CONTRACT, detail=f"The server says “{words}”, which is not what was expected." if words else "The server says nothing."
    )


KIND = ProbeKind("tcp", Params, build, asks=("host",))
