"""How much a request may carry: the limit holds whatever its Content-Length says, or does not say."""

from __future__ import annotations

from typing import Final

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope

LIMIT: Final = 1024 * 1024


class TooLarge(HTTPException):
    """The body is larger than anything here needs; whichever application reads it answers 413."""

    def __init__(self) -> None:
        super().__init__(413, f"The body is larger than {LIMIT // 1024} KiB.")


def is_too_large(scope: Scope) -> bool:
    """By its own word: refused before a byte is read."""
    told = dict(scope["headers"]).get(b"content-length", b"0")
    return not told.isdigit() or int(told) > LIMIT


def limited(receive: Receive) -> Receive:
    """`receive` that raises TooLarge as soon as it is too much: a body sent in chunks tells no length."""
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > LIMIT:
            raise TooLarge
        return message

    return counted
