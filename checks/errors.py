"""What an answer means: ordered rules over status, the vendor's own code, headers and text, each giving a cause and a sentence."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from xml.etree.ElementTree import Element

import httpx

from checks.foreign import Unreadable, dig, dig_xml, parse_json, parse_xml, plain
from checks.signals import QuotaHeaders, deprecation_in, expiry_in, quota_in, retry_after_in
from core.health import Cause, Outcome

ANY: Final = "*"  # as a rule's code: the vendor gave one, whichever it is


class Form(StrEnum):
    """How a vendor writes its errors."""

    JSON = "json"
    XML = "xml"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Rule:
    """All that is given must hold; the first rule that matches decides. `cause=None` says the answer is fine.

    `statuses` are exact (429) or a class (5 for 5xx); `codes` are the vendor's own, compared without case; `text` is looked
    for in the body without case; `header` is (name, value), an empty value meaning that it is there.
    """

    cause: Cause | None
    says: str  # one sentence; {status} and {code} are filled in
    statuses: tuple[int, ...] = ()
    codes: tuple[str, ...] = ()
    text: str = ""
    header: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class ErrorTable:
    """A vendor's ways of saying no, with where it puts its code, message, request id, headroom and deadlines.

    Paths are dotted (`error.code`, `errors.*.message`); in XML they name elements below the root. Two providers with
    equal rules fail a test unless both name the same `engine`.
    """

    rules: tuple[Rule, ...] = ()
    form: Form = Form.JSON
    code_at: tuple[str, ...] = ()
    message_at: tuple[str, ...] = ()
    request_id_at: tuple[str, ...] = ()  # paths in the body, looked at after the headers
    request_id_headers: tuple[str, ...] = ()
    quota: tuple[QuotaHeaders, ...] = ()
    expires_at: str | None = None  # path of the instant the credential ends
    notice_headers: tuple[str, ...] = ()  # the vendor's own deprecation headers; Deprecation and Sunset are always read
    engine: str | None = None  # named where vendors share one


# What a status means where the vendor's own table says nothing (RFC 9110, RFC 6585).
BY_STATUS: Final = (
    Rule(Cause.AUTH, "The credential was refused ({status}).", (401,)),
    Rule(Cause.AUTH, "The credential is not allowed to do this ({status}).", (403,)),
    Rule(Cause.QUOTA, "Too many calls ({status}).", (429,)),
    Rule(Cause.TIMEOUT, "The server gave up waiting for our request ({status}).", (408,)),
    Rule(Cause.CLIENT_ERROR, "Our request was refused ({status}).", (4,)),
    Rule(Cause.SERVER_ERROR, "The server failed ({status}).", (5,)),
    Rule(Cause.CONTRACT, "A redirect stands where an answer should ({status}).", (3,)),
    Rule(None, "", (2,)),
    Rule(Cause.CONTRACT, "The answer has a status no standard knows ({status})."),
)

GENERIC: Final = ErrorTable(request_id_headers=("x-request-id", "request-id", "x-correlation-id"))


@dataclass(frozen=True, slots=True)
class _Answer:
    """One answer, read once."""

    response: httpx.Response
    body: bytes
    tree: Any  # JSON value, XML root or None
    codes: tuple[str, ...]


def classify(response: httpx.Response, body: bytes, table: ErrorTable = GENERIC, now: datetime | None = None) -> Outcome:
    """What `response` means; `cause is None` says it is fine as far as the table knows. Never raises, whatever the body.

    `now` turns "in 250 seconds" into an instant; without it the answer's own Date header does.
    """
    answer = _read(response, body, table)
    rule = next(rule for rule in (*table.rules, *BY_STATUS) if _matches(rule, answer))
    quota = quota_in(response, table.quota, now)
    return Outcome(
        cause=rule.cause,
        http_status=response.status_code,
        detail=_detail(rule, answer, table) if rule.cause else "",
        vendor_code=_code(rule, answer.codes) if rule.cause else None,
        request_id=_request_id(answer, table),
        quota=quota,
        credential_expires_at=expiry_in(answer.tree, table.expires_at),
        deprecation=deprecation_in(response, table.notice_headers),
        retry_after_s=retry_after_in(response, quota if rule.cause is Cause.QUOTA else None, now),
    )


def _read(response: httpx.Response, body: bytes, table: ErrorTable) -> _Answer:
    tree = None
    if body and table.form is not Form.TEXT:
        with contextlib.suppress(Unreadable):
            tree = parse_xml(body) if table.form is Form.XML else parse_json(body)
    found = (plain(value, 80) for path in table.code_at for value in _at(tree, path) if isinstance(value, str | int))
    codes = tuple(dict.fromkeys(code for code in found if code))
    return _Answer(response, body, tree, codes[:20])


def _matches(rule: Rule, answer: _Answer) -> bool:
    status = answer.response.status_code
    return (
        (not rule.statuses or status in rule.statuses or status // 100 in rule.statuses)
        and (not rule.codes or _has_code(rule, answer.codes))
        and (not rule.text or rule.text.lower() in answer.body[:65_536].decode("utf-8", "replace").lower())
        and (rule.header is None or _has_header(rule.header, answer.response))
    )


def _has_code(rule: Rule, codes: tuple[str, ...]) -> bool:
    wanted = {code.lower() for code in rule.codes}
    return bool(codes) and (ANY in wanted or any(code.lower() in wanted for code in codes))


def _has_header(header: tuple[str, str], response: httpx.Response) -> bool:
    name, value = header
    return name in response.headers and value.lower() in response.headers[name].lower()


def _code(rule: Rule, codes: tuple[str, ...]) -> str | None:
    """The code that decided, else the first one given."""
    wanted = {code.lower() for code in rule.codes}
    return next((code for code in codes if code.lower() in wanted), codes[0] if codes else None)


def _detail(rule: Rule, answer: _Answer, table: ErrorTable) -> str:
    code = _code(rule, answer.codes) or "no code"
    sentence = rule.says.format(status=answer.response.status_code, code=code)
    words = next(_words(answer, table), "")
    return f"{sentence} It says: “{words}”" if words else sentence


def _words(answer: _Answer, table: ErrorTable) -> Iterator[str]:
    if table.form is Form.TEXT:
        yield plain(answer.body[:2_000].decode("utf-8", "replace"))
    for path in table.message_at:
        yield from (plain(value) for value in _at(answer.tree, path) if isinstance(value, str) and plain(value))


def _request_id(answer: _Answer, table: ErrorTable) -> str | None:
    headers = (answer.response.headers.get(name) for name in table.request_id_headers)
    body = (value for path in table.request_id_at for value in _at(answer.tree, path) if isinstance(value, str | int))
    return next((plain(value, 128) for value in (*headers, *body) if value), None)


def _at(tree: Any, path: str) -> Iterator[Any]:
    return dig_xml(tree, path) if isinstance(tree, Element) else dig(tree, path)
