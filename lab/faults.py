"""What can be wrong with a simulated server: each fault acts at one stage of a connection."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Stage(StrEnum):
    """Where on the way of a request a fault acts; a fault of an earlier stage hides those of later ones."""

    LISTEN = "listen"  # nobody accepts
    ACCEPT = "accept"  # before the TLS handshake
    HANDSHAKE = "handshake"  # which certificate is shown
    REPLY = "reply"  # what the vendor says
    WIRE = "wire"  # how the reply is sent


class Kind(StrEnum):
    """Every fault by its name."""

    REFUSED = "refused"  # connection refused
    RESET = "reset"  # reset right after the connection is accepted
    SILENT = "silent"  # accepted, then not a byte
    PLAINTEXT = "plaintext"  # plain words where TLS is expected
    WRONG_HOST = "wrong_host"  # a good certificate for somebody else
    EXPIRED = "expired"  # a certificate that has ended
    SELF_SIGNED = "self_signed"  # a certificate nobody vouches for
    SERVER_ERROR = "server_error"  # the vendor's own 5xx
    REFUSED_KEY = "refused_key"  # what the vendor says to a key it does not take
    MISSING_SCOPE = "missing_scope"  # what it says to a key that may not do this
    QUOTA = "quota"  # what it says to too many calls, with its headers and Retry-After
    GARBAGE = "garbage"  # a well-formed HTTP answer whose body is junk
    REDIRECT_LOOP = "redirect_loop"
    REDIRECT_METADATA = "redirect_metadata"  # to the address at which clouds hand out credentials
    REDIRECT_ELSEWHERE = "redirect_elsewhere"  # to another origin (`target`, else the first canary)
    REDIRECT_FILE = "redirect_file"  # to a file of the asker's own machine
    BOMB = "bomb"  # a small gzip body that grows to `size_mb`
    DEFLATE_BOMB = "deflate_bomb"  # the same in deflate
    BROTLI_BOMB = "brotli_bomb"  # the same in brotli, 64 MiB always
    DEEP_JSON = "deep_json"  # lists in lists, ten thousand levels
    ODD_JSON = "odd_json"  # NaN, endless numbers, keys twice, half a surrogate pair
    WRONG_CHARSET = "wrong_charset"  # Latin-1 that calls itself a charset nobody knows
    DEPRECATED = "deprecated"  # the right answer with Deprecation, Sunset and Link
    LATENCY = "latency"  # the right answer after `delay_s`
    RESET_HEADER = "reset_header"  # reset in the middle of the headers
    RESET_BODY = "reset_body"  # reset in the middle of the body
    DRIP = "drip"  # one byte every `delay_s`
    GIANT_HEADER = "giant_header"  # a header of `size_mb`
    MANY_HEADERS = "many_headers"  # ten thousand small ones
    HUGE = "huge"  # a body of `size_mb` as it is
    ENDLESS = "endless"  # a body that never ends, as fast as it is taken
    LONG_LENGTH = "long_length"  # says more than it sends
    SHORT_LENGTH = "short_length"  # says less than it sends
    BROKEN_CHUNKS = "broken_chunks"  # a chunk whose size is no number
    NOT_HTTP = "not_http"  # bytes that are no HTTP at all


_ACTING: Final[dict[Stage, tuple[Kind, ...]]] = {
    Stage.LISTEN: (Kind.REFUSED,),
    Stage.ACCEPT: (Kind.RESET, Kind.SILENT, Kind.PLAINTEXT),
    Stage.HANDSHAKE: (Kind.WRONG_HOST, Kind.EXPIRED, Kind.SELF_SIGNED),
    Stage.REPLY: (
        Kind.SERVER_ERROR, Kind.REFUSED_KEY, Kind.MISSING_SCOPE, Kind.QUOTA, Kind.GARBAGE, Kind.REDIRECT_LOOP, Kind.REDIRECT_METADATA,
        Kind.REDIRECT_ELSEWHERE, Kind.REDIRECT_FILE, Kind.BOMB, Kind.DEFLATE_BOMB, Kind.BROTLI_BOMB, Kind.DEEP_JSON, Kind.ODD_JSON,
        Kind.WRONG_CHARSET, Kind.DEPRECATED,
    ),
    Stage.WIRE: (
        Kind.LATENCY, Kind.RESET_HEADER, Kind.RESET_BODY, Kind.DRIP, Kind.GIANT_HEADER, Kind.MANY_HEADERS, Kind.HUGE, Kind.ENDLESS,
        Kind.LONG_LENGTH, Kind.SHORT_LENGTH, Kind.BROKEN_CHUNKS, Kind.NOT_HTTP,
    ),
}  # fmt: skip
STAGE_OF: Final = {kind: stage for stage, kinds in _ACTING.items() for kind in kinds}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault with what may be set of it; what a kind does not use is ignored."""

    kind: Kind
    status: int = 503  # server_error
    delay_s: float = 2.0  # latency; drip: between two bytes
    retry_after_s: int = 30  # quota; server_error says it only where `status` is 503
    size_mb: int = 64  # bomb, deflate_bomb, giant_header, huge
    sunset: str = "Thu, 01 Apr 2027 00:00:00 GMT"  # deprecated
    target: str = ""  # redirect_elsewhere

    @property
    def stage(self) -> Stage:
        return STAGE_OF[self.kind]
