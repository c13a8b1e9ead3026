"""What a name resolves to, asked of a resolver on a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import dns.message
import dns.rcode
import dns.rrset
import pytest
from pydantic import ValidationError

from checks.kinds import kinds
from checks.runner import Finding
from core.health import Cause

pytestmark = pytest.mark.anyio
Check = Callable[..., Awaitable[Finding]]
ZONE = {
    ("api.example.", "A"): ["api.example. 60 IN A 192.0.2.1", "api.example. 60 IN A 192.0.2.2"],
    ("www.example.", "A"): ["www.example. 60 IN CNAME api.example.", "api.example. 60 IN A 192.0.2.1"],
    ("example.", "MX"): ["example. 60 IN MX 10 Mail.Example."],
    ("example.", "TXT"): ['example. 60 IN TXT "v=spf1 " "-all"'],
    ("example.", "CAA"): ['example. 60 IN CAA 0 issue "ca.example"'],
    ("empty.example.", "A"): [],
}


class Resolver(asyncio.DatagramProtocol):
    """Answers from ZONE; `silent.example.` never, `junk.example.` with junk, everything else with NXDOMAIN."""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, address: Any) -> None:
        query = dns.message.from_wire(data)
        name, kind = query.question[0].name.to_text(), dns.rdatatype.to_text(query.question[0].rdtype)
        if name == "silent.example.":
            return
        if name == "junk.example.":
            self.transport.sendto(data[:2] + b"\x80\x00junk", address)
            return
        response = dns.message.make_response(query)
        if (name, kind) not in ZONE:
            response.set_rcode(dns.rcode.SERVFAIL if name == "broken.example." else dns.rcode.NXDOMAIN)
        for line in ZONE.get((name, kind), []):
            owner, ttl, klass, rtype, text = line.split(" ", 4)
            rrset = response.find_rrset(
                response.answer, dns.name.from_text(owner), dns.rdataclass.IN, dns.rdatatype.from_text(rtype), create=True
            )
            rrset.add(dns.rdata.from_text(klass, rtype, text), int(ttl))
        self.transport.sendto(response.to_wire(), address)


@pytest.fixture
async def resolver() -> AsyncIterator[str]:
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(Resolver, local_addr=("127.0.0.1", 0))
    yield f"127.0.0.1:{transport.get_extra_info('sockname')[1]}"
    transport.close()


@pytest.mark.parametrize(
    "params",
    [
        {"name": "api.example"},
        {"name": "api.example", "expect": ["192.0.2.2"]},
        {"name": "api.example", "expect": ["192.0.2.2", "192.0.2.1"], "only": True},
        {"name": "www.example", "expect": ["192.0.2.1"]},
        {"name": "{zone}", "type": "MX", "expect": ["10 mail.example"]},
        {"name": "example", "type": "TXT", "expect": ["v=spf1 -all"]},
        {"name": "example", "type": "CAA", "expect": ['0 issue "ca.example"']},
    ],
)
async def test_the_expected_answer_is_up(check: Check, resolver: str, params: dict[str, Any]) -> None:
    finding = await check("dns", {**params, "resolvers": [resolver]}, settings={"zone": "example"})
    assert finding.outcome.cause is None, finding.outcome.detail
    assert finding.phases is not None
    assert finding.phases.first_byte_us is not None


@pytest.mark.parametrize(
    ("params", "cause", "words"),
    [
        ({"name": "api.example", "expect": ["192.0.2.9"]}, Cause.CONTRACT, "192.0.2.9 is not among the answers"),
        ({"name": "api.example", "expect": ["192.0.2.1"], "only": True}, Cause.CONTRACT, "192.0.2.2 was not expected"),
        ({"name": "none.example"}, Cause.DNS, "NXDOMAIN"),
        ({"name": "broken.example"}, Cause.DNS, "SERVFAIL"),
        ({"name": "empty.example"}, Cause.DNS, "no such record"),
        ({"name": "junk.example"}, Cause.CONTRACT, "no DNS"),
        ({"name": "a..b"}, Cause.CONFIG, "no DNS name"),
        ({"name": "a" * 70 + ".example"}, Cause.CONFIG, "no DNS name"),
    ],
)
async def test_another_answer_has_a_cause(check: Check, resolver: str, params: dict[str, Any], cause: Cause, words: str) -> None:
    finding = await check("dns", {**params, "resolvers": [resolver]}, timeout_s=2.0)
    assert finding.outcome.cause is cause
    assert words in finding.outcome.detail


async def test_a_resolver_that_never_answers_is_a_dns_failure(check: Check, resolver: str) -> None:
    finding = await check("dns", {"name": "silent.example", "resolvers": [resolver]}, timeout_s=1.0)
    assert (finding.outcome.cause, "does not answer" in finding.outcome.detail) == (Cause.DNS, True)


async def test_the_next_resolver_is_asked_where_one_does_not_answer(check: Check, resolver: str) -> None:
    finding = await check("dns", {"name": "api.example", "resolvers": ["127.0.0.1:9", resolver]}, timeout_s=2.0)
    assert finding.outcome.cause is None


@pytest.mark.parametrize("resolvers", [["dns.example"], ["127.0.0.1:x"], ["2130706433"]])
def test_a_resolver_is_an_address(resolvers: list[str]) -> None:
    with pytest.raises(ValidationError, match="a resolver is an IP address"):
        kinds()["dns"].probe({"name": "x.example", "resolvers": resolvers})


def test_only_needs_something_to_be_only() -> None:
    with pytest.raises(ValidationError, match="only needs expect"):
        kinds()["dns"].probe({"name": "x.example", "only": True})
