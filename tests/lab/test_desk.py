"""The desk: the lab is broken and healed over HTTP, by this machine alone."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from lab.desk import Desk
from lab.faults import Kind
from lab.pages import Look
from lab.script import Script
from lab.world import Lab
from tests.lab.asking import ask

pytestmark = pytest.mark.anyio


async def send(client: httpx.AsyncClient, desk: Desk, path: str, **body: Any) -> httpx.Response:
    return await client.post(f"{desk.url}/{path}", json=body)


async def test_a_vendor_is_broken_and_healed(lab: Lab, client: httpx.AsyncClient) -> None:
    desk = Desk(lab)
    state = (await send(client, desk, "break", vendor="stripe", kind="server_error", status=500)).json()
    assert next(each["faults"] for each in state["vendors"] if each["slug"] == "stripe") == ["server_error"]
    assert (await ask(client, lab, "stripe")).status_code == 500
    await send(client, desk, "heal", vendor="stripe", kind="server_error")
    assert (await ask(client, lab, "stripe")).status_code == 200


async def test_pages_network_path_slack_and_reset(lab: Lab, client: httpx.AsyncClient) -> None:
    desk = Desk(lab)
    await send(client, desk, "page", vendor="twilio", look="red", headline="Trouble", component="Verify")
    await send(client, desk, "network", lost=True)
    await send(client, desk, "path", troubled=True, vendors=["stripe"])
    await send(client, desk, "slack", always="500")
    assert (lab.pages["twilio"].look, lab.pages["twilio"].headline) == (Look.RED, "Trouble")
    assert (lab.network is not None, list(lab.path), lab.slack.always) == (True, ["api-stripe"], "500")
    state = (await send(client, desk, "reset")).json()
    assert (state["network"], state["path"], lab.pages["twilio"].look) == ("well", [], Look.GREEN)


async def test_the_desk_stays_reachable_without_a_network(lab: Lab, client: httpx.AsyncClient) -> None:
    desk = Desk(lab)
    await send(client, desk, "network", lost=True)
    assert (await client.get(desk.url + "/state")).json()["network"] == "lost"
    await send(client, desk, "network", lost=False)
    assert lab.network is None


@pytest.mark.parametrize(
    ("path", "body", "status", "words"),
    [
        ("break", {"vendor": "strpe", "kind": "refused"}, 400, "the lab has no api-strpe"),
        ("break", {"vendor": "stripe", "kind": "melt"}, 400, "melt"),
        ("break", {"vendor": "stripe", "kind": "refused", "colour": "red"}, 400, "no colour"),
        ("break", {"vendor": "stripe"}, 400, "kind"),
        ("script", {"playing": False}, 400, "no script"),
        ("paint", {}, 404, "one of /break"),
    ],
)
async def test_a_wrong_order_says_what_is_wrong(
    lab: Lab, client: httpx.AsyncClient, path: str, body: dict[str, Any], status: int, words: str
) -> None:
    answer = await send(client, Desk(lab), path, **body)
    assert (answer.status_code, words in answer.json()["error"]) == (status, True), answer.text


async def test_a_foreign_page_cannot_break_the_lab(lab: Lab, client: httpx.AsyncClient) -> None:
    desk = Desk(lab)
    form = await client.post(desk.url + "/break", data={"vendor": "stripe", "kind": "refused"})
    plain = await client.post(desk.url + "/break", content=b'{"vendor":"stripe","kind":"refused"}', headers={"content-type": "text/plain"})
    rebound = await client.get(desk.url + "/state", headers={"host": "evil.example"})
    assert (form.status_code, plain.status_code, rebound.status_code) == (415, 415, 421)
    assert lab.faults("stripe") == ()


async def test_the_page_and_its_files_come_from_the_lab_alone(lab: Lab, client: httpx.AsyncClient) -> None:
    desk = Desk(lab)
    page = await client.get(desk.url + "/")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for name in ("/", "/desk.css", "/desk.js"):
        answer = await client.get(desk.url + name)
        assert answer.status_code == 200
        assert "https://" not in answer.text
    assert (await client.get(desk.url + "/desk.html/../../cast.yaml")).status_code == 404


async def test_keys_of_every_vendor_are_told(lab: Lab, client: httpx.AsyncClient) -> None:
    keys = (await client.get(Desk(lab).url + "/keys")).json()
    assert keys["stripe"] == dict(lab.vendors["stripe"].secrets)


async def test_a_script_is_held_and_goes_on(lab: Lab, client: httpx.AsyncClient) -> None:
    script = Script(lab)
    desk = Desk(lab, script)
    await send(client, desk, "script", playing=False)
    assert not script.playing
    assert (await send(client, desk, "script", playing=True)).json()["script"]["playing"]


async def test_every_kind_of_fault_can_be_chosen(lab: Lab, client: httpx.AsyncClient) -> None:
    assert (await client.get(Desk(lab).url + "/state")).json()["kinds"] == [kind.value for kind in Kind]
