"""What was said of an incident and to whom, as moments of its timeline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Final

from core.ledger import AlertKind
from storage.rows import AlertLine, DeliveryRow
from ui import format as fmt
from ui.reader import Reader
from ui.views.incident import Moment

NAMES: Final = {"slack": "Slack message", "slack_webhook": "Slack message", "smtp": "E-mail", "webhook": "Webhook call"}
_DONE: Final = {AlertKind.OPENED: "sent", AlertKind.REMINDER: "sent, a reminder", AlertKind.RESOLVED: "sent, that it is over"}
_ORDINALS: Final = ("first", "second", "third")


def moments(deliveries: Iterable[DeliveryRow], alerts: Sequence[AlertLine], kinds: Mapping[str, str], reader: Reader) -> list[Moment]:
    """Sent messages, tries that failed (a run of them is one moment), dead letters and hand-overs. `kinds`: channel -> its kind.

    An edit that went through is left out: it tells what stands in the timeline anyway.
    """
    by_id = {alert.id: alert for alert in alerts}
    ordered = sorted(deliveries, key=lambda row: (row.channel, row.id))
    found = []
    for _, rows in groupby(ordered, key=lambda row: (row.channel, row.ok)):
        run = list(rows)
        if not run[0].ok:
            found.append(_failed(run, kinds, reader))
        found += [_sent(row, by_id, kinds) for row in run if row.ok and row.kind in _DONE]
    return [*found, *(_dead(alert, kinds) for alert in _buried(alerts)), *(_handed(alert) for alert in _waiting(alerts))]


def name(channel: str, kinds: Mapping[str, str]) -> str:
    """`Slack message`; of a channel that is declared no more, a message."""
    return NAMES.get(kinds.get(channel, ""), "Message")


def _sent(row: DeliveryRow, alerts: Mapping[int, AlertLine], kinds: Mapping[str, str]) -> Moment:
    handed = next((alert.handed_from for ident in row.alerts if (alert := alerts.get(ident)) and alert.handed_from), None)
    took = fmt.latency((row.at_ms - row.began_ms) * 1_000)
    detail = (row.channel, f"in place of {handed}" if handed else "", _try(row.attempt), took)
    return Moment(row.at_ms, f"{name(row.channel, kinds)} {_DONE[row.kind]}", ", ".join(filter(None, detail)), "")


def _try(attempt: int) -> str:
    return f"{_ORDINALS[attempt - 1]} try" if 1 <= attempt <= len(_ORDINALS) else f"try {attempt}"


def _failed(run: Sequence[DeliveryRow], kinds: Mapping[str, str], reader: Reader) -> Moment:
    first, last = run[0], run[-1]
    tries = _try(first.attempt) if len(run) == 1 else f"{fmt.plural(len(run), 'try', 'tries')} until {reader.plain(last.at_ms)}"
    return Moment(first.at_ms, f"{name(first.channel, kinds)} not sent", f"{first.channel}, {tries}: {last.detail}", "warn")


def _buried(alerts: Iterable[AlertLine]) -> list[AlertLine]:
    """One for each channel and instant: what died together is one dead letter."""
    return list({(alert.channel, alert.dead_ms): alert for alert in alerts if alert.dead_ms is not None}.values())


def _dead(alert: AlertLine, kinds: Mapping[str, str]) -> Moment:
    handed = f"handed to {alert.handed_to}" if alert.handed_to else ""
    detail = ", ".join(filter(None, (alert.channel, fmt.plural(alert.attempts, "try", "tries"), handed)))
    return Moment(alert.dead_ms or 0, f"{name(alert.channel, kinds)} given up", f"{detail}: {alert.error}".rstrip(": "), "down")


def _waiting(alerts: Iterable[AlertLine]) -> list[AlertLine]:
    """Copies on their way through another channel; those that were tried tell it by their tries."""
    waiting = [
        alert for alert in alerts if alert.handed_from and not alert.attempts and alert.delivered_ms is None and alert.dead_ms is None
    ]
    return list({(alert.handed_from, alert.channel): alert for alert in waiting}.values())


def _handed(alert: AlertLine) -> Moment:
    return Moment(alert.due_ms, f"Handed over to {alert.channel}", f"{alert.handed_from} does not take messages", "warn")
