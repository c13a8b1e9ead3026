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
    BOMB = "bomb"  # a small gzip body that grows to `size_mb`
    DEPRECATED = "deprecated"  # the right answer with Deprecation, Sunset and Link
    LATENCY = "latency"  # the right answer after `delay_s`
    RESET_HEADER = "reset_header"  # reset in the middle of the headers
    RESET_BODY = "reset_body"  # reset in the middle of the body
    DRIP = "drip"  # one byte every `delay_s`
    GIANT_HEADER = "giant_header"  # a header of `size_mb`
    NOT_HTTP = "not_http"  # bytes that are no HTTP at all


STAGE_OF: Final[dict[Kind, Stage]] = {
    Kind.REFUSED: Stage.LISTEN,
    Kind.RESET: Stage.ACCEPT,
    Kind.SILENT: Stage.ACCEPT,
    Kind.WRONG_HOST: Stage.HANDSHAKE,
    Kind.EXPIRED: Stage.HANDSHAKE,
    Kind.SELF_SIGNED: Stage.HANDSHAKE,
    Kind.SERVER_ERROR: Stage.REPLY,
    Kind.REFUSED_KEY: Stage.REPLY,
    Kind.MISSING_SCOPE: Stage.REPLY,
    Kind.QUOTA: Stage.REPLY,
    Kind.GARBAGE: Stage.REPLY,
    Kind.REDIRECT_LOOP: Stage.REPLY,
    Kind.REDIRECT_METADATA: Stage.REPLY,
    Kind.REDIRECT_ELSEWHERE: Stage.REPLY,
    Kind.BOMB: Stage.REPLY,
    Kind.DEPRECATED: Stage.REPLY,
    Kind.LATENCY: Stage.WIRE,
    Kind.RESET_HEADER: Stage.WIRE,
    Kind.RESET_BODY: Stage.WIRE,
    Kind.DRIP: Stage.WIRE,
    Kind.GIANT_HEADER: Stage.WIRE,
    Kind.NOT_HTTP: Stage.WIRE,
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault with what may be set of it; what a kind does not use is ignored."""

    kind: Kind
    status: int = 503  # server_error
    delay_s: float = 2.0  # latency; drip: between two bytes
    retry_after_s: int = 30  # quota; server_error says it only where `status` is 503
    size_mb: int = 64  # bomb, giant_header
    sunset: str = "Thu, 01 Apr 2027 00:00:00 GMT"  # deprecated
    target: str = ""  # redirect_elsewhere

    @property
    def stage(self) -> Stage:
        return STAGE_OF[self.kind]
