"""Chores beside the probing: in threads, never twice at once, and none of them ends the others."""

from __future__ import annotations

import asyncio
import logging
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


async def beside_another(fault: Callable[[], Exception]) -> Chores:
    """Stopped again, when one that fails and one that does not ran three times each."""
    failing, failed_thrice = counting(fault)
    other, done = counting()
    chores = Chores(lambda: None)
    chores.every(SOON_S, "failing", failing)
    chores.every(SOON_S, "other", other)
    chores.start()
    await happens(failed_thrice)
    await happens(done)
    await chores.stop()
    return chores


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
@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (lambda: RuntimeError("a bug"), (logging.ERROR, "failing failed", True)),
        (lambda: DatabaseBusy("held"), (logging.WARNING, "failing has to wait: held", False)),
    ],
    ids=["bug", "busy"],
)
async def test_a_chore_that_fails_is_said_and_runs_again_and_others_go_on(
    fault: Callable[[], Exception], said: tuple[int, str, bool], caplog: pytest.LogCaptureFixture
) -> None:
    """A bug with all that shows where it is; that the database has to be waited for with one line."""
    await beside_another(fault)
    records = [one for one in caplog.records if one.name == "scheduler.chores"]
    assert {(one.levelno, one.getMessage(), one.exc_info is not None) for one in records} == {said}
    assert len(records) >= 3


@pytest.mark.anyio
async def test_a_chore_that_failed_was_not_done() -> None:
    chores = await beside_another(lambda: RuntimeError("a bug"))
    done_ms, never_ms, failed_ms = (chores.age_ms(name) for name in ("other", "never done", "failing"))
    assert done_ms < never_ms <= failed_ms


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
