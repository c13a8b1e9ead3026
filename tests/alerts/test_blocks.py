"""What a message looks like in Slack: the design's parts, Slack's limits, and hostile words that stay words."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.blocks import slack_form
from alerts.message import IncidentView, Message, Notice
from alerts.plain import payload, plain_text
from alerts.slack_text import link, web_address
from alerts.words import BUDGET_LINE, BUDGET_OVER, burning, timeline
from core.health import PageReading, PageStatus, Status
from core.ledger import AlertKind, EventRow, IncidentKind
from core.verdict import Fact, Party, Speaks
from tests.alerts.samples import MINUTE, NOON, VERDICT, incident, message, resolved
from tests.alerts.slack_server import refusal

HOSTILE = [
    "<!channel> pay now",
    "<https://evil.example|stripe.com>",
    "@here & <@U123>",
    "\x1b[31m\u202eevil",
    "x" * 5000,
    "```\n*bold*",
    "<" * 3000,
]


def words_of(made: Message) -> str:
    text, blocks = slack_form(made)
    return text + json.dumps(blocks, ensure_ascii=False)


def test_a_blind_period_is_our_own_networks() -> None:
    lost = replace(VERDICT, rule=5, party=Party.UNKNOWN, headline="It does not answer.")
    made = message(incident(kind=IncidentKind.BLIND, name="Our own network does not answer", status=Status.UNKNOWN, verdict=lost))
    _, blocks = slack_form(made)
    assert blocks[0]["text"]["text"] == "⚪ Our own network does not answer"
    assert blocks[1]["text"]["text"].startswith("*Our own network. It does not answer.*")


def test_the_header_is_the_state_and_the_first_line_the_verdict() -> None:
    _, blocks = slack_form(message())
    assert blocks[0]["text"]["text"] == "🔴 PayPal is down"
    assert blocks[1]["text"]["text"] == (
        "*Theirs, likely. PayPal has not acknowledged it.*\nPOST /v2/checkout/orders answers 503, since 13:00 CET (12:00 UTC), for 2 min."
    )


def test_four_fields_say_whom_it_hits_what_to_do_why_and_what_it_costs() -> None:
    _, blocks = slack_form(message())
    assert [field["text"].split("\n")[0] for field in blocks[2]["fields"]] == ["*Hits*", "*Do*", "*Rests on*", "*Budget, November*"]


def test_the_vendors_own_words_come_with_their_link() -> None:
    assert "“Investigating elevated errors” · <https://status.example.com/i/1|their page>" in words_of(message())


def test_evidence_and_the_runbook_go_when_it_is_over() -> None:
    before, after = words_of(message()), words_of(message(resolved(incident()), AlertKind.RESOLVED))
    assert "SERVICE_UNAVAILABLE" in before
    assert "SERVICE_UNAVAILABLE" not in after
    assert "Runbook" not in after
    assert "From 13:00 CET (12:00 UTC) to 13:38 CET (12:38 UTC), 38 min." in after


def test_only_buttons_that_open_something_are_shown() -> None:
    _, blocks = slack_form(message())
    [actions] = [block for block in blocks if block["type"] == "actions"]
    assert all(button["url"].startswith("https://") and "value" not in button for button in actions["elements"])


def test_somebody_who_is_on_it_is_named() -> None:
    made = words_of(message(incident(acknowledged_ms=NOON, acknowledged_by="Ana"), AlertKind.UPDATED))
    assert "🟡 PayPal is down, someone is on it" in made
    assert "*On it*\\nAna" in made


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"status": Status.DEGRADED}, "PayPal is slow"),
        ({"kind": IncidentKind.SELF}, "PayPal cannot be checked"),
        ({"closed_as": "not seen to recover"}, "PayPal: closed, not seen to recover"),
        ({"verdict": None}, "Not judged yet."),
    ],
)
def test_other_states_have_their_words(changes: dict[str, Any], says: str) -> None:
    assert says in words_of(message(incident(**changes)))


def test_a_group_says_in_every_form_which_budgets_burn_fast_and_burnt() -> None:
    lines = [EventRow(9, NOON, BUDGET_LINE, "Error budgets burn fast", burning) for burning in ("PayPal 33x, Stripe 15x", "Adyen 7x")]
    group = incident(kind=IncidentKind.GROUP, name="The path to 6 vendors", members=("PayPal",), events=tuple(lines))
    said = "PayPal 33x, Stripe 15x, Adyen 7x"
    assert f"*Budgets burning fast*\\n{said}" in words_of(message(group))
    assert f"*Budgets that burnt fast*\\n{said}" in words_of(message(resolved(group)))
    assert f"Budgets burning fast: {said}" in plain_text(message(group))
    assert payload(message(group))["data"]["budgets_burning_fast"] == said


def of_budgets(*lines: tuple[str, str]) -> IncidentView:
    events = tuple(EventRow(9, NOON, kind, "Error budgets", detail) for kind, detail in lines)
    return incident(kind=IncidentKind.GROUP, name="The path to 6 vendors", members=("PayPal",), events=events)


def test_a_burn_that_is_over_leaves_the_line_of_an_open_group_and_stands_once_in_that_of_a_closed_one() -> None:
    group = of_budgets((BUDGET_LINE, "PayPal 33x, Shop, Inc. 15x, Adyen 7x"), (BUDGET_OVER, "Shop, Inc. 2x"))
    assert burning(group) == "PayPal 33x, Adyen 7x"
    assert "*Budgets burning fast*\\nPayPal 33x, Adyen 7x" in words_of(message(group))
    assert burning(resolved(group)) == "PayPal 33x, Shop, Inc. 15x, Adyen 7x"


def test_a_member_that_burns_again_stands_once_by_its_newest_rate() -> None:
    group = of_budgets((BUDGET_LINE, "PayPal 33x, Adyen 7x"), (BUDGET_OVER, "PayPal 2x"), (BUDGET_LINE, "PayPal 5x"))
    assert burning(group) == burning(resolved(group)) == "Adyen 7x, PayPal 5x"


def test_no_line_is_left_when_no_budget_burns_fast_any_more() -> None:
    group = of_budgets((BUDGET_LINE, "PayPal 33x"), (BUDGET_OVER, "PayPal 2x"))
    assert "burning fast" not in words_of(message(group)) + plain_text(message(group))
    assert payload(message(group))["data"]["budgets_burning_fast"] == ""


def test_what_a_line_of_the_timeline_leaves_out_is_marked() -> None:
    names = ", ".join(f"Vendor{number}" for number in range(40))
    (line,) = timeline(incident(events=(EventRow(1, NOON, "joined", "40 integrations now", names),)), message())
    assert line.endswith("…")
    assert len(line) < 260


def test_a_group_names_its_members() -> None:
    group = incident(
        kind=IncidentKind.GROUP,
        name="40 integrations are failing",
        what="40 integrations are failing",
        members=tuple(f"Vendor {n}" for n in range(40)),
    )
    made = words_of(message(group))
    assert "🔴 40 integrations are failing" in made
    assert "Vendor 29 and 10 more" in made


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_only_words(text: str) -> None:
    view = incident(
        name=text,
        provider_name=text,
        owner=text,
        runbook=text,
        flows=(text,) * 20,
        what=text,
        evidence=text * 3,
        acknowledged_by=text,
        verdict=replace(VERDICT, headline=text, facts=(Fact(Speaks.FOR, text, text),) * 9),
        page=PageReading(PageStatus.RED, text, "javascript:alert(1)"),
        events=tuple(EventRow(214, NOON, "note", text, by=text) for _ in range(200)),
        members=(text,) * 90,
    )
    for made in (
        message(view, late=True),
        message(replace(view, kind=IncidentKind.GROUP), late=True),
        message(replace(view, group=3, group_name=text)),
        message(Notice(text, text, {text[:80]: text}, "javascript:alert(1)")),
    ):
        subject, blocks = slack_form(made)
        assert refusal({"text": subject, "blocks": blocks}) is None
        markup = json.dumps([subject, *(block for block in blocks if block["type"] in ("section", "context"))], ensure_ascii=False)
        assert not any(sign in markup for sign in ("<!channel", "<@U", "<https://evil", "javascript:", "\\u001b", "\u202e"))


@given(st.text(max_size=400))
@settings(max_examples=60, deadline=None)
def test_any_text_at_all_makes_a_message_slack_takes(text: str) -> None:
    subject, blocks = slack_form(message(incident(name=text, what=text, evidence=text, flows=(text,)), late=True))
    assert refusal({"text": subject, "blocks": blocks}) is None


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "https://user:secret@example.com/",
        "//example.com",
        "https://",
        "",
        "https://a b",
        "http://[",
        "https://e.example/" + "&" * 900,
    ],
)
def test_an_address_that_is_none_is_not_linked(url: str) -> None:
    assert web_address(url) is None
    assert link(url, "runbook") == "runbook"


def test_a_link_can_hold_no_markup_of_its_own() -> None:
    assert link("https://e.example/?a=1&b=<!channel>|x", "a|b>") == "<https://e.example/?a=1&amp;b=%3C!channel%3E%7Cx|a¦b&gt;>"


def test_a_reminder_says_that_nobody_is_on_it() -> None:
    made = words_of(message(incident(), AlertKind.REMINDER, at_ms=NOON + 30 * MINUTE))
    assert "Reminder: PayPal is down" in made
    assert "Still down after 30 min, nobody is on it. Owner: payments-oncall." in made


def test_the_timeline_holds_what_the_vendor_said() -> None:
    view = incident(events=(EventRow(214, NOON, "page", "PayPal's page turned red", "Elevated errors <!here>"),))
    assert "PayPal's page turned red: Elevated errors &lt;!here&gt;" in words_of(message(view, late=True))
