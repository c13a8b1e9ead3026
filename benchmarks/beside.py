"""How late a process wakes that does nothing but sleep: what the machine itself adds to a delay, measured meanwhile."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_SLEEPER = """
import sys, threading, time
late, over = [], threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
while not over.is_set():
    began = time.monotonic()
    time.sleep(0.01)
    late.append((time.monotonic() - began - 0.01) * 1000)
print(sorted(late)[int(len(late) * 0.99)])
"""


@contextmanager
def sleeper() -> Iterator[Callable[[], str]]:
    """Gives what ends it: a sentence for the figure."""
    with subprocess.Popen([sys.executable, "-c", _SLEEPER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:

        def said() -> str:
            out, _ = running.communicate()
            return f"a process that only sleeps wakes {float(out):.1f} ms late (p99)"

        yield said
