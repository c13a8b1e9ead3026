"""Ninety days in one element: runs of equal days are stops of a gradient, a mask in the sheet cuts the gaps."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from ui import format as fmt
from ui.html import text

_BASE: Final = {"u": "var(--up-rest)", "s": "var(--up-rest)", "o": "var(--up-rest)", "d": "var(--down)", "m": "var(--maint)", "-": "#0000"}
_DASHES: Final = "repeating-linear-gradient(0deg,#0000 0 2px,var(--page) 2px 4px)"
_CELL: Final = {"u": "var(--up-rest)", "s": "var(--degraded)", "o": "var(--down)", "d": "var(--down)", "-": "var(--none)"}


def _runs(letters: str) -> Iterator[tuple[str, int, int]]:
    """Each run of equal letters with where it begins and ends."""
    start = 0
    for letter, group in groupby(letters):
        end = start + len(list(group))
        yield letter, start, end
        start = end


def _layer(letters: str, colours: dict[str, str], place: str) -> str:
    """One gradient over all days; days without a colour in it are clear."""
    stops: list[str] = []
    for colour, start, end in _runs_of_colour(letters, colours):
        stops.append(f"{colour} calc(var(--d)*{start}) calc(var(--d)*{end})")
    return f"linear-gradient(90deg,{','.join(stops)}) {place}"


def _runs_of_colour(letters: str, colours: dict[str, str]) -> Iterator[tuple[str, int, int]]:
    start = 0
    for colour, group in groupby(letters, key=lambda letter: colours.get(letter, "#0000")):
        end = start + len(list(group))
        yield colour, start, end
        start = end


def _background(letters: str) -> str:
    days = len(letters)
    wide = f"calc(var(--d)*{days})"
    layers = [
        f"{_DASHES} right calc(var(--d)*{days - end}) top/calc(var(--d)*{end - start}) 100% no-repeat"
        for letter, start, end in _runs(letters)
        if letter == "m"
    ]
    if "s" in letters:
        layers.append(_layer(letters, {"s": "var(--degraded)"}, f"right bottom/{wide} 58% no-repeat"))
    if "o" in letters:
        layers.append(_layer(letters, {"o": "var(--down)"}, f"right top/{wide} 42% no-repeat"))
    if "-" in letters:
        layers.append(_layer(letters, {"-": "var(--none)"}, f"right bottom/{wide} 3px no-repeat"))
    return ",".join([*layers, _layer(letters, _BASE, f"right bottom/{wide} 100% no-repeat")])


def _rails(corrected: frozenset[int], days: int) -> list[str]:
    """Ink above and below a day that was corrected: the form that the large days have."""
    letters = "".join("c" if day in corrected else "." for day in range(days))
    return [_layer(letters, {"c": "var(--ink)"}, f"right {edge}/calc(var(--d)*{days}) 2px no-repeat") for edge in ("top", "bottom")]


def sentence(letters: str, corrected: frozenset[int] = frozenset()) -> str:
    """What the bars say, for those who do not see them: the newest day of each kind of trouble."""
    said = [
        f"{what} on {fmt.plural(letters.count(letter), 'day')}, last {_ago(len(letters) - 1 - letters.rindex(letter))}"
        for letter, what in (("d", "down"), ("o", "down by our own fault"), ("s", "slow"))
        if letter in letters
    ]
    unseen = letters.count("-")
    said = said or ["no failures" if unseen < len(letters) else "nothing seen yet"]
    unseen_too = [f"no data on {fmt.plural(unseen, 'day')}"] if 0 < unseen < len(letters) else []
    by_hand = (
        [f"corrected by hand on {fmt.plural(len(corrected), 'day')}, last {_ago(len(letters) - 1 - max(corrected))}"] if corrected else []
    )
    return f"{fmt.plural(len(letters), 'day')}: {'; '.join([*said, *unseen_too, *by_hand])}"


def _ago(days: int) -> str:
    return "today" if days == 0 else "yesterday" if days == 1 else f"{days}{fmt.GAP}d ago"


def small(letters: str, corrected: frozenset[int] = frozenset()) -> str:
    """The 90 days of a row; `corrected` are the places of those that a person said something of."""
    said = text(sentence(letters, corrected))
    drawn = ",".join([*(_rails(corrected, len(letters)) if corrected else ()), _background(letters)])
    return f'<i class="d90" style="background:{drawn}" role="img" aria-label="{said}" title="{said}"></i>'


def cells(letters: str, label: str) -> str:
    """One cell per integration of a folded category; `m` is maintenance."""
    layers = []
    for letter, start, end in _runs(letters):
        at, wide = start * 12, (end - start) * 12
        if letter == "m":
            layers.append(f"repeating-linear-gradient(0deg,var(--maint) 0 2px,#0000 2px 4px) {at}px bottom/{wide}px 100% no-repeat")
        elif letter == "-":
            layers.append(f"linear-gradient({_CELL['-']},{_CELL['-']}) {at}px bottom/{wide}px 4px no-repeat")
        else:
            layers.append(f"linear-gradient({_CELL[letter]},{_CELL[letter]}) {at}px 0/{wide}px 100% no-repeat")
    width = 12 * len(letters)
    return f'<i class="cells" style="background:{",".join(layers)};width:{width}px" role="img" aria-label="{text(label)}"></i>'
