"""Everything a hostile server can do, put to every way we ask one: it ends in time, has its cause, and says it in a sentence."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from alerts.channel import DeliveryError
from alerts.message import Message
from alerts.notice import Notice
from alerts.signed_post import SignedPost
from benchmarks.hostile import AT_ONCE, HOSTILE, gallery, probed
from checks.kinds import kinds
from checks.runner import Job, Runner, make_runner
from core.health import Cause
from core.ledger import AlertKind
from lab.faults import Kind

TIMEOUT_S: Final = 3.0
FAR_TOO_LATE_S: Final = TIMEOUT_S + 5.0  # a block is longer; the half second itself is measured by benchmarks/hostile.py
KEY: Final = "a-key-for-nobody-else"
RESET: Final = r"^The connection (broke|failed): ((Recv|Send) failure: )?Connection reset by peer\.$"
NOBODY: Final = "^Nobody answered at the address:"  # where the reset is there before we look at the connection
LONG: Final = r"^The answer is longer than 1 MiB once unpacked\.$"
LATE: Final = r"^No answer within [23]\.\d s\.$"
PLAIN: Final = r"^No secure connection: the server does not speak TLS here\.$"
UNREAD: Final = r"^(JSON was expected, but|The status page cannot be used:|The token endpoint:) the body is {}\.$"

Says = tuple[Cause | str | None, str]  # a channel that takes the message has no cause; one that does not, the name of what went wrong


@dataclass(frozen=True, slots=True)
class Row:
    """What is to come of one misbehaviour over HTTP, and by name where another way of asking ends otherwise."""

    cause: Cause | None
    words: str
    hook: str = ""  # how a delivery fails; nothing: it is delivered
    others: Mapping[str, Says] | None = None

    def of(self, way: str) -> Says:
        if self.others and way in self.others:
            return self.others[way]
        if way == "hook":
            return ("undelivered", self.hook) if self.hook else (None, "")
        return (None, "") if way in ("tcp", "tls") else (self.cause, self.words)


def sent(kind: str) -> str:
    return rf"the request to the receiver failed \({kind}\)"


def lost(kind: str) -> str:
    return rf"the receiver cannot be reached \({kind}\)"


def untrusted(words: str, by_tls: str) -> Row:
    return Row(Cause.TLS, rf"^No secure connection: {words}\.$", lost("TlsFailed"), {"tls": (Cause.TLS, rf"not trusted: {by_tls}")})


def elsewhere(cause: Cause, words: str) -> Row:
    """A webhook follows no redirect."""
    return Row(cause, words, "the receiver answered 302")


NO_TOKEN: Final = {"page": (Cause.CONTRACT, "not a Statuspage summary"), "token": (Cause.CONTRACT, "without an access_token")}
TABLE: Final[Mapping[Kind, Row]] = {
    Kind.REFUSED: Row(
        Cause.CONNECT,
        NOBODY,
        lost("ConnectError"),
        dict.fromkeys(("tcp", "tls"), (Cause.CONNECT, "^The connection failed: Connection refused")),
    ),
    Kind.RESET: Row(Cause.CONNECT, f"{RESET}|{NOBODY}", f"{sent('ReadError')}|{lost('ConnectError')}", {"tls": (Cause.CONNECT, RESET)}),
    Kind.SILENT: Row(Cause.TIMEOUT, LATE, sent("ReadTimeout"), {"tls": (Cause.TIMEOUT, LATE)}),  # a handshake that stalls
    Kind.PLAINTEXT: Row(Cause.TLS, PLAIN, lost("TlsFailed"), {"tls": (Cause.TLS, PLAIN)}),
    Kind.WRONG_HOST: untrusted("the certificate is not for IPv4 address '127.0.0.1'", "IP address mismatch"),
    Kind.EXPIRED: untrusted("certificate has expired", "certificate has expired"),
    Kind.SELF_SIGNED: untrusted("self-signed certificate", "self-signed certificate"),
    Kind.GARBAGE: Row(Cause.CONTRACT, UNREAD.format("not JSON")),
    Kind.REDIRECT_LOOP: elsewhere(Cause.CONTRACT, r"^Exceeded maximum allowed redirects\.$"),
    Kind.REDIRECT_METADATA: elsewhere(Cause.BLOCKED, r"^169\.254\.169\.254 is not a public address\.$"),
    Kind.REDIRECT_FILE: elsewhere(Cause.BLOCKED, r"^'file' is not one of http, https\.$"),
    Kind.REDIRECT_ELSEWHERE: Row(None, "", "the receiver answered 302", NO_TOKEN),
    Kind.BOMB: Row(Cause.CONTRACT, LONG, sent("Overlong")),
    Kind.DEFLATE_BOMB: Row(Cause.CONTRACT, LONG, sent("Overlong")),
    Kind.BROTLI_BOMB: Row(Cause.CONTRACT, LONG, sent("Overlong")),
    Kind.DEEP_JSON: Row(Cause.CONTRACT, UNREAD.format("JSON nested too deep")),
    Kind.ODD_JSON: Row(Cause.CONTRACT, r"^\$\.ok is null, expected true\.$", "", NO_TOKEN),
    Kind.WRONG_CHARSET: Row(None, "", "", NO_TOKEN),
    Kind.RESET_HEADER: Row(Cause.CONNECT, RESET, sent("ReadError")),
    Kind.RESET_BODY: Row(Cause.CONNECT, RESET, sent("ReadError")),
    Kind.DRIP: Row(Cause.TIMEOUT, r"^The answer had begun and was not complete after [23]\.\d s\.$", sent("ReadTimeout")),
    Kind.GIANT_HEADER: Row(Cause.CONTRACT, r"^The answer has more than 64 KiB of headers\.$", sent("Overlong")),
    Kind.MANY_HEADERS: Row(Cause.CONTRACT, r"^The answer has more than 500 headers\.$", sent("Overlong")),
    Kind.HUGE: Row(Cause.CONTRACT, LONG, sent("Overlong")),
    Kind.ENDLESS: Row(Cause.CONTRACT, LONG, sent("Overlong")),
    Kind.LONG_LENGTH: Row(Cause.CONNECT, r"^The connection broke: end of response with 100 bytes missing\.$", sent("ReadError")),
    Kind.SHORT_LENGTH: Row(Cause.CONTRACT, UNREAD.format("not JSON")),
    Kind.BROKEN_CHUNKS: Row(Cause.CONTRACT, "^The answer is not HTTP as it should be: chunk", sent("RemoteProtocolError")),
    Kind.NOT_HTTP: Row(
        Cause.CONTRACT, r"^The answer is not HTTP as it should be: it does not begin with a status line\.$", sent("RemoteProtocolError")
    ),
}
WAYS: Final = ("http", "page", "token", "tls", "tcp", "hook")
HANGING: Final = (Kind.SILENT, Kind.DRIP)
# A delivery has ten seconds, by the same deadline of the same client: too long to wait for here. And whether a port that resets
# what it accepts took the connection is a matter of microseconds.
LEFT_OUT: Final = {(Kind.SILENT, "hook"), (Kind.DRIP, "hook"), (Kind.RESET, "tcp")}
CELLS: Final = [(kind, way) for kind in TABLE for way in WAYS if (kind, way) not in LEFT_OUT]


@dataclass(frozen=True, slots=True)
class Ended:
    """What came of one way of asking one server."""

    cause: Cause | str | None
    detail: str
    took_s: float


Results = Mapping[tuple[Kind, str], Ended]


@pytest.fixture(scope="module")
def ended() -> Iterator[Results]:
    """All of them at once, those that hang after the others: our own delay under load would be `observer`, and rightly."""
    with gallery(list(TABLE)) as where:
        yield asyncio.run(_all(where["urls"], where["ca_file"]))


async def _all(urls: Mapping[str, list[str]], ca_file: str) -> Results:
    runner = make_runner(ca_file=ca_file, user_agent="t", now=lambda: datetime.now(UTC), proxies=False)
    found: dict[tuple[Kind, str], Ended] = {}
    for hangs in (False, True):
        cells = [(kind, way) for kind, way in CELLS if (kind in HANGING) is hangs]
        found |= zip(cells, await asyncio.gather(*(_ask(runner, way, urls[kind][0]) for kind, way in cells)), strict=True)
    await runner.close()
    return found


async def _ask(runner: Runner, way: str, url: str) -> Ended:
    begun = time.monotonic()
    if way == "hook":
        cause, detail = await _delivered(runner, url)
        return Ended(cause, detail, time.monotonic() - begun)
    kind, params = _question(way, url)
    finding = await runner.run(Job(kinds()[kind].probe(params), TIMEOUT_S, private_targets=True, secrets={"key": KEY}))
    return Ended(finding.outcome.cause, finding.outcome.detail, time.monotonic() - begun)


def _question(way: str, url: str) -> tuple[str, dict[str, Any]]:
    port = int(url.rpartition(":")[2])
    bearer = {"kind": "bearer", "token": "{key}"}
    kept_at_home = {"path": "$.headers.authorization", "exists": False}  # `elsewhere` answers with what it was sent
    client = {"kind": "oauth2_client_credentials", "token_url": f"{url}/token", "client_id": "us", "client_secret": "{key}"}
    return {
        "http": ("http", {"url": f"{url}/x", "auth": bearer, "expect": {"json": [{"path": "$.ok", "equals": True}, kept_at_home]}}),
        "page": ("statuspage", {"url": url}),
        "token": ("http", {"url": f"{url}/x", "auth": client}),
        "tls": ("tls", {"host": "127.0.0.1", "port": port}),
        "tcp": ("tcp", {"host": "127.0.0.1", "port": port}),
    }[way]


async def _delivered(runner: Runner, url: str) -> tuple[str | None, str]:
    hook = SignedPost(runner.client(private_targets=True), f"{url}/alerts", "a secret to sign with")
    message = Message("alert_1", Notice("Test", "A test."), frozenset({AlertKind.OPENED}), 1, 0)
    try:
        await hook.send(message, None)
    except DeliveryError as error:
        return "undelivered", str(error)
    return None, ""


@pytest.mark.parametrize(("kind", "way"), CELLS, ids=[f"{kind}-{way}" for kind, way in CELLS])
def test_it_ends_with_its_cause_and_its_sentence(ended: Results, kind: Kind, way: str) -> None:
    cause, words = TABLE[kind].of(way)
    found = ended[kind, way]
    assert found.cause == cause, found.detail
    assert re.search(words, found.detail)
    assert bool(found.detail) is (cause is not None)
    assert found.took_s < FAR_TOO_LATE_S


def test_every_misbehaviour_of_the_lab_has_its_row() -> None:
    assert set(TABLE) == set(HOSTILE)


def test_fifty_at_once_cost_little_memory_and_keep_nobody_waiting() -> None:
    """The memory to its goal; the time only so far that it tells a block from a busy machine."""
    heavy = [Kind.BOMB, Kind.BROTLI_BOMB, Kind.DEEP_JSON, Kind.MANY_HEADERS, Kind.GIANT_HEADER, Kind.HUGE, Kind.ENDLESS]
    with gallery(heavy, AT_ONCE) as where:
        alone, *seen = probed(where)
    assert alone["causes"] == {"None": AT_ONCE}
    assert [one["causes"] for one in seen] == [{"contract": AT_ONCE}] * len(heavy)
    assert max(one["grown_mib"] for one in seen) <= 64
    assert max(one["neighbour_s"] for one in seen) < FAR_TOO_LATE_S
