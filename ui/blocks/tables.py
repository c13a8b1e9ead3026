"""A table with its caption and scopes: the frame every list stands in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Head = tuple[str, str]  # class and word of a column


def table(kind: str, caption: str, heads: Sequence[Head], rows: Iterable[str], columns: Sequence[str] = ()) -> str:
    """`rows` are ready `<tr>`s; `columns` are the classes of the columns where their widths are set."""
    widths = "".join(f'<col class="{name}">' for name in columns)
    head = "".join(f'<th scope="col" class="{name}">{word}</th>' for name, word in heads)
    frame = f'<caption class="vh">{caption}</caption><colgroup>{widths}</colgroup><thead><tr>{head}</tr></thead>'
    return f'<table class="{kind}">{frame}<tbody>{"".join(rows)}</tbody></table>'
