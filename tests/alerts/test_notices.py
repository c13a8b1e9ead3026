"""Alerts that no incident holds: budgets, blind times, tests."""

from __future__ import annotations

import pytest

from core.ledger import AlertKind
from tests.alerts.conftest import Clock
from tests.alerts.memory import MemoryOutbox
from tests.alerts.samples import MINUTE
from tests.alerts.world import Pager, World, drain

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(outbox: MemoryOutbox, clock: Clock) -> World:
    return World(outbox, clock)


async def test_budget_burn_blind_and_test_alerts_are_notices(world: World) -> None:
    pager = Pager()
    for kind, body in (
        (AlertKind.BUDGET, {"name": "PayPal", "threshold": 80, "spent_ms": 34 * MINUTE, "total_ms": 43 * MINUTE, "path": "/sla"}),
        (AlertKind.FAST_BURN, {"name": "PayPal", "burn": 33.1, "failures": 5}),
        (AlertKind.BLIND, {"started_ms": world.clock() - 17 * MINUTE, "ended_ms": world.clock()}),
        (AlertKind.TEST, {"by": "Ana"}),
    ):
        world.outbox.add("pager", kind, at_ms=world.clock(), incident=None, body=body)
    await drain(world.dispatcher(pager=pager), world.clock, "pager")
    assert [message.about.title for message in pager.told] == [  # type: ignore[union-attr]
        "PayPal: budget 80 % spent",
        "PayPal: budget burns 33.1x",
        "Blind for 17 min",
        "Test alert",
    ]


async def test_many_budgets_at_once_are_one_notice_that_leaves_nobody_out(world: World) -> None:
    pager = Pager()
    spent = [{"name": name, "threshold": 50, "period": "November", "spent_ms": 22 * MINUTE, "total_ms": 43 * MINUTE} for name in ("A", "B")]
    fast = [{"name": name, "burn": burn, "failures": 5} for name, burn in (("A", 15.2), ("B", 33.1))]
    for kind, several in ((AlertKind.BUDGET, spent), (AlertKind.FAST_BURN, fast)):
        world.outbox.add("pager", kind, at_ms=world.clock(), incident=None, body={"several": several, "path": "/"})
    await drain(world.dispatcher(pager=pager), world.clock, "pager")
    assert [(message.about.title, message.about.sentence) for message in pager.told] == [  # type: ignore[union-attr]
        (
            "2 budgets 50 % spent",
            "The error budgets of 2 integrations for November are 50 % spent: A (22 min of 43 min), B (22 min of 43 min).",
        ),
        ("2 budgets burn fast", "2 integrations spend their error budgets faster than they can afford: B 33.1x, A 15.2x."),
    ]
