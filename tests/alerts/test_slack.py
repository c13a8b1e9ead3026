"""Slack by bot token, over real sockets: one message per incident, edited; its timeline in the thread; found again when unsure."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alerts.channel import Channel, Clients, DeliveryError
from alerts.channels.slack import Config, build
from alerts.message import Notice
from core.ledger import AlertKind, EventRow
from tests.alerts.samples import MINUTE, NOON, incident, message, resolved
from tests.alerts.slack_server import SlackServer

pytestmark = pytest.mark.anyio


async def test_an_incident_is_one_message_edited_in_place(slack: SlackServer, ops: Channel) -> None:
    first = await ops.send(message(), None)
    taken = replace(incident(), acknowledged_ms=NOON + 3 * MINUTE, acknowledged_by="Ana")
    second = await ops.send(message(taken, AlertKind.UPDATED), first.ref)
    await ops.send(message(resolved(taken), AlertKind.RESOLVED), second.ref)

    [posted] = slack.in_channel
    assert "PayPal is up again, 38 min" in posted["blocks"][0]["text"]["text"]
    assert [name for name, _ in slack.calls].count("chat.update") == 2


async def test_the_thread_holds_the_timeline_each_line_once(slack: SlackServer, ops: Channel) -> None:
    first = await ops.send(message(), None)
    noted = replace(incident(), events=(*incident().events, EventRow(214, NOON + 5 * MINUTE, "note", "called them", by="Ana")))
    second = await ops.send(message(noted, AlertKind.UPDATED), first.ref)
    await ops.send(message(noted, AlertKind.UPDATED), second.ref)

    opening, note = slack.in_threads
    assert opening["text"].splitlines() == [
        "13:00 CET (12:00 UTC)  503 from POST /v2/checkout/orders",
        "13:01 CET (12:01 UTC)  3 of 3 tries failed",
    ]
    assert note["text"] == "13:05 CET (12:05 UTC)  called them (Ana)"
    assert {opening["thread_ts"], note["thread_ts"]} == {slack.in_channel[0]["ts"]}


async def test_told_late_is_one_post_with_the_timeline_inside(slack: SlackServer, ops: Channel) -> None:
    await ops.send(message(resolved(incident()), AlertKind.OPENED, AlertKind.RESOLVED, late=True), None)
    [posted] = slack.in_channel
    assert "2 good answers in a row" in str(posted["blocks"])
    assert slack.in_threads == []


async def test_a_reminder_is_heard_in_the_channel_too(slack: SlackServer, ops: Channel) -> None:
    first = await ops.send(message(), None)
    await ops.send(message(incident(), AlertKind.REMINDER, id="alert_8", at_ms=NOON + 30 * MINUTE), first.ref)
    reminder = slack.in_threads[-1]
    assert reminder["text"] == "Still down after 30 min, nobody is on it. Owner: payments-oncall."
    assert reminder["reply_broadcast"] is True


async def test_a_send_without_an_answer_is_found_again_not_sent_twice(slack: SlackServer, ops: Channel) -> None:
    slack.behave("dropped")
    with pytest.raises(DeliveryError) as lost:
        await ops.send(message(), None)
    assert lost.value.doubtful
    assert not lost.value.permanent

    receipt = await ops.send(message(doubtful=True), None)
    assert receipt.ref is not None
    assert receipt.ref["ts"] == slack.in_channel[0]["ts"]
    assert len(slack.in_channel) == 1


async def test_it_is_found_after_the_longest_wait_between_two_tries(slack: SlackServer, ops: Channel) -> None:
    slack.behave("dropped")
    with pytest.raises(DeliveryError):
        await ops.send(message(), None)
    await ops.send(message(doubtful=True, at_ms=NOON + 72 * MINUTE), None)
    assert len(slack.in_channel) == 1


async def test_it_is_found_below_hundreds_of_newer_messages(slack: SlackServer, ops: Channel) -> None:
    slack.behave("dropped")
    with pytest.raises(DeliveryError):
        await ops.send(message(), None)
    channel = slack.workspace.channel("ops")
    assert channel is not None
    for number in range(450):
        slack.workspace.post(channel, {"text": f"Chatter {number}"}, NOON / 1000)
    await ops.send(message(doubtful=True), None)
    assert len(slack.in_channel) == 451


async def test_another_incidents_message_is_not_adopted(slack: SlackServer, ops: Channel) -> None:
    await ops.send(message(replace(incident(), id=7)), None)
    await ops.send(message(doubtful=True), None)
    assert len(slack.in_channel) == 2


async def test_a_thread_reply_without_an_answer_is_not_repeated(slack: SlackServer, ops: Channel) -> None:
    slack.behave("", "dropped")
    with pytest.raises(DeliveryError) as lost:
        await ops.send(message(), None)
    assert lost.value.ref is not None
    assert lost.value.ref["ts"] == slack.in_channel[0]["ts"]

    await ops.send(message(doubtful=True), lost.value.ref)
    assert len(slack.in_threads) == 1


async def test_without_leave_to_read_a_duplicate_is_better_than_silence(slack: SlackServer, ops: Channel) -> None:
    slack.denied = {"channels:read", "channels:history"}
    slack.behave("dropped")
    with pytest.raises(DeliveryError):
        await ops.send(message(), None)
    await ops.send(message(doubtful=True), None)
    assert len(slack.in_channel) == 2


async def test_a_message_somebody_deleted_is_posted_anew(slack: SlackServer, ops: Channel) -> None:
    first = await ops.send(message(), None)
    slack.workspace.messages.clear()
    again = await ops.send(message(incident(), AlertKind.UPDATED), first.ref)
    assert again.ref is not None
    assert len(slack.in_channel) == 1
    assert len(slack.in_threads) == 1


async def test_blocks_that_slack_refuses_leave_the_text(slack: SlackServer, ops: Channel) -> None:
    slack.behave("invalid_blocks")
    await ops.send(message(), None)
    [posted] = slack.in_channel
    assert posted["blocks"] == []
    assert posted["text"].startswith("PayPal is down. Theirs, likely.")


async def test_a_notice_is_a_message_of_its_own(slack: SlackServer, ops: Channel) -> None:
    await ops.send(message(Notice("Test alert", "Nothing is wrong."), AlertKind.TEST), None)
    [posted] = slack.in_channel
    assert posted["blocks"][0]["text"]["text"] == "Test alert"
    assert slack.in_threads == []


@pytest.mark.parametrize("code", ["invalid_auth", "channel_not_found", "is_archived", "missing_scope", "token_revoked"])
async def test_a_refusal_that_only_people_can_lift_is_permanent(slack: SlackServer, ops: Channel, code: str) -> None:
    slack.behave(code)
    with pytest.raises(DeliveryError, match=code) as refused:
        await ops.send(message(), None)
    assert refused.value.permanent


@pytest.mark.parametrize("code", ["internal_error", "service_unavailable", "something_new"])
async def test_a_trouble_of_slacks_is_tried_again(slack: SlackServer, ops: Channel, code: str) -> None:
    slack.behave(code)
    with pytest.raises(DeliveryError) as failed:
        await ops.send(message(), None)
    assert not failed.value.permanent


async def test_a_rate_limit_says_when_to_come_back(slack: SlackServer, ops: Channel) -> None:
    slack.behave("429")
    with pytest.raises(DeliveryError) as limited:
        await ops.send(message(), None)
    assert limited.value.retry_after_s == 30
    assert limited.value.throttled


async def test_nobody_listening_is_surely_not_sent(clients: Clients) -> None:
    nowhere = build(
        Config(token="env:X", channel="#ops"), replace(clients, slack_base_url="http://127.0.0.1:9/", secrets={"token": "xoxb-1-2-abc"})
    )
    with pytest.raises(DeliveryError, match="cannot be reached") as failed:
        await nowhere.send(message(), None)
    assert not failed.value.doubtful


async def test_errors_carry_no_token(slack: SlackServer, clients: Clients) -> None:
    wrong = build(Config(token="env:X", channel="#ops"), replace(clients, secrets={"token": "xoxb-wrong-secret"}))
    with pytest.raises(DeliveryError) as refused:
        await wrong.send(message(), None)
    assert "xoxb" not in str(refused.value)
    assert refused.value.__cause__ is None
