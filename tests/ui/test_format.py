"""Numbers as people read them."""

from __future__ import annotations

from fractions import Fraction

import pytest

from ui import format as fmt

GAP = "\u00a0"


def plain(text: str) -> str:
    return text.replace(GAP, " ")


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (Fraction(99_999_999, 100_000_000), "99.999 %"),
        (Fraction(1), "100 %"),
        (Fraction(0), "0 %"),
        (None, "–"),
        (Fraction(99_861, 100_000), "99.861 %"),
    ],
)
def test_a_percentage_is_floored_and_never_reads_better_than_it_is(share: Fraction | None, said: str) -> None:
    assert plain(fmt.percent(share)) == said


@pytest.mark.parametrize(
    ("ms", "said"),
    [
        (4_000, "4 s"),
        (29 * 60_000, "29 min"),
        (3 * 3_600_000 + 5 * 60_000, "3 h 5 min"),
        (26 * 3_600_000, "1 d 2 h"),
        (19 * 86_400_000 + 7_200_000, "19 d"),
        (-5, "0 s"),
    ],
)
def test_a_duration_has_two_units_at_most(ms: int, said: str) -> None:
    assert plain(fmt.lasting(ms)) == said


@pytest.mark.parametrize(
    ("us", "said"),
    [(None, "–"), (0, "–"), (800, "0.8 ms"), (310_400, "310 ms"), (1_910_000, "1 910 ms"), (12_340_000, "12.3 s")],
)
def test_a_latency_has_its_unit(us: int | None, said: str) -> None:
    assert plain(fmt.latency(us)) == said


@pytest.mark.parametrize(("ms", "said"), [(60_000, "60 s"), (900_000, "15 min"), (3_600_000, "1 h"), (115_000, "115 s")])
def test_an_interval_is_said_as_it_was_written(ms: int, said: str) -> None:
    assert plain(fmt.interval(ms)) == said


@pytest.mark.parametrize(("ms", "said"), [(40_000, "40 s"), (47 * 60_000, "47 min"), (234_000, "3.9 min"), (0, "0 min")])
def test_minutes_of_downtime_keep_a_decimal_while_they_are_few(ms: int, said: str) -> None:
    assert plain(fmt.minutes(ms)) == said


def test_a_series_reads_as_a_sentence() -> None:
    assert [fmt.series(words) for words in ([], ["A"], ["A", "B"], ["A", "B", "C"])] == ["", "A", "A and B", "A, B and C"]
