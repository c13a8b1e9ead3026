"""A worker that dies or falls silent is replaced, and none outlives its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

from scheduler.supervisor import Supervisor

BEATING = """
import os, select, sys
fd = int(os.environ['BEAT_FD'])
while True:
    os.write(fd, b'.')
    if select.select([sys.stdin], [], [], 0.05)[0] and not os.read(0, 1):
        break
"""
SILENT = "import os, time; os.write(int(os.environ['BEAT_FD']), b'.'); time.sleep(60)"


def until(happens: Callable[[], bool], seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if happens():
            return True
        time.sleep(0.02)
    return False


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_killed_worker_is_started_again() -> None:
    keeper = Supervisor(command=(sys.executable, "-c", BEATING))
    keeper.start()
    assert until(lambda: keeper.child.pid is not None)
    first = keeper.child.pid
    assert first
    os.kill(first, signal.SIGKILL)
    assert until(lambda: keeper.child.pid not in (None, first))
    assert keeper.child.last_end == "signal SIGKILL"
    keeper.stop()
    assert keeper.child.pid
    assert until(lambda: not alive(keeper.child.pid or 0))


def test_a_worker_that_lived_long_is_followed_at_once() -> None:
    keeper = Supervisor(command=(sys.executable, "-c", BEATING), steady_s=0.0)
    keeper.start()
    for _ in range(2):
        assert until(lambda: keeper.child.pid is not None and alive(keeper.child.pid))
        last = keeper.child.pid
        assert last
        os.kill(last, signal.SIGKILL)
        assert until(lambda last=last: keeper.child.pid != last, 5)
    keeper.stop()


def test_a_silent_worker_is_killed_and_replaced() -> None:
    keeper = Supervisor(command=(sys.executable, "-c", SILENT), silence_s=0.6)
    keeper.start()
    assert until(lambda: keeper.child.restarts >= 1)
    assert keeper.child.last_end.startswith("no beat")
    keeper.stop()


def test_a_worker_ends_when_its_parent_is_killed(tmp_path) -> None:
    script = f"""
import sys, time
from scheduler.supervisor import Supervisor
keeper = Supervisor(command=(sys.executable, '-c', {BEATING!r}))
keeper.start()
while not keeper.child.pid: time.sleep(0.01)
print(keeper.child.pid, flush=True)
time.sleep(60)
"""
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert until(lambda: not alive(pid))
