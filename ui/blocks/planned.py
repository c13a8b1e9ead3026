"""Silences and maintenance windows as lines: what, over whom, until when; who set them and why."""

from __future__ import annotations

from collections.abc import Iterable

from ui.html import heading, text
from ui.reader import Reader
from ui.views.planned import Window


def head() -> str:
    return heading("Silences and maintenance", "under way or to come", "gap")


def none() -> str:
    return '<p class="note">None is planned.</p>'


def more(count: int) -> str:
    """Those that are not shown with a button of their own."""
    return f'<p class="note">{count} more are set; <code>/api/v1/windows</code> lists them all.</p>'


def lines(windows: Iterable[Window], reader: Reader) -> str:
    return f'<ul class="flows">{"".join(_line(window, reader) for window in windows)}</ul>'


def _line(view: Window, reader: Reader) -> str:
    when = "until" if view.begun else f"from {reader.time(view.start_ms)} to"
    reason = text(view.reason) or "no reason given"
    return (
        f"<li><p><b>{text(view.kind)}</b> of {text(view.what)}, {when} {reader.time(view.end_ms)}</p>"
        f'<p class="s">{reason}<span class="m">, {_origin(view)}</span></p></li>'
    )


def _origin(view: Window) -> str:
    if view.of_file:
        return "from <code>integrations.yaml</code>, ended there"
    return f"set by {text(view.by)}" if view.by else "set by somebody"
