"""The network as a whole: ours gone, the path to many in trouble, and both at once with what vendors do by themselves."""

from __future__ import annotations

import httpx
import pytest

from lab.faults import Kind
from lab.world import Lab
from tests.lab.asking import ask

pytestmark = pytest.mark.anyio


async def reachable(client: httpx.AsyncClient, *urls: str) -> list[bool]:
    found = []
    for url in urls:
        try:
            await client.get(url, timeout=0.5)
            found.append(True)
        except httpx.TransportError:
            found.append(False)
    return found


async def test_a_lost_network_takes_vendors_pages_canaries_and_slack(lab: Lab, client: httpx.AsyncClient) -> None:
    urls = (lab.url("stripe"), lab.status_url("stripe"), *lab.canaries, lab.slack_url, lab.hook_url)
    lab.lose_network()
    assert not any(await reachable(client, *urls))
    lab.restore_network()
    assert all(await reachable(client, *urls))


async def test_a_lost_network_may_leave_the_messages(lab: Lab, client: httpx.AsyncClient) -> None:
    lab.lose_network(Kind.SILENT, messages=False)
    assert await reachable(client, lab.canaries[0], lab.slack_url, lab.hook_url) == [False, True, True]


async def test_a_troubled_path_leaves_canaries_and_some_vendors(lab: Lab, client: httpx.AsyncClient) -> None:
    lab.trouble_path(["stripe", "paypal"])
    urls = (lab.url("stripe"), lab.url("paypal"), lab.url("twilio"), lab.status_url("stripe"), *lab.canaries)
    assert await reachable(client, *urls) == [False, False, True, True, True, True, True]
    lab.clear_path()
    assert all(await reachable(client, *urls))


async def test_by_default_the_path_troubles_at_least_half_and_five(lab: Lab) -> None:
    lab.trouble_path()
    assert len(lab.path) >= max(5, len(lab.vendors) / 2)


async def test_the_path_stays_troubled_when_the_network_comes_back(lab: Lab, client: httpx.AsyncClient) -> None:
    lab.trouble_path(["stripe"])
    lab.lose_network()
    lab.restore_network()
    assert await reachable(client, lab.url("stripe"), lab.url("twilio")) == [False, True]


async def test_what_is_wrong_with_a_vendor_is_still_wrong_afterwards(lab: Lab, client: httpx.AsyncClient) -> None:
    lab.break_("stripe", Kind.SERVER_ERROR)
    lab.lose_network()
    lab.restore_network()
    assert (await ask(client, lab, "stripe")).status_code == 503
    lab.heal_all()
    assert (await ask(client, lab, "stripe")).status_code == 200


async def test_an_unknown_vendor_is_named_with_those_there_are(lab: Lab) -> None:
    with pytest.raises(KeyError, match="api-strpe; it has canary-1"):
        lab.break_("strpe", Kind.REFUSED)
