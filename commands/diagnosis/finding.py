"""One line of a diagnosis: a grade, a sentence, what to do; and work that ends in time, whatever it waits for."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Grade(StrEnum):
    """Only `wrong` makes the command fail."""

    FINE = "fine"
    WATCH = "watch"  # it works, and somebody should know
    WRONG = "wrong"
    UNKNOWN = "unknown"  # it could not be looked at


ICONS: Final = {Grade.FINE: "✓", Grade.WATCH: "!", Grade.WRONG: "✗", Grade.UNKNOWN: "?"}


@dataclass(frozen=True, slots=True)
class Finding:
    """`todo` is empty where there is nothing to do."""

    area: str
    grade: Grade
    says: str
    todo: str = ""


def fine(area: str, says: str) -> Finding:
    return Finding(area, Grade.FINE, says)


def watch(area: str, says: str, todo: str = "") -> Finding:
    return Finding(area, Grade.WATCH, says, todo)


def wrong(area: str, says: str, todo: str) -> Finding:
    return Finding(area, Grade.WRONG, says, todo)


async def in_time(area: str, seconds: float, look: Callable[[], Iterable[Finding]]) -> list[Finding]:
    """Findings of work that blocks. What does not come back is left behind in its thread, which holds nobody up at the end."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[Finding]] = loop.create_future()

    def run() -> None:
        try:
            found = list(look())
        except Exception as error:  # a bug of ours is a line, too: the other lines still help
            found = [_unknown(area, f"This could not be looked at: {type(error).__name__}.")]
        loop.call_soon_threadsafe(lambda: None if answer.done() else answer.set_result(found))

    threading.Thread(target=run, name=f"doctor {area}", daemon=True).start()
    try:
        async with asyncio.timeout(seconds):
            return await answer
    except TimeoutError:
        return [_unknown(area, f"No answer within {seconds:.0f} s.")]


def _unknown(area: str, says: str) -> Finding:
    return Finding(area, Grade.UNKNOWN, says)
