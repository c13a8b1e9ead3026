"""A look-up that hangs starves no other one, and ends with its run."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import pytest

from checks.kinds import kinds
from checks.lookups import MOST_KEPT, LookupFailed, Lookups, find_addresses
from checks.runner import Job, make_runner
from checks.transfer import Order, Transfer
from checks.transport_thread import TransferThread
from core.address import AddressPolicy
from core.health import Cause
from tests.checks.conftest import Servers, answer, answering

pytestmark = pytest.mark.anyio


class Resolver:
    """Names that begin with `hang` are never answered while the test lasts."""

    def __init__(self) -> None:
        self.release = threading.Event()
        self.asked: list[str] = []

    def __call__(self, host: str) -> Sequence[str]:
        self.asked.append(host)
        if host.startswith("hang"):
            self.release.wait(30)
        return ["127.0.0.1"]


@pytest.fixture
def resolver() -> Iterator[Resolver]:
    made = Resolver()
    yield made
    made.release.set()


async def test_sixty_hanging_look_ups_starve_nobody(resolver: Resolver, serve: Servers) -> None:
    runner = make_runner(ca_file=None, user_agent="t", now=lambda: datetime.now(UTC), proxies=False, lookups=Lookups(resolver))
    port = await serve(answering(answer()))
    hanging = [
        asyncio.ensure_future(runner.run(Job(kinds()["http"].probe({"url": f"http://hang{n}.example/"}), 1.0, private_targets=True)))
        for n in range(60)
    ]
    while len(resolver.asked) < 60:
        await asyncio.sleep(0)
    good = await runner.run(Job(kinds()["http"].probe({"url": f"http://good.example:{port}/"}), 1.0, private_targets=True))
    assert good.outcome.cause is None
    assert not any(task.done() for task in hanging)
    findings = await asyncio.gather(*hanging)
    assert {finding.outcome.cause for finding in findings} == {Cause.DNS}
    assert all("Nobody answered the look-up" in finding.outcome.detail for finding in findings)
    await runner.close()


async def test_who_asks_for_the_same_name_meanwhile_takes_the_same_answer(resolver: Resolver) -> None:
    lookups = Lookups(resolver)
    waiting = [asyncio.ensure_future(lookups.addresses("hang.example")) for _ in range(20)]
    while not resolver.asked:
        await asyncio.sleep(0)
    resolver.release.set()
    assert {(await found).addresses for found in waiting} == {("127.0.0.1",)}
    assert resolver.asked == ["hang.example"]
    await lookups.addresses("hang.example")
    assert len(resolver.asked) == 2
    lookups.close()


async def test_a_kept_answer_is_for_kept_connections_only(resolver: Resolver) -> None:
    lookups = Lookups(resolver)
    for kept in (True, True, False):
        await lookups.addresses("a.example", kept=kept)
    assert len(resolver.asked) == 2
    lookups.close()


async def test_names_that_strangers_think_up_are_not_remembered_for_ever(resolver: Resolver) -> None:
    """A vendor may redirect to another name at every run."""
    lookups = Lookups(resolver)
    for n in range(MOST_KEPT):
        await lookups.addresses(f"n{n}.example", kept=True)
    await lookups.addresses("n0.example", kept=True)
    assert len(resolver.asked) == MOST_KEPT
    await lookups.addresses("one-more.example")
    await lookups.addresses("n1.example", kept=True)
    assert len(resolver.asked) == MOST_KEPT + 1
    await lookups.addresses("n0.example", kept=True)
    assert len(resolver.asked) == MOST_KEPT + 2
    lookups.close()


async def test_libcurl_forgets_the_addresses_it_was_given(serve: Servers) -> None:
    """It would keep those of every name it ever heard of."""
    port, loop = await serve(answering(answer())), asyncio.get_running_loop()
    thread = TransferThread(lambda batch: [loop.call_soon_threadsafe(transfer.done, transfer) for transfer in batch] and None)

    async def asked(*addresses: str) -> int:
        done: asyncio.Future[Transfer] = loop.create_future()
        order = Order(
            "GET", f"http://given.invalid:{port}/", (), b"", AddressPolicy(True), time.monotonic() + 5, addresses, "given.invalid", port
        )
        thread.submit(order, done.set_result)
        return (await asyncio.wait_for(done, 10)).status

    assert await asked("127.0.0.1") == 200
    async with asyncio.timeout(10):
        while await asked() == 200:
            await asyncio.sleep(0.1)
    assert await asked("127.0.0.1") == 200
    await asyncio.to_thread(thread.close)


async def test_at_most_so_many_threads_and_the_rest_wait(resolver: Resolver) -> None:
    lookups = Lookups(resolver, most=2)
    waiting = [asyncio.ensure_future(lookups.addresses(f"hang{n}.example")) for n in range(5)]
    while len(resolver.asked) < 2:
        await asyncio.sleep(0)
    assert len(resolver.asked) == 2
    resolver.release.set()
    assert len(await asyncio.gather(*waiting)) == 5
    lookups.close()


async def test_a_cancelled_question_harms_no_other_one(resolver: Resolver) -> None:
    lookups = Lookups(resolver)
    gone, stays = (asyncio.ensure_future(lookups.addresses("hang.example")) for _ in range(2))
    while not resolver.asked:
        await asyncio.sleep(0)
    gone.cancel()
    resolver.release.set()
    assert (await stays).addresses == ("127.0.0.1",)
    lookups.close()


@pytest.mark.parametrize("trouble", [OSError(8, "no such name"), UnicodeError("label too long")])
async def test_a_name_without_an_address_is_a_sentence(trouble: Exception) -> None:
    def fail(host: str) -> Sequence[str]:
        raise trouble

    with pytest.raises(LookupFailed, match=r"The name x\.example could not be looked up"):
        await Lookups(fail).addresses("x.example")
    with pytest.raises(LookupFailed, match="has no address"):
        await Lookups(lambda host: []).addresses("x.example")


def test_this_machines_own_name_is_found() -> None:
    assert set(find_addresses("localhost")) & {"127.0.0.1", "::1"}
