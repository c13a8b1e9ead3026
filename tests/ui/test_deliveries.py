"""The deliveries page knows every channel that is declared, used or gone."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

from core.delivery import ChannelHealth
from core.ledger import AlertKind
from storage.rows import DeliveryRow
from ui.blocks import deliveries
from ui.reader import Reader
from ui.said import Said

NOW_MS = 1_795_527_128_000  # 2026-11-24 13:32:08 UTC
DAY_MS = 86_400_000
READER = Reader(NOW_MS, "UTC")
SENT = DeliveryRow(1, 214, "ops", AlertKind.OPENED, NOW_MS - 310, NOW_MS, True, "ok", 1, (1,))


def rows(view: Said) -> dict[str, str]:
    """Channel -> the text of its row."""
    found = {}
    for row in re.findall(r"<tr>(<td>.*?)</tr>", deliveries.channels(view, READER)):
        name = re.findall(r"<b>(.*?)</b>", row)[0]
        found[unescape(name)] = " ".join(unescape(re.sub(r"<[^>]+>", " ", row)).split())
    return found


def said(*health: ChannelHealth, **changed: object) -> Said:
    values: dict[str, object] = {"waiting": {}, "due": (), "dead": (), "attempts": (), "older": None, **changed}
    return Said(health, **values)  # type: ignore[arg-type]


def test_every_declared_channel_stands_there_with_its_kind_before_it_was_used() -> None:
    shown = rows(said(declared={"ops": "slack", "<mail>": "smtp"}, attempts=(SENT,)))
    assert list(shown) == ["<mail>", "ops"]
    assert shown["<mail>"] == "Not used yet <mail> E-mail 0 –"
    assert shown["ops"].startswith("Takes messages ops Slack, bot token 0 13:32")


def test_a_channel_that_is_declared_no_more_is_not_said_to_take_messages() -> None:
    assert rows(said(declared={"mail": "smtp"}, attempts=(SENT,)))["ops"].startswith("Declared no more")


def test_an_open_circuit_says_since_when_and_when_it_is_tried_again() -> None:
    broken = ChannelHealth("ops", opened_ms=NOW_MS - 60_000, next_test_ms=NOW_MS + 60_000, last_error="channel_not_found")
    shown = rows(said(broken, declared={"ops": "slack"}, waiting={"ops": 3}))
    assert shown["ops"] == "Circuit open since 13:31, tried again at 13:33 ops Slack, bot token 3 – channel_not_found"


def test_without_any_channel_the_page_says_what_to_do() -> None:
    assert "Declare one in integrations.yaml" in deliveries.channels(said(), READER)


def test_an_older_page_of_attempts_does_not_make_the_newest_one_old() -> None:
    old = replace(SENT, id=0, at_ms=NOW_MS - 57 * DAY_MS)
    view = said(declared={"ops": "slack"}, attempts=(old,), newest={"ops": (SENT,)})
    assert "The newest attempt was just now, to " in deliveries.answer(view, READER)
    assert rows(view)["ops"].startswith("Takes messages ops Slack, bot token 0 13:32")


def test_a_message_without_an_incident_names_the_integration_it_speaks_of() -> None:
    burn = replace(SENT, incident=None, kind=AlertKind.FAST_BURN)
    shown = deliveries.attempts(said(attempts=(burn,), subjects={1: "<PayPal>"}), READER, None, None)
    assert "&lt;PayPal&gt;" in shown


def test_where_nobody_would_be_told_nothing_is_well() -> None:
    assert "Nobody would be told: no channel is declared." in deliveries.answer(said(), READER)
    assert "No message had to be sent yet." in deliveries.answer(said(declared={"ops": "slack"}), READER)
    assert "Every message was delivered." in deliveries.answer(said(declared={"ops": "slack"}, attempts=(SENT,)), READER)
