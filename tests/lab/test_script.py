"""The demo's script: the same every time, theirs and ours and the path's, and well again in the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from lab.cast import PARTS
from lab.faults import Kind
from lab.pages import Look
from lab.script import CYCLE_S, DEMO, MANY, SHARED, Script, set_paces
from lab.world import Lab

pytestmark = pytest.mark.anyio


class Clock:
    """Time that passes when somebody sleeps."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        self.now_s += seconds
        await asyncio.sleep(0)


async def played(lab: Lab, until_s: float, look: Callable[[], None] = lambda: None) -> Script:
    """The script on a clock of its own, up to an instant."""
    clock, reached = Clock(), asyncio.Event()

    async def sleep(seconds: float) -> None:
        look()
        if clock.now_s >= until_s:
            reached.set()
            await asyncio.Event().wait()
        await clock.sleep(seconds)

    script = Script(lab, clock=clock, sleep=sleep)
    task = asyncio.create_task(script.play())
    await asyncio.wait_for(reached.wait(), 20)
    task.cancel()
    return script


async def test_paypal_fails_from_the_start_while_its_page_is_green(lab: Lab) -> None:
    await played(lab, 1)
    assert [fault.kind for fault in lab.faults("paypal")] == [Kind.SERVER_ERROR]
    assert lab.pages["paypal"].look is Look.GREEN
    assert [fault.kind for fault in lab.faults("twilio")] == [Kind.REFUSED_KEY]
    assert lab.pages["hubspot"].look is Look.MAINTENANCE


async def test_within_three_minutes_there_is_something_slow_something_used_up_and_a_page_that_admits_it(lab: Lab) -> None:
    await played(lab, 180)
    assert [fault.kind for fault in lab.faults("sendgrid")] == [Kind.LATENCY]
    assert [fault.kind for fault in lab.faults("mixpanel")] == [Kind.QUOTA]
    assert lab.pages["sendgrid"].look is Look.RED


async def test_a_cycle_shows_every_party_and_heals_all_but_announcements(lab: Lab) -> None:
    seen: set[str] = set()

    def look() -> None:
        seen.update(["ours"] if lab.network else [])
        seen.update(["path"] if lab.path else [])
        seen.update(["upstream"] if all(lab.faults(slug) for slug in SHARED) else [])
        seen.update(["many"] if all(lab.faults(slug) for slug in MANY if slug) else [])

    await played(lab, CYCLE_S - 1, look)
    assert seen == {"ours", "path", "upstream", "many"}
    broken = {slug: [fault.kind for fault in lab.faults(slug)] for slug in lab.vendors if lab.faults(slug)}
    assert broken in ({}, {"salesforce": [Kind.DEPRECATED]})
    assert {state.look for state in lab.pages.values()} == {Look.GREEN}


async def test_the_next_cycle_starts_over(lab: Lab) -> None:
    script = await played(lab, CYCLE_S + 1)
    assert [fault.kind for fault in lab.faults("paypal")] == [Kind.SERVER_ERROR]
    assert script.at_s < 2


async def test_a_held_script_does_not_go_on(lab: Lab) -> None:
    clock = Clock()
    script = Script(lab, clock=clock, sleep=clock.sleep)
    script.playing = False
    task = asyncio.create_task(script.play())
    for _ in range(50):
        await asyncio.sleep(0)
    assert clock.now_s > 5
    assert script.at_s == 0.0
    task.cancel()


def test_steps_lie_within_the_cycle_and_name_vendors_there_are() -> None:
    assert all(0 <= step.at_s < CYCLE_S for step in DEMO)
    assert len({step.words for step in DEMO}) == len(DEMO)
    assert {part.vendor for part in PARTS} >= set(MANY) | set(SHARED)


async def test_every_vendor_of_the_demo_is_paced(lab: Lab) -> None:
    set_paces(lab)
    unpaced = [part.slug for part in PARTS if part.vendor and lab.server(f"api-{part.vendor}").pace is None]
    assert unpaced == []
