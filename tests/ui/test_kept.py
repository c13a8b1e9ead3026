"""What pages remember is made once, whoever asks, and a failure is not remembered."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from ui.kept import kept


def test_the_same_question_is_answered_from_memory() -> None:
    made: list[tuple[int, ...]] = []

    @kept(2)
    def answer(key: tuple[int, ...], *, zone: str = "UTC") -> str:
        made.append(key)
        return f"{key} {zone}"

    assert [answer((1,)), answer((1,)), answer((1,), zone="CET")] == ["(1,) UTC", "(1,) UTC", "(1,) CET"]
    assert made == [(1,), (1,)]


def test_only_the_newest_questions_are_kept_and_one_that_is_asked_again_is_new() -> None:
    made: list[int] = []
    answer = kept(2)(made.append)
    for question in (1, 2, 1, 3, 1, 2):
        answer(question)
    assert made == [1, 2, 3, 2]


def test_while_one_makes_an_answer_the_others_wait_for_it() -> None:
    made: list[str] = []
    begun, go = Event(), Event()

    @kept()
    def slow() -> str:
        made.append("once")
        begun.set()
        assert go.wait(10)
        return "done"

    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(slow)
        assert begun.wait(10)
        others = [pool.submit(slow) for _ in range(3)]
        go.set()
        assert [one.result(10) for one in (first, *others)] == ["done"] * 4
    assert made == ["once"]


def test_a_failure_reaches_who_asked_and_is_tried_again() -> None:
    tried: list[int] = []

    @kept()
    def fails_once() -> str:
        tried.append(1)
        if len(tried) == 1:
            raise OSError("not yet")
        return "there"

    with pytest.raises(OSError, match="not yet"):
        fails_once()
    assert fails_once() == "there"
