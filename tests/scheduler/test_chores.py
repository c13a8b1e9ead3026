"""Chores beside the probing: in threads, never twice at once, and none of them ends the others."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest

from scheduler.chores import Chores
from storage.faults import DatabaseBusy, Fenced

SOON_S = 0.05


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def happens(event: threading.Event) -> None:
    assert await asyncio.to_thread(event.wait, 10)


def counting(raising: Callable[[], Exception] | None = None) -> tuple[Callable[[], None], threading.Event]:
    """A chore that raises, and what is set when it ran three times."""
    done, runs = threading.Event(), []

    def work() -> None:
        runs.append(1)
        if len(runs) >= 3:
            done.set()
        if raising is not None:
            raise raising()

    return work, done


@pytest.mark.anyio
async def test_a_chore_runs_in_a_thread_of_its_own() -> None:
    seen: list[int] = []
    done = threading.Event()

    def work() -> None:
        seen.append(threading.get_ident())
        done.set()

    chores = Chores(lambda: None)
    chores.every(SOON_S, "work", work)
    chores.start()
    await happens(done)
    await chores.stop()
    assert threading.get_ident() not in seen


@pytest.mark.anyio
@pytest.mark.parametrize("fault", [lambda: RuntimeError("a bug"), lambda: DatabaseBusy("held")], ids=["bug", "busy"])
async def test_a_chore_that_fails_runs_again_and_others_go_on(fault: Callable[[], Exception]) -> None:
    failing, failed_thrice = counting(fault)
    other, done = counting()
    chores = Chores(lambda: None)
    chores.every(SOON_S, "failing", failing)
    chores.every(SOON_S, "other", other)
    chores.start()
    await happens(failed_thrice)
    await happens(done)
    await chores.stop()


@pytest.mark.anyio
async def test_a_slow_chore_does_not_run_twice_at_once_and_is_waited_for() -> None:
    begun, go_on = threading.Event(), threading.Event()
    at_once: list[int] = []
    running = threading.Semaphore(1)

    def slow() -> None:
        at_once.append(not running.acquire(blocking=False))
        begun.set()
        go_on.wait(10)
        running.release()

    other, done = counting()
    chores = Chores(lambda: None)
    chores.every(SOON_S, "slow", slow)
    chores.every(SOON_S, "other", other)
    chores.start()
    await happens(begun)
    await happens(done)
    stopping = asyncio.create_task(chores.stop())
    await asyncio.sleep(0)
    assert not stopping.done()
    go_on.set()
    await stopping
    assert at_once == [False]


@pytest.mark.anyio
async def test_a_chore_of_a_worker_that_no_longer_leads_ends_the_worker() -> None:
    told = threading.Event()

    def work() -> None:
        raise Fenced("another leads")

    chores = Chores(told.set)
    chores.every(SOON_S, "work", work)
    chores.start()
    await happens(told)
    await chores.stop()
