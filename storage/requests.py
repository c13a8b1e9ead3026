"""What people ask of the worker: appended by pages, API and commands, answered by the worker alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, Literal

from sqlalchemy import Connection, text

from core.ledger import Answer
from core.redact import Redactor
from storage.changes import announce
from storage.codec import clean_or_none, dump_json, load, load_json
from storage.engine import Database
from storage.rows import RequestRow

_POLL_S: Final = 0.05
_WRITTEN: Final = ("text", "reason")  # what a person says in a request; the rest of it names things
_LOOKS: Final = Redactor()
_APPEND: Final = text('INSERT INTO request (kind, body, "by", at_ms) VALUES (:kind, :body, :by, :at) RETURNING id')
_REWORD: Final = text('UPDATE request SET body = :body, "by" = :by WHERE id = :id')
_ONE: Final = text('SELECT id, kind, body, "by", at_ms, accepted_ms, answer FROM request WHERE id = :id')
_PENDING: Final = text(
    'SELECT id, kind, body, "by", at_ms, accepted_ms, answer FROM request WHERE done_ms IS NULL AND accepted_ms IS NULL ORDER BY id'
)
_UNANSWERED: Final = text('SELECT id, kind, body, "by", at_ms, accepted_ms, answer FROM request WHERE done_ms IS NULL ORDER BY id')


def append(db: Database, kind: str, body: Mapping[str, Any], by: str | None, now_ms: int) -> int:
    """On disk when it returns: the request's id. What looks like a secret in a person's words is taken out before."""
    said = _without_secrets(RequestRow(0, kind, body, by, now_ms), lambda typed: _LOOKS.typed(typed).text)
    given = {"kind": kind, "body": dump_json(said.body), "by": clean_or_none(said.by), "at": now_ms}
    with db.write() as conn:
        ident = conn.execute(_APPEND, given).scalar_one()
        announce(conn)
    return int(ident)


def reword(db: Database, row: RequestRow, redact: Callable[[str], str]) -> RequestRow:
    """The request without the secrets that its taker knows by value, on disk too: who appended it knew none."""
    said = _without_secrets(row, redact)
    if said != row:
        with db.write() as conn:
            conn.execute(_REWORD, {"body": dump_json(said.body), "by": clean_or_none(said.by), "id": row.id})
    return said


def _without_secrets(row: RequestRow, redact: Callable[[str], str]) -> RequestRow:
    """A configuration stays as it is: secrets stand in it by their references, and it must be read back."""
    written = () if row.kind == "apply" else _WRITTEN
    body = {key: redact(said) if key in written and isinstance(said, str) else said for key, said in row.body.items()}
    return replace(row, body=body, by=None if row.by is None else redact(row.by))


def pending(conn: Connection) -> list[RequestRow]:
    """What nobody has taken up yet, in the order it was asked."""
    return [_row(row) for row in conn.execute(_PENDING)]


def unanswered(conn: Connection) -> list[RequestRow]:
    """Taken up or not: what a worker that starts finds half done."""
    return [_row(row) for row in conn.execute(_UNANSWERED)]


def accept(db: Database, ids: Sequence[int], now_ms: int) -> None:
    """The worker has taken them up; their answers come in a ledger."""
    with db.write() as conn:
        for ident in ids:
            conn.execute(text("UPDATE request SET accepted_ms = COALESCE(accepted_ms, :now) WHERE id = :id"), {"now": now_ms, "id": ident})


def request(conn: Connection, ident: int) -> RequestRow | None:
    row = conn.execute(_ONE, {"id": ident}).one_or_none()
    return None if row is None else _row(row)


def wait(db: Database, ident: int, timeout_s: float, until: Literal["accepted", "answered"] = "answered") -> RequestRow:
    """The request as it is when it was accepted or answered, or when the time is over. Raises KeyError for an unknown id."""
    deadline = time.monotonic() + timeout_s
    while True:
        with db.read() as conn:
            found = request(conn, ident)
        if found is None:
            raise KeyError(ident)
        if found.answer is not None or (until == "accepted" and found.accepted_ms is not None) or time.monotonic() >= deadline:
            return found
        time.sleep(_POLL_S)


def _row(row: Any) -> RequestRow:
    ident, kind, body, by, at_ms, accepted_ms, answer = row
    return RequestRow(ident, kind, load_json(body), by, at_ms, accepted_ms, None if answer is None else load(Answer, answer))
