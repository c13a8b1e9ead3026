"""From an alert row that is no incident's to its notice; the row's `body` holds the figures, named as here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from alerts.message import Notice
from alerts.words import clock, lasting
from core.delivery import DueAlert
from core.ledger import AlertKind

Body = Mapping[str, Any]


def notice_of(alert: DueAlert, now_ms: int, zone: str, base_url: str | None) -> Notice:
    """Words for a budget, fast burn, blind or test alert; `path` in the body becomes a link under the pages' address.

    `several` in a body has one such body for each integration.
    """
    words = _SEVERAL if "several" in alert.body else _WORDS
    notice = words[alert.kind](alert.body, now_ms, zone)
    path = alert.body.get("path")
    return replace(notice, link=f"{base_url.rstrip('/')}{path}") if base_url and path else notice


def _budget(body: Body, now_ms: int, zone: str) -> Notice:
    """`name`, `threshold` (50, 80, 100), `period`, `spent_ms`, `total_ms`, `exhausts_ms` (or None), `path`."""
    name, threshold = body.get("name", ""), body.get("threshold", 100)
    spent = "is spent" if threshold >= 100 else f"is {threshold} % spent"
    fields = {"Spent": f"{lasting(body.get('spent_ms', 0))} of {lasting(body.get('total_ms', 0))}"}
    if body.get("exhausts_ms") is not None and threshold < 100:
        fields["Used up, as it goes"] = clock(body["exhausts_ms"], now_ms, zone)
    sentence = f"The error budget of {name} for {body.get('period', 'this month')} {spent}."
    return Notice(f"{name}: budget {threshold} % spent", sentence, fields)


def _fast_burn(body: Body, now_ms: int, zone: str) -> Notice:
    """`name`, `burn`, `long` and `short` (the two windows in words), `failures`, `path`."""
    name, burn = body.get("name", ""), float(body.get("burn", 0))
    sentence = f"{name} spends its error budget {burn:.1f} times as fast as it can afford."
    windows = f"{body.get('long', '1 h')} and {body.get('short', '5 min')}"
    fields = {"Seen over": windows, "Failed probes": str(body.get("failures", 0))}
    return Notice(f"{name}: budget burns {burn:.1f}x", sentence, fields)


def _budgets(body: Body, now_ms: int, zone: str) -> Notice:
    """`several` bodies as `_budget` takes them, of one threshold and period."""
    several = body["several"]
    threshold = several[0].get("threshold", 100)
    spent = "spent" if threshold >= 100 else f"{threshold} % spent"
    each = ", ".join(f"{one.get('name', '')} ({lasting(one.get('spent_ms', 0))} of {lasting(one.get('total_ms', 0))})" for one in several)
    period = several[0].get("period", "this month")
    sentence = f"The error budgets of {len(several)} integrations for {period} are {spent}: {each}."
    return Notice(f"{len(several)} budgets {threshold} % spent", sentence)


def _fast_burns(body: Body, now_ms: int, zone: str) -> Notice:
    """`several` bodies as `_fast_burn` takes them; the worst stands first."""
    several = sorted(body["several"], key=lambda one: -float(one.get("burn", 0)))
    each = ", ".join(f"{one.get('name', '')} {float(one.get('burn', 0)):.1f}x" for one in several)
    sentence = f"{len(several)} integrations spend their error budgets faster than they can afford: {each}."
    return Notice(f"{len(several)} budgets burn fast", sentence)


def _blind(body: Body, now_ms: int, zone: str) -> Notice:
    """`started_ms`, `ended_ms`, `detail`, `path`."""
    start, end = int(body.get("started_ms", now_ms)), int(body.get("ended_ms", now_ms))
    sentence = (
        f"The monitor was blind from {clock(start, now_ms, zone)} to {clock(end, now_ms, zone)}: its own network did not answer. "
        f"Those {lasting(end - start)} are unknown."
    )
    fields = {"What was seen": str(body["detail"])} if body.get("detail") else {}
    return Notice(f"Blind for {lasting(end - start)}", sentence, fields)


def _test(body: Body, now_ms: int, zone: str) -> Notice:
    """`by`, a typed name."""
    by = f" by {body['by']}" if body.get("by") else ""
    return Notice("Test alert", f"This is a test, asked for{by}. Nothing is wrong.", {})


def _other(body: Body, now_ms: int, zone: str) -> Notice:
    """`title`, `sentence`, `link`: an alert that says its own words."""
    return Notice(str(body.get("title", "Integration Health")), str(body.get("sentence", "")), {})


_WORDS: Final[dict[AlertKind, Callable[[Body, int, str], Notice]]] = {
    **dict.fromkeys(AlertKind, _other),
    AlertKind.BUDGET: _budget,
    AlertKind.FAST_BURN: _fast_burn,
    AlertKind.BLIND: _blind,
    AlertKind.TEST: _test,
}
_SEVERAL: Final[dict[AlertKind, Callable[[Body, int, str], Notice]]] = {
    **_WORDS,
    AlertKind.BUDGET: _budgets,
    AlertKind.FAST_BURN: _fast_burns,
}
