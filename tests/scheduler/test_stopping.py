"""The word to stop reaches a thread that sleeps and an event loop that waits, whoever says it and whenever."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from scheduler.stopping import Stopping

LONG_S = 20.0


@pytest.fixture
def stopping() -> Iterator[Stopping]:
    """Said by SIGUSR1 in this process."""
    made = Stopping()
    before = signal.signal(signal.SIGUSR1, lambda *_: made.set())
    yield made
    signal.signal(signal.SIGUSR1, before)


def soon(number: signal.Signals) -> None:
    threading.Timer(0.05, lambda: signal.pthread_kill(threading.main_thread().ident or 0, number)).start()


def test_a_signal_ends_a_sleep(stopping: Stopping) -> None:
    begun = time.monotonic()
    soon(signal.SIGUSR1)
    stopping.wait(LONG_S)
    assert stopping.is_set()
    assert time.monotonic() - begun < LONG_S


def test_a_signal_reaches_an_event_loop_in_which_nothing_happens(stopping: Stopping) -> None:
    async def lead() -> None:
        loop, told = asyncio.get_running_loop(), asyncio.Event()
        stopping.tell(lambda: loop.call_soon_threadsafe(told.set))
        soon(signal.SIGUSR1)
        async with asyncio.timeout(LONG_S):
            await told.wait()

    asyncio.run(lead())


def test_who_asks_to_be_told_after_the_word_is_told_at_once() -> None:
    stopping, told = Stopping(), threading.Event()
    stopping.set()
    stopping.tell(told.set)
    assert told.is_set()


def test_nobody_sleeps_after_the_word_however_often() -> None:
    stopping = Stopping()
    stopping.set()
    begun = time.monotonic()
    stopping.wait(LONG_S)
    stopping.wait(LONG_S)
    assert time.monotonic() - begun < LONG_S
