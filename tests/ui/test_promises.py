"""What vendors promised and what we set ourselves are two sentences: they are owed by different people."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from core.objective import Band, Phase
from ui.blocks import promises


@dataclass(frozen=True, slots=True)
class Standing:
    band: Band


@dataclass(frozen=True, slots=True)
class Line:
    """What the sentence reads of a row."""

    name: str
    target_of: str
    contract: Standing
    environment: str = "production"


@dataclass(frozen=True, slots=True)
class Month:
    rows: tuple[Line, ...]
    phase: Phase = field(default=Phase.RUNNING)

    def count(self, *bands: Band) -> int:
        return sum(row.contract.band in bands for row in self.rows)


def line(name: str, band: Band, target_of: str = "contract") -> Line:
    return Line(name, target_of, Standing(band))


PAYPAL, SLACK = line("PayPal", Band.BROKEN), line("Slack", Band.KEPT_SO_FAR)
SANDBOX = Line("PayPal", "contract", Standing(Band.BROKEN), "sandbox")
OKTA, VERCEL = line("Okta", Band.BROKEN, "objective"), line("Vercel", Band.KEPT_SO_FAR, "objective")


@pytest.mark.parametrize(
    ("rows", "lead"),
    [
        ((PAYPAL, SLACK, OKTA, VERCEL), "1 of 2 promises is broken this month: PayPal. 1 of 2 own targets is missed this month: Okta."),
        ((SLACK, OKTA), "No promise is broken this month. The one own target is missed this month: Okta."),
        ((OKTA, VERCEL), "1 of 2 own targets is missed this month: Okta."),
        ((SLACK, SLACK), "None of 2 promises is broken this month."),
        ((PAYPAL, SANDBOX), "2 of 2 promises are broken this month: PayPal and PayPal (sandbox)."),
    ],
)
def test_a_target_of_our_own_is_not_called_a_promise(rows: tuple[Line, ...], lead: str) -> None:
    month: Any = Month(rows)
    title = promises.answer(month).split("</h1>")[0]
    assert "".join(part.split(">")[-1] for part in title.split("<")).strip() == lead
