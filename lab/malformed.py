"""Replies that break HTTP itself, or its bounds: the very bytes, piece by piece."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import repeat
from typing import Final

from lab.exchange import Reply
from lab.faults import Fault, Kind

MALFORMED: Final = frozenset(
    {Kind.NOT_HTTP, Kind.MANY_HEADERS, Kind.HUGE, Kind.ENDLESS, Kind.LONG_LENGTH, Kind.SHORT_LENGTH, Kind.BROKEN_CHUNKS}
)
PIECE: Final = b'{"filler": "' + b"." * 65_524
FILLER: Final = b"a" * (1 << 16)
_NOT_HTTP: Final = b"220 lab ESMTP ready\r\n250-lab\r\n\x00\xff\xfe\r\n"
_OK: Final = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"


def malformed(fault: Fault, reply: Reply) -> Iterator[bytes]:
    """All that is sent; the connection ends after it."""
    if fault.kind is Kind.NOT_HTTP:
        yield _NOT_HTTP
    elif fault.kind is Kind.MANY_HEADERS:
        yield _OK + b"x-filler: a\r\n" * 10_000 + b"\r\n"
    elif fault.kind is Kind.BROKEN_CHUNKS:
        yield _OK + b'transfer-encoding: chunked\r\n\r\n5\r\n{"ok"\r\nzz\r\n: 1}\r\n0\r\n\r\n'
    elif fault.kind in (Kind.LONG_LENGTH, Kind.SHORT_LENGTH):
        wrong = len(reply.body) + 100 if fault.kind is Kind.LONG_LENGTH else len(reply.body) // 2
        yield _OK + b"content-length: %d\r\n\r\n" % wrong + reply.body
    else:
        yield from _long(fault)


def giant(head: bytes, size_mb: int) -> Iterator[bytes]:
    """A head with one header more, of `size_mb`, right behind its first line; never more than a piece of it at once."""
    first, _, rest = head.partition(b"\r\n")
    yield first + b"\r\nx-filler: "
    yield from repeat(FILLER, (size_mb << 20) // len(FILLER))
    yield b"\r\n" + rest


def _long(fault: Fault) -> Iterator[bytes]:
    """A body of `size_mb`, or one without an end."""
    if fault.kind is Kind.HUGE:
        yield _OK + b"content-length: %d\r\n\r\n" % (fault.size_mb << 20)
        yield from repeat(PIECE, (fault.size_mb << 20) // len(PIECE))
    else:
        yield _OK + b"\r\n"
        yield from repeat(PIECE)
