"""What was said of an incident stands in its timeline: sent, failed, given up, handed over."""

from __future__ import annotations

from core.ledger import AlertKind
from storage.rows import AlertLine, DeliveryRow
from ui.reader import Reader
from ui.readings.messages import moments

NOW_MS = 1_795_527_128_000  # 2026-11-24 13:32:08 UTC
READER = Reader(NOW_MS, "UTC")
KINDS = {"ops": "slack", "mail": "smtp"}


def attempt(number: int, channel: str = "ops", *, ok: bool = True, attempt: int = 1, kind: AlertKind = AlertKind.OPENED) -> DeliveryRow:
    at = NOW_MS + number * 1_000
    return DeliveryRow(number, 214, channel, kind, at - 310, at, ok, "ok" if ok else "channel_not_found", attempt, (number,))


def alert(number: int, channel: str = "ops", **changed: object) -> AlertLine:
    values: dict[str, object] = {"attempts": 1, "severity": 1, "delivered_ms": None, "dead_ms": None, "error": ""}
    values |= {"handed_to": None, "handed_from": None, **changed}
    return AlertLine(number, 214, channel, AlertKind.OPENED, NOW_MS, NOW_MS, **values)  # type: ignore[arg-type]


def said(deliveries: list[DeliveryRow], alerts: list[AlertLine]) -> list[tuple[str, str, str]]:
    found = sorted(moments(deliveries, alerts, KINDS, READER), key=lambda moment: moment.at_ms)
    return [(moment.said, moment.detail.replace("\u00a0", " "), moment.kind) for moment in found]


def test_a_message_that_was_sent_says_where_at_which_try_and_how_long_it_took() -> None:
    assert said([attempt(1)], []) == [("Slack message sent", "ops, first try, 310 ms", "")]


def test_an_edit_that_went_through_is_not_told_and_one_that_failed_is() -> None:
    edits = [attempt(1, kind=AlertKind.UPDATED), attempt(2, kind=AlertKind.UPDATED, ok=False)]
    assert said(edits, []) == [("Slack message not sent", "ops, first try: channel_not_found", "warn")]


def test_tries_that_failed_one_after_the_other_are_one_moment_and_the_success_after_them_another() -> None:
    tries = [attempt(number, ok=number == 5, attempt=number) for number in range(1, 6)]
    assert said(tries, []) == [
        ("Slack message not sent", "ops, 4 tries until 13:32: channel_not_found", "warn"),
        ("Slack message sent", "ops, try 5, 310 ms", ""),
    ]


def test_what_died_together_is_one_dead_letter() -> None:
    dead = {"attempts": 31, "dead_ms": NOW_MS, "error": "channel_not_found", "handed_to": "mail"}
    assert said([], [alert(1, **dead), alert(2, **dead)]) == [
        ("Slack message given up", "ops, 31 tries, handed to mail: channel_not_found", "down")
    ]


def test_a_hand_over_is_told_while_it_waits_and_by_its_delivery_after() -> None:
    copy = alert(1, "mail", handed_from="ops", attempts=0)
    assert said([], [copy]) == [("Handed over to mail", "ops does not take messages", "warn")]
    there = alert(1, "mail", handed_from="ops", attempts=0, delivered_ms=NOW_MS)
    assert said([attempt(1, "mail")], [there]) == [("E-mail sent", "mail, in place of ops, first try, 310 ms", "")]


def test_a_channel_that_is_declared_no_more_had_a_message() -> None:
    assert said([attempt(1, "old")], [])[0][0] == "Message sent"
