"""What an answer means: ordered rules over status, the vendor's own code, headers and text, each giving a cause and a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

import httpx

from core.health import Cause, Outcome


class Form(StrEnum):
    """How a vendor writes its errors."""

    JSON = "json"
    XML = "xml"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Rule:
    """All that is given must hold; the first rule that matches decides. `cause=None` says the answer is fine.

    `statuses` are exact (`429`) or classes (`5` for 5xx); `codes` are the vendor's own, compared without case;
    `text` is searched in the body without case; `header` is (name, value), value "" meaning present.
    """

    cause: Cause | None
    says: str  # one sentence; may hold {status}, {code}, {message}
    statuses: tuple[int, ...] = ()
    codes: tuple[str, ...] = ()
    text: str = ""
    header: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class QuotaHeaders:
    """Where a vendor states its headroom. `reset` is read as `epoch` seconds or as `delta` seconds from now."""

    remaining: str
    limit: str | None = None
    reset: str | None = None
    reset_is: str = "epoch"


@dataclass(frozen=True, slots=True)
class ErrorTable:
    """A vendor's ways of saying no, with where it puts its code, message, request id, headroom and deadlines.

    Paths are dotted (`error.code`, `errors.0.message`); in XML they name elements below the root. Two providers with
    equal tables fail a test unless both name the same `engine`.
    """

    rules: tuple[Rule, ...] = ()
    form: Form = Form.JSON
    code_at: tuple[str, ...] = ()
    message_at: tuple[str, ...] = ()
    request_id_at: tuple[str, ...] = ()  # paths in the body, looked at after the headers
    request_id_headers: tuple[str, ...] = ()
    quota: tuple[QuotaHeaders, ...] = ()
    expires_at: tuple[str, ...] = ()  # paths of the instant the credential ends
    notice_headers: tuple[str, ...] = ()  # vendor's own deprecation headers; Deprecation and Sunset are always read
    engine: str | None = None  # named where vendors share one


GENERIC: Final = ErrorTable()


def classify(response: httpx.Response, body: bytes, table: ErrorTable = GENERIC, now: datetime | None = None) -> Outcome:
    """What `response` means; `cause is None` says it is fine as far as the table knows. Never raises, whatever the body."""
    raise AssertionError((response, body, table, now))
