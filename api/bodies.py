"""How much a request may carry, and how long it may take: both hold whatever its Content-Length says, or does not say."""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope

LIMIT: Final = 1024 * 1024
WITHIN_S: Final = 10.0  # the whole body; whoever never ends one would hold up a stop for ever


class Unreadable(HTTPException):
    """A body that is not read to its end; whichever application reads it answers with the status."""


class TooLarge(Unreadable):
    """Larger than anything here needs."""

    def __init__(self) -> None:
        super().__init__(413, f"The body is larger than {LIMIT // 1024} KiB.")


class TooSlow(Unreadable):
    """Begun, and not ended in time."""

    def __init__(self) -> None:
        super().__init__(408, "The body did not come in time.", {"Connection": "close"})


def is_too_large(scope: Scope) -> bool:
    """By its own word: refused before a byte is read."""
    told = dict(scope["headers"]).get(b"content-length", b"0")
    return not told.isdigit() or int(told) > LIMIT


def limited(receive: Receive, within_s: float) -> Receive:
    """`receive` that raises TooLarge as soon as it is too much (a body sent in chunks tells no length), TooSlow when it takes too long."""
    seen, whole, until = 0, False, 0.0

    async def counted() -> Message:
        nonlocal seen, whole, until
        if whole:  # what comes now is the end of the connection, however late
            return await receive()
        until = until or asyncio.get_running_loop().time() + within_s
        try:
            async with asyncio.timeout_at(until):
                message = await receive()
        except TimeoutError:
            raise TooSlow from None
        seen += len(message.get("body", b""))
        whole = not message.get("more_body", False)
        if seen > LIMIT:
            raise TooLarge
        return message

    return counted
