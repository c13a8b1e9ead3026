"""What this process remembers: made once, by whoever needs it first, and kept for the newest few questions."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from functools import update_wrapper
from threading import Lock
from typing import Any, Final, Generic, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Kept(Generic[P, T]):
    """A function that answers the same question from memory, in a microsecond.

    `st.cache_resource` takes 30 to 200 of them to find out what the arguments are made of; these are hashable, and frozen.
    While one thread makes an answer the others wait for it: an update that twenty open pages see is worked out once.
    """

    def __init__(self, make: Callable[P, T], newest: int) -> None:
        self._make, self._newest, self._lock = make, newest, Lock()
        self._answers: OrderedDict[Hashable, Future[T]] = OrderedDict()
        update_wrapper(self, make)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        question = (args, tuple(sorted(kwargs.items())))
        with self._lock:
            answer, mine = self._answers.get(question), False
            if answer is None:
                answer, mine = self._answers.setdefault(question, Future()), True
            self._answers.move_to_end(question)
        return self._made(question, answer, *args, **kwargs) if mine else answer.result()

    def clear(self) -> None:
        """As Streamlit's own caches: every answer is made anew."""
        with self._lock:
            self._answers.clear()

    def _made(self, question: Hashable, answer: Future[T], *args: Any, **kwargs: Any) -> T:
        """A failure is told to those who wait, and not remembered."""
        try:
            made = self._make(*args, **kwargs)
        except BaseException as error:
            with self._lock:
                self._answers.pop(question, None)
            answer.set_exception(error)
            raise
        answer.set_result(made)
        with self._lock:
            while len(self._answers) > self._newest:
                self._answers.popitem(last=False)
        return made


_EVERY: Final[list[Kept[Any, Any]]] = []


def forget() -> None:
    """All that is kept: for whoever serves another database in the same process."""
    for one in _EVERY:
        one.clear()


def kept(newest: int = 1) -> Callable[[Callable[P, T]], Kept[P, T]]:
    """Keep the answers to the `newest` questions; one that takes no argument is made once for the process's life."""

    def keeping(make: Callable[P, T]) -> Kept[P, T]:
        _EVERY.append(one := Kept(make, newest))
        return one

    return keeping
