"""The lab's Slack takes what Slack takes, refuses what Slack refuses with Slack's codes, and shows it safely."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from lab.slack.front import DROPPED, SILENT
from lab.slack.mrkdwn import mrkdwn
from lab.world import Lab

pytestmark = pytest.mark.anyio


def button(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "button", "text": {"type": "plain_text", "text": text}, **more}


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


async def call(client: httpx.AsyncClient, lab: Lab, method: str, *, token: str | None = "", **body: Any) -> dict[str, Any]:
    given = lab.slack.token if token == "" else token
    headers = {"Authorization": f"Bearer {given}"} if given else {}
    answer = await client.post(lab.slack_api + method, json=body, headers=headers)
    found: dict[str, Any] = answer.json()
    return found


async def post(client: httpx.AsyncClient, lab: Lab, **body: Any) -> dict[str, Any]:
    return await call(client, lab, "chat.postMessage", **{"channel": "#ops", **body})


async def test_a_message_is_kept_edited_in_place_and_answered_in_its_thread(lab: Lab, client: httpx.AsyncClient) -> None:
    first = await post(
        client, lab, text="down", blocks=[section("*down*")], metadata={"event_type": "incident", "event_payload": {"id": 7}}
    )
    reply = await post(client, lab, text="still", thread_ts=first["ts"])
    edited = await call(client, lab, "chat.update", channel=first["channel"], ts=first["ts"], text="up", blocks=[section("*up*")])
    message = lab.slack.workspace.messages[first["ts"]]
    assert (first["ok"], reply["ok"], edited["ok"]) == (True, True, True)
    assert (message.text, [version["text"] for version in message.versions]) == ("up", ["down"])
    assert [each.text for each in lab.slack.workspace.thread(first["ts"])] == ["still"]


async def test_an_update_without_blocks_keeps_those_there_were(lab: Lab, client: httpx.AsyncClient) -> None:
    first = await post(client, lab, text="down", blocks=[section("a")])
    await call(client, lab, "chat.update", channel=first["channel"], ts=first["ts"], text="up")
    assert lab.slack.workspace.messages[first["ts"]].blocks == [section("a")]
    await call(client, lab, "chat.update", channel=first["channel"], ts=first["ts"], text="up", blocks=[])
    assert lab.slack.workspace.messages[first["ts"]].blocks == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"text": "x", "blocks": [section("a")] * 51}, "invalid_blocks"),
        ({"text": "x", "blocks": [section("a" * 3001)]}, "invalid_blocks"),
        ({"text": "x", "blocks": [section("")]}, "invalid_blocks"),
        ({"text": "x", "blocks": [{"type": "header", "text": {"type": "plain_text", "text": "h" * 151}}]}, "invalid_blocks"),
        ({"text": "x", "blocks": [{"type": "header", "text": {"type": "mrkdwn", "text": "h"}}]}, "invalid_blocks"),
        ({"text": "x", "blocks": [{"type": "section", "fields": [{"type": "mrkdwn", "text": "f"}] * 11}]}, "invalid_blocks"),
        ({"text": "x", "blocks": [{"type": "section", "fields": [{"type": "mrkdwn", "text": "f" * 2001}]}]}, "invalid_blocks"),
        ({"text": "x", "blocks": [{"type": "context", "elements": []}]}, "invalid_blocks"),
        ({"text": "x", "blocks": [{"type": "actions", "elements": [button("b" * 76)]}]}, "invalid_blocks"),
        ({"text": "x", "blocks": [{"type": "actions", "elements": [button("b", url="u" * 3001)]}]}, "invalid_blocks"),
        ({"text": "x", "blocks": [{"type": "poem"}]}, "invalid_blocks"),
        ({"text": "x", "blocks": [{"type": "rich_text", "elements": [{"type": None}]}]}, "invalid_blocks"),
        ({"text": "x", "blocks": "no list"}, "invalid_blocks_format"),
        ({"text": "x", "blocks": [section("a" * 2900)] * 5}, "msg_blocks_too_long"),
        ({"text": "x", "metadata": {"event_type": ""}}, "invalid_metadata_format"),
        ({"text": "x", "channel": "#nowhere"}, "channel_not_found"),
        ({"text": "x", "thread_ts": "1.000001"}, "invalid_thread_ts"),
    ],
)  # fmt: skip
async def test_slack_refuses_with_its_own_code(lab: Lab, client: httpx.AsyncClient, body: dict[str, Any], code: str) -> None:
    answer = await post(client, lab, **body)
    assert (answer["ok"], answer.get("error")) == (False, code)
    assert not lab.slack.workspace.messages


async def test_fifty_blocks_and_three_thousand_characters_are_taken(lab: Lab, client: httpx.AsyncClient) -> None:
    assert (await post(client, lab, text="x", blocks=[section("a")] * 50))["ok"]
    assert (await post(client, lab, text="x", blocks=[section("a" * 3000)]))["ok"]


async def test_the_messages_of_the_design_are_taken(lab: Lab, client: httpx.AsyncClient) -> None:
    sample = Path(__file__).with_name("incident.json")
    for state in ("opened", "acknowledged", "resolved"):
        assert (await post(client, lab, **json.loads(sample.read_text())[state]))["ok"]


async def test_tokens_and_scopes_are_looked_at(lab: Lab, client: httpx.AsyncClient) -> None:
    assert (await call(client, lab, "auth.test", token=None))["error"] == "not_authed"
    assert (await call(client, lab, "auth.test", token="xoxb-0"))["error"] == "invalid_auth"
    assert (await call(client, lab, "auth.test"))["ok"]
    lab.slack.denied.add("channels:history")
    assert (await call(client, lab, "conversations.history", channel="C1"))["error"] == "missing_scope"
    assert (await call(client, lab, "chat.poem"))["error"] == "unknown_method"


async def test_an_edit_of_nothing_or_elsewhere_is_refused(lab: Lab, client: httpx.AsyncClient) -> None:
    first = await post(client, lab, text="x")
    assert (await call(client, lab, "chat.update", channel=first["channel"], ts="1.0", text="y"))["error"] == "message_not_found"
    assert (await call(client, lab, "chat.update", channel="#ops", ts=first["ts"], text="y"))["error"] == "channel_not_found"
    assert (await call(client, lab, "chat.update", channel=first["channel"], ts=first["ts"], text=""))["error"] == "no_text"


async def test_history_and_replies_give_metadata_when_asked(lab: Lab, client: httpx.AsyncClient) -> None:
    metadata = {"event_type": "incident", "event_payload": {"id": 7}}
    first = await post(client, lab, text="a", metadata=metadata)
    await post(client, lab, text="b", thread_ts=first["ts"])
    await post(client, lab, text="c", thread_ts=first["ts"], reply_broadcast=True)
    headers = {"Authorization": f"Bearer {lab.slack.token}"}
    query = {"channel": first["channel"], "include_all_metadata": "true", "limit": "2"}
    history = (await client.get(lab.slack_api + "conversations.history", params=query, headers=headers)).json()
    replies = (await client.get(lab.slack_api + "conversations.replies", params={**query, "ts": first["ts"]}, headers=headers)).json()
    assert [message["text"] for message in history["messages"]] == ["c", "a"]
    assert history["messages"][1]["metadata"] == metadata
    assert ([message["text"] for message in replies["messages"]], replies["has_more"]) == (["a", "b"], True)
    rest = {**query, "ts": first["ts"], "cursor": replies["response_metadata"]["next_cursor"]}
    more = (await client.get(lab.slack_api + "conversations.replies", params=rest, headers=headers)).json()
    assert [message["text"] for message in more["messages"]] == ["c"]


async def test_an_incoming_webhook_takes_messages_and_answers_in_words(lab: Lab, client: httpx.AsyncClient) -> None:
    taken = await client.post(lab.slack_hook, json={"text": "hello"})
    nothing = await client.post(lab.slack_hook, json={})
    broken = await client.post(lab.slack_hook, content=b"{")
    elsewhere = await client.post(lab.slack_hook + "x", json={"text": "hello"})
    assert (taken.status_code, taken.text) == (200, "ok")
    assert (nothing.status_code, nothing.text) == (400, "no_text")
    assert (broken.status_code, broken.text) == (400, "invalid_payload")
    assert (elsewhere.status_code, elsewhere.text) == (404, "no_service")
    assert [message.via for message in lab.slack.workspace.roots] == ["webhook"]


async def test_slack_misbehaves_as_planned_once_each(lab: Lab, client: httpx.AsyncClient) -> None:
    lab.slack.behave("429", "500", "fatal_error")
    headers = {"Authorization": f"Bearer {lab.slack.token}"}
    body = {"channel": "#ops", "text": "x"}
    limited = await client.post(lab.slack_api + "chat.postMessage", json=body, headers=headers)
    broken = await client.post(lab.slack_api + "chat.postMessage", json=body, headers=headers)
    assert (limited.status_code, limited.headers["retry-after"], limited.json()["error"]) == (429, "30", "ratelimited")
    assert broken.status_code == 500
    assert (await post(client, lab, text="x"))["error"] == "fatal_error"
    assert (await post(client, lab, text="x"))["ok"]
    assert len(lab.slack.workspace.messages) == 1


async def test_slack_fails_always_until_told_otherwise(lab: Lab, client: httpx.AsyncClient) -> None:
    lab.slack.always = "service_unavailable"
    assert [(await post(client, lab, text="x"))["error"] for _ in range(3)] == ["service_unavailable"] * 3
    lab.slack.always = None
    assert (await post(client, lab, text="x"))["ok"]


async def test_a_silent_or_dropped_answer_leaves_the_message_kept(lab: Lab, client: httpx.AsyncClient) -> None:
    lab.slack.behave(DROPPED, SILENT)
    headers = {"Authorization": f"Bearer {lab.slack.token}"}
    body = {"channel": "#ops", "text": "x"}
    with pytest.raises(httpx.RemoteProtocolError):
        await client.post(lab.slack_api + "chat.postMessage", json=body, headers=headers)
    with pytest.raises(httpx.ReadTimeout):
        await client.post(lab.slack_api + "chat.postMessage", json=body, headers=headers, timeout=0.3)
    assert len(lab.slack.workspace.messages) == 2


async def test_a_channel_takes_one_message_in_so_many_seconds_when_told(lab: Lab, client: httpx.AsyncClient) -> None:
    lab.slack.rate_s = 60.0
    answers = [await post(client, lab, text="x"), await post(client, lab, text="x")]
    assert [answer.get("error") for answer in answers] == [None, "ratelimited"]
    assert (await post(client, lab, channel="#general", text="x"))["ok"]


async def test_names_of_messages_are_never_given_twice(lab: Lab, client: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(post(client, lab, text=str(number)) for number in range(20)))
    assert len({answer["ts"] for answer in answers}) == 20


async def test_the_page_shows_messages_threads_and_edits(lab: Lab, client: httpx.AsyncClient) -> None:
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": ":red_circle: PayPal is down"}},
        section("*Theirs, likely.*\n`POST /v2/checkout/orders` answers 503"),
        {"type": "section", "fields": [{"type": "mrkdwn", "text": "*Hits*\nCheckout"}]},
        {"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "HTTP/2 503"}]}]},
        {"type": "actions", "elements": [button("Open", url="https://health.example/incident?id=1")]},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "INC-1"}]},
        {"type": "divider"},
    ]  # fmt: skip
    first = await post(client, lab, text="PayPal is down", blocks=blocks)
    await call(client, lab, "chat.update", channel=first["channel"], ts=first["ts"], text="PayPal is up", blocks=blocks)
    await post(client, lab, text="14:03 opened", thread_ts=first["ts"])
    page = (await client.get(lab.slack_url)).text
    for piece in (
        '<h2><span class="em em-red">🔴</span> PayPal is down</h2>',
        "<b>Theirs, likely.</b>",
        "<code>POST /v2/checkout/orders</code>",
        "<pre>HTTP/2 503</pre>",
        'href="https://health.example/incident?id=1"',
        "1 reply",
        "14:03 opened",
        "(edited once)",
    ):
        assert piece in page


HOSTILE = (
    "<script>alert(1)</script>",
    "&lt;img src=x onerror=alert(1)&gt;",
    "<javascript:alert(1)|click>",
    '<https://x.example/"onmouseover="alert(1)|a>',
    "`<b>`",
    "```</pre><script>```",
    "*<i>*",
    "\ue0000\ue001",
)


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_text_stays_text_on_the_page(lab: Lab, client: httpx.AsyncClient, text: str) -> None:
    header = {"type": "header", "text": {"type": "plain_text", "text": text[:150]}}
    rich = {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [{"type": "text", "text": text}, {"type": "link", "url": "javascript:x", "text": text}],
            }
        ],
    }
    await post(
        client,
        lab,
        text=text,
        blocks=[header, section(text), {"type": "actions", "elements": [button(text[:75], url="javascript:alert(1)")]}, rich],
    )
    await post(client, lab, text=text)
    answer = await client.get(lab.slack_url + "feed")
    for forbidden in ("<script", "<img", 'javascript:alert(1)"', 'href="javascript', '"onmouseover="', "<i>", "</pre><script"):
        assert forbidden not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_mrkdwn_is_marked_as_slack_marks_it() -> None:
    assert mrkdwn("*bold* _slanted_ ~gone~ a*b*c 2*3*4") == "<b>bold</b> <i>slanted</i> <s>gone</s> a*b*c 2*3*4"
    assert mrkdwn("*<https://x.example|their page>*") == (
        '<b><a href="https://x.example" rel="noopener noreferrer" target="_blank">their page</a></b>'
    )
    assert mrkdwn("a &amp; b &lt;c&gt;") == "a &amp; b &lt;c&gt;"
    assert mrkdwn("<!channel> one\ntwo") == '<span class="at">@channel</span> one<br>two'


async def test_everything_received_is_there_as_json(lab: Lab, client: httpx.AsyncClient) -> None:
    await post(client, lab, text="x", blocks=[section("a")])
    (told,) = (await client.get(lab.slack_url + "messages.json")).json()
    assert (told["text"], told["blocks"], told["versions"]) == ("x", [section("a")], [])


async def test_the_pages_files_are_its_own(lab: Lab, client: httpx.AsyncClient) -> None:
    for name, kind in (("page.css", "text/css"), ("page.js", "text/javascript")):
        answer = await client.get(lab.slack_url + name)
        assert (answer.status_code, answer.headers["content-type"].startswith(kind)) == (200, True)
        assert "http" not in answer.text
    assert (await client.get(lab.slack_url + "../../etc/passwd")).status_code == 404
