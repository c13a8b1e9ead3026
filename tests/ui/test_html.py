"""What is foreign is text, never markup, wherever it goes."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from core.health import Cause, Status
from core.ledger import IncidentKind
from core.verdict import Speaks
from storage.rows import OpenIncident
from tests.ui.samples import NOW_MS, failing, fleet
from ui import html, style
from ui.blocks import deliveries, evidence, incident, integration, lanes, parts, system, wall
from ui.reader import Reader
from ui.readings.wall import read_wall
from ui.views import incident as incidents
from ui.views import integration as integrations
from ui.views.system import Problem, System
from ui.views.wall import Watch
from ui.words import CAUSE, MAINTENANCE, STATUS

HOSTILE = "\"><img src=x onerror=alert(1)><script>'&\u202e"
READER = Reader(NOW_MS, "Europe/Berlin")


def assert_harmless(markup: str) -> None:
    assert "<img" not in markup
    assert "<script" not in markup
    assert "\u202e" not in markup


def test_foreign_text_is_escaped_for_elements_and_attributes() -> None:
    assert html.text(HOSTILE) == "&quot;&gt;&lt;img src=x onerror=alert(1)&gt;&lt;script&gt;&#x27;&amp;"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "ftp://x.example",
        "not a url",
        "https://[x",
        "https://wiki.example then call Mara",
        "",
        None,
    ],
)
def test_a_link_that_leaves_us_is_http_or_no_link(url: str | None) -> None:
    assert html.outside("Runbook", url) is None


def test_a_link_that_leaves_us_opens_beside_and_tells_nothing() -> None:
    markup = html.outside("Runbook", 'https://wiki.example/?a="b"')
    assert markup == '<a class="l" href="https://wiki.example/?a=&quot;b&quot;" target="_blank" rel="noopener noreferrer">Runbook</a>'


@pytest.mark.parametrize(("runbook", "linked"), [("Call the on-duty engineer", False), ("https://wiki.example/runbooks/stripe", True)])
def test_a_runbook_of_words_is_shown_as_words_and_an_address_is_a_link(runbook: str, linked: bool) -> None:
    head = integrations.Head(
        "x", "X", "production", "Payments", "Mara", runbook, None, Status.UP, False, NOW_MS, "", "", None, "", None, ()
    )
    markup = integration.head(head, READER)
    assert (f'href="{runbook}"' in markup) is linked
    assert (f">{runbook}<" in markup) is not linked


def test_an_address_of_ours_is_quoted() -> None:
    assert (
        html.address("integration", id=HOSTILE, day=None)
        == "/integration?id=%22%3E%3Cimg%20src%3Dx%20onerror%3Dalert%281%29%3E%3Cscript%3E%27%26%E2%80%AE"
    )


def test_the_wall_shows_hostile_names_as_text() -> None:
    summaries = failing(fleet())
    plans = [replace(one.plan, name=HOSTILE, category=HOSTILE, owner=HOSTILE, flows=(HOSTILE,)) for one in summaries]
    told = [replace(one, plan=plan, incidents=tuple(map(hostile, one.incidents))) for one, plan in zip(summaries, plans, strict=True)]
    view = read_wall(told, READER, watch=(Watch("say", "Vendor says", HOSTILE, HOSTILE, HOSTILE, "x", HOSTILE),))
    assert_harmless(wall.answer(view.answer) + wall.attention(view.troubles, READER))
    assert_harmless(wall.watch(view.watch) + "".join(wall.table(view, READER)))


def hostile(said: OpenIncident) -> OpenIncident:
    return replace(said, title=HOSTILE, headline=HOSTILE, acknowledged_by=HOSTILE)


def test_an_incident_shows_hostile_words_as_text() -> None:
    view = incidents.Incident(
        id=7,
        kind=IncidentKind.VENDOR,
        slug="x",
        name=HOSTILE,
        environment=HOSTILE,
        status=Status.DOWN,
        cause=Cause.AUTH,
        started_ms=NOW_MS,
        opened_ms=NOW_MS,
        resolved_ms=None,
        closed_ms=None,
        closed_as=None,
        severity=2,
        whose=HOSTILE,
        headline=HOSTILE,
        failing=HOSTILE,
        on_it=HOSTILE,
        on_it_ms=NOW_MS,
        owner=HOSTILE,
        flows=(HOSTILE,),
        rule=3,
        facts=(incidents.FactLine(Speaks.FOR, HOSTILE, HOSTILE, None),),
        would_change=HOSTILE,
        steps=(incidents.Step(HOSTILE, HOSTILE, "javascript:x", HOSTILE),),
        runbook=HOSTILE,
        timeline=(incidents.Moment(NOW_MS, HOSTILE, HOSTILE, ""),),
        costs=(incidents.Cost(HOSTILE, HOSTILE),),
        before=(incidents.Before(1, NOW_MS, 5, HOSTILE),),
        proofs=(incidents.Proof(HOSTILE, NOW_MS, "a.b.1"),),
        members=(incidents.Member(3, HOSTILE, NOW_MS, True),),
    )
    assert_harmless(incident.hero(view, READER) + incident.body(view, READER))


def test_evidence_is_shown_as_it_was_and_only_our_own_mark_is_lifted_out() -> None:
    exchange = integrations.Exchange(f"GET / {HOSTILE}\nAuthorization: [redacted]", HOSTILE, HOSTILE, ((HOSTILE, HOSTILE),), (), 1)
    failure = integrations.Failure(NOW_MS, Status.DOWN, Cause.TLS, HOSTILE, HOSTILE, HOSTILE, 5, HOSTILE, "a.b.1", HOSTILE, exchange)
    markup = evidence.failures((failure,), "", "x", READER)
    assert_harmless(markup)
    assert "Authorization: <mark>redacted</mark>" in markup


def test_an_integration_shows_hostile_words_as_text() -> None:
    head = integrations.Head(
        "x", HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, Status.UP, False, NOW_MS, HOSTILE, HOSTILE, 4, HOSTILE, None, ()
    )
    lane = integrations.Lane(HOSTILE, (integrations.Stretch("u", 0, 1),), HOSTILE)
    word = integrations.PageWord(Status.DOWN, False, HOSTILE, HOSTILE, NOW_MS, HOSTILE)
    promise = integrations.Promise(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
    clock = integrations.Clock("key", HOSTILE, HOSTILE, None, HOSTILE, HOSTILE)
    figures = (integrations.Figure(HOSTILE, HOSTILE, HOSTILE),)
    markup = integration.head(head, READER, figures, here=HOSTILE) + lanes.strip(integrations.Strip((lane,), (HOSTILE,)))
    markup += integration.word(word, HOSTILE, READER) + integration.promise(promise) + integration.clocks((clock,))
    assert_harmless(markup)


def test_configuration_problems_and_banners_show_hostile_words_as_text() -> None:
    view = System(
        "up", HOSTILE, HOSTILE, (), HOSTILE, False, (Problem(HOSTILE, HOSTILE, HOSTILE, HOSTILE),), ((HOSTILE, HOSTILE),), (), (), ()
    )
    assert_harmless(system.answer(view) + system.body(view, READER) + parts.banner(parts.Banner("eye", HOSTILE, HOSTILE)))
    assert deliveries.KINDS


def test_the_style_sheet_holds_nothing_that_the_sanitiser_takes_for_markup() -> None:
    assert not re.search(r"<[A-Za-z0-9/!]", style.sheet())


def test_every_icon_that_is_used_exists() -> None:
    used = {word.icon for word in (*CAUSE.values(), *STATUS.values(), MAINTENANCE)}
    assert {name for name in used if f".ic-{name}{{" not in style.sheet().replace(" {", "{")} == set()
