"""One OS lock round every write: it waits, gives up in time, and is freed by the kernel."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.faults import DatabaseBusy
from storage.locks import FileLock, WriteLock

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "write.lock"


@pytest.fixture
def holder(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the lock."""
    command = [sys.executable, "-m", "tests.storage.children", "hold", str(path)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_a_writer_gives_up_when_another_process_keeps_the_lock(path: Path, holder: subprocess.Popen[str]) -> None:
    with pytest.raises(DatabaseBusy, match="another process"), WriteLock(path).hold(0.2):
        pass


def test_the_kernel_frees_the_lock_of_a_killed_process(path: Path, holder: subprocess.Popen[str]) -> None:
    assert FileLock(path).try_acquire() is False
    threading.Timer(0.2, holder.kill).start()
    with WriteLock(path).hold(10):
        assert holder.wait(10) == -signal.SIGKILL
        assert FileLock(path).try_acquire() is False


def test_a_lock_that_comes_after_the_wait_was_given_up_is_given_back(path: Path, holder: subprocess.Popen[str]) -> None:
    lock = WriteLock(path)
    with pytest.raises(DatabaseBusy), lock.hold(0.1):
        pass
    holder.kill()
    with lock.hold(10):
        assert FileLock(path).try_acquire() is False
    assert FileLock(path).try_acquire() is True


def test_a_lock_that_is_held_for_long_costs_one_thread_however_often_it_is_tried(path: Path, holder: subprocess.Popen[str]) -> None:
    lock = WriteLock(path)
    for _ in range(5):
        with pytest.raises(DatabaseBusy), lock.hold(0.05):
            pass
    assert sum(thread.name == "write-lock" for thread in threading.enumerate()) == 1
    threading.Timer(0.2, holder.kill).start()
    for _ in range(3):
        with lock.hold(10):
            assert FileLock(path).try_acquire() is False
    assert FileLock(path).try_acquire() is True


def test_two_threads_of_one_process_take_turns(path: Path) -> None:
    lock = WriteLock(path)
    with lock.hold(1):
        failed = threading.Event()

        def second() -> None:
            with pytest.raises(DatabaseBusy, match="this process"), lock.hold(0.1):
                pass
            failed.set()

        threading.Thread(target=second).start()
        assert failed.wait(10)
    with lock.hold(1):
        pass


def test_who_waits_has_the_lock_before_the_one_who_ends_has_it_again(path: Path) -> None:
    mine, other = WriteLock(path), WriteLock(path)  # two databases of one process on one file
    order: list[str] = []

    def second() -> None:
        with other.hold(10):
            order.append("who waits")

    waiting = threading.Thread(target=second)
    with mine.hold(1):
        waiting.start()
        while not other._turn._waiting:
            waiting.join(0.001)
    with mine.hold(10):
        order.append("again")
    waiting.join(10)
    assert order == ["who waits", "again"]


def test_an_error_inside_gives_the_lock_back(path: Path) -> None:
    lock = WriteLock(path)
    with pytest.raises(ZeroDivisionError), lock.hold(1):
        raise ZeroDivisionError
    with lock.hold(1):
        pass


def test_many_share_the_schema_and_one_has_it_alone(path: Path) -> None:
    readers = [FileLock(path), FileLock(path)]
    assert all(reader.try_acquire(shared=True) for reader in readers)
    assert FileLock(path).try_acquire() is False
    for reader in readers:
        reader.release()
    assert FileLock(path).try_acquire() is True


class Interrupted(Exception):
    pass


def test_a_thread_that_is_interrupted_while_it_waits_leaves_its_turn_to_others(path: Path) -> None:
    def interrupt(number: int, frame: object) -> None:
        raise Interrupted

    lock, held, let_go = WriteLock(path), threading.Event(), threading.Event()

    def hold() -> None:
        with lock.hold(10):
            held.set()
            let_go.wait(20)

    before = signal.signal(signal.SIGUSR1, interrupt)
    holding = threading.Thread(target=hold)
    holding.start()
    try:
        assert held.wait(10)
        threading.Timer(0.2, signal.pthread_kill, (threading.main_thread().ident, signal.SIGUSR1)).start()
        with pytest.raises(Interrupted), lock.hold(20):
            pass
    finally:
        let_go.set()
        holding.join(10)
        signal.signal(signal.SIGUSR1, before)
    with lock.hold(1):
        assert FileLock(path).try_acquire() is False
