"""What a name resolves to, asked of resolvers directly."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Annotated, Final, Literal

import dns.asyncquery
import dns.exception
import dns.message
import dns.rcode
import dns.rdata
import dns.resolver
from pydantic import AfterValidator, Field, model_validator

from checks.connect import us_since
from checks.fields import Flag, Model
from checks.foreign import plain
from checks.kinds import ProbeKind
from checks.placeholders import fill, fill_all
from checks.vantage import Probe, Vantage
from core.address import Refused, read_literal
from core.health import Cause, Outcome, Phases

_PORT: Final = 53


def _address(text: str) -> str:
    host, _, port = text.rpartition(":") if text.count(":") == 1 else (text, "", "")
    try:
        literal = read_literal(host)
    except Refused:
        literal = None
    if literal is None or (port and not port.isdecimal()):
        raise ValueError("a resolver is an IP address, with :port where it is not 53")
    return text


class Params(Model):
    """What to ask, whom, and what must be among the answers."""

    name: str = Field(min_length=1, max_length=253, description="The name; may hold {placeholders}.", examples=["example.com"])
    type: Literal["A", "AAAA", "CNAME", "MX", "NS", "TXT", "SOA", "SRV", "CAA", "PTR"] = Field(
        default="A", description="The record's type.", examples=["MX"]
    )
    expect: tuple[str, ...] = Field(default=(), description="Each of these must be among the answers.", examples=[["192.0.2.10"]])
    only: Flag = Field(default=False, description="true: the answers are these and no others.", examples=[True])
    resolvers: tuple[Annotated[str, AfterValidator(_address)], ...] = Field(
        default=(),
        max_length=5,
        description="Whom to ask, one after the other. Default: this machine's resolvers.",
        examples=[["192.0.2.53"]],
    )

    @model_validator(mode="after")
    def _something_expected(self) -> Params:
        if self.only and not self.expect:
            raise ValueError("only needs expect")
        return self


def build(params: Params) -> Probe:
    async def probe(vantage: Vantage) -> Outcome:
        values = {**vantage.settings, **vantage.secrets}
        try:
            question = dns.message.make_query(fill(params.name, values), params.type, use_edns=0, payload=1232)
        except (dns.exception.DNSException, UnicodeError):
            return Outcome(Cause.CONFIG, detail="The name is no DNS name.")
        found = await _ask_each(vantage, question, await _resolvers(vantage, params.resolvers))
        return _judge(found, fill_all(params.expect, values), only=params.only)

    return probe


@dataclass(frozen=True, slots=True)
class _Resolver:
    address: str
    port: int


async def _resolvers(vantage: Vantage, named: tuple[str, ...]) -> list[_Resolver]:
    """The named ones must pass the guard; this machine's own are the operator's choice."""
    if not named:
        system = dns.resolver.Resolver()
        return [_Resolver(address, system.port) for address in map(str, system.nameservers)][:3]
    split = [text.rpartition(":") if text.count(":") == 1 else (text, "", str(_PORT)) for text in named]
    return [_Resolver(address, int(port)) for host, _, port in split for address in await vantage.sockets.resolve(host, int(port))]


async def _ask_each(vantage: Vantage, question: dns.message.Message, resolvers: list[_Resolver]) -> list[str] | Outcome:
    """The first answer. Each resolver gets its share of the time; one that fails gives way to the next."""
    failure = Outcome(Cause.CONFIG, detail="There is no resolver to ask.")
    for resolver in resolvers:
        begun = time.monotonic()
        try:
            share_s = vantage.timeout_s * 0.8 / len(resolvers)
            answer, _ = await dns.asyncquery.udp_with_fallback(question, resolver.address, timeout=share_s, port=resolver.port)
        except dns.exception.Timeout:
            failure = Outcome(Cause.DNS, detail=f"The resolver {resolver.address} does not answer.")
        except dns.exception.DNSException:
            failure = Outcome(Cause.CONTRACT, detail=f"The resolver {resolver.address} answers with something that is no DNS.")
        except OSError as error:
            failure = Outcome(Cause.CONNECT, detail=f"The resolver {resolver.address} cannot be reached: {error.strerror or error}.")
        else:
            vantage.note_phases(Phases(first_byte_us=us_since(begun)))
            return _read(question, answer)
    return failure


def _read(question: dns.message.Message, answer: dns.message.Message) -> list[str] | Outcome:
    asked = question.question[0]
    name = asked.name.to_text(omit_final_dot=True)
    if answer.rcode() != dns.rcode.NOERROR:
        return Outcome(Cause.DNS, detail=f"{plain(name)}: {dns.rcode.to_text(answer.rcode())}.")
    try:
        records = answer.resolve_chaining().answer if isinstance(answer, dns.message.QueryMessage) else None
    except dns.exception.DNSException:
        return Outcome(Cause.CONTRACT, detail=f"{plain(name)}: the chain of aliases leads nowhere.")
    if not records:
        return Outcome(Cause.DNS, detail=f"{plain(name)} has no such record.")
    return [_text(record) for record in records]


def _judge(found: list[str] | Outcome, expected: list[str], *, only: bool) -> Outcome:
    if isinstance(found, Outcome):
        return found
    wanted = [_normal(text) for text in expected]
    got = [_normal(text) for text in found]
    missing = [text for text in wanted if text not in got]
    if missing:
        return Outcome(Cause.CONTRACT, detail=f"{plain(missing[0], 80)} is not among the answers: {plain(', '.join(found))}.")
    strange = [text for text in got if text not in wanted] if only else []
    return Outcome(Cause.CONTRACT, detail=f"{plain(strange[0], 80)} was not expected.") if strange else Outcome()


def _text(record: dns.rdata.Rdata) -> str:
    strings = getattr(record, "strings", None)  # TXT: the parts of one text
    return b"".join(strings).decode("utf-8", "replace") if strings is not None else record.to_text()


def _normal(text: str) -> str:
    return " ".join(part.rstrip(".").lower() for part in text.split())


KIND = ProbeKind("dns", Params, build, asks=("resolvers",))
