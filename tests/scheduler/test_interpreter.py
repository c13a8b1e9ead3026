"""What is in use when a configuration was set up is left alone by the garbage collector; what goes with it is not kept for ever."""

from __future__ import annotations

import gc
import subprocess
import sys
import weakref

from scheduler import interpreter


class Circle:
    """Only a collection can free it."""

    def __init__(self) -> None:
        self.itself = self


def test_what_is_there_is_not_looked_at_again() -> None:
    kept = [Circle() for _ in range(100)]
    interpreter.settle()
    try:
        assert gc.get_freeze_count() > len(kept)
        assert not any(isinstance(one, Circle) for one in gc.get_objects())
    finally:
        gc.unfreeze()


def test_a_circle_that_was_left_behind_is_freed_when_it_settles_again() -> None:
    circle = Circle()
    seen = weakref.ref(circle)
    interpreter.settle()
    try:
        del circle
        gc.collect()
        assert seen() is not None  # frozen: nobody looks
        interpreter.settle()
        assert seen() is None
    finally:
        gc.unfreeze()


def test_threads_hand_over_within_a_millisecond() -> None:
    said = "import sys; from scheduler import interpreter; interpreter.share(); print(sys.getswitchinterval())"
    done = subprocess.run([sys.executable, "-c", said], stdout=subprocess.PIPE, text=True, check=True)
    assert float(done.stdout) <= 0.001001
