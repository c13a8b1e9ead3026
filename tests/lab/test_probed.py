"""The product's own probes meet the lab: written apart from each other, they must agree on what each vendor says."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from checks.job import Job
from checks.runner import Runner, make_runner
from config.loading import load
from config.secrets import resolve_all
from core.health import Cause, Outcome, PageStatus
from lab.cast import PARTS, part_named
from lab.demo_config import OWN, demo
from lab.faults import Fault, Kind
from lab.pages import Look, PageState
from lab.world import Lab
from scheduler.work import job

pytestmark = pytest.mark.anyio

OWN_PARTS = sorted(part.slug for part in PARTS if part.vendor in OWN)
PAGES = sorted(part.slug for part in PARTS if part.page is not None)
Jobs = dict[tuple[str, str], Job]


@pytest.fixture
async def runner(lab: Lab) -> AsyncIterator[Runner]:
    running = make_runner(ca_file=str(lab.ca_file), user_agent="test", now=lambda: datetime.now(UTC), proxies=False)
    yield running
    await running.close()


@pytest.fixture
def jobs(lab: Lab) -> Jobs:
    written = demo(lab, now=datetime.now(UTC))
    found: Jobs = {}
    for one in load(written.text, written.env).declared:
        values, missing = resolve_all(one.secrets, written.env)
        assert not missing
        found |= {(one.slug, check.slug): job(one, check, values) for check in one.checks if check.kind != "heartbeat"}
    return found


async def probed(runner: Runner, jobs: Jobs, slug: str, check: str | None = None) -> Outcome:
    return (await runner.run(jobs[slug, check or part_named(slug).check])).outcome


async def test_everything_is_well_where_nothing_is_broken(runner: Runner, jobs: Jobs) -> None:
    found = {name: (await runner.run(one)).outcome for name, one in jobs.items()}
    assert {name: outcome.detail for name, outcome in found.items() if outcome.cause is not None} == {}
    assert {outcome.page.status for outcome in found.values() if outcome.page} == {PageStatus.GREEN}


@pytest.mark.parametrize(
    ("kind", "cause"),
    [
        (Kind.REFUSED_KEY, Cause.AUTH),
        (Kind.MISSING_SCOPE, Cause.AUTH),
        (Kind.QUOTA, Cause.QUOTA),
        (Kind.SERVER_ERROR, Cause.SERVER_ERROR),
    ],
)
@pytest.mark.parametrize("slug", OWN_PARTS)
async def test_each_no_of_the_ten_is_understood(lab: Lab, runner: Runner, jobs: Jobs, slug: str, kind: Kind, cause: Cause) -> None:
    lab.break_(part_named(slug).vendor or "", kind)
    outcome = await probed(runner, jobs, slug)
    assert (outcome.cause, bool(outcome.detail)) == (cause, True)


@pytest.mark.parametrize(
    ("kind", "cause"),
    [
        (Kind.REFUSED, Cause.CONNECT),
        (Kind.RESET_BODY, Cause.CONNECT),
        (Kind.EXPIRED, Cause.TLS),
        (Kind.WRONG_HOST, Cause.TLS),
        (Kind.SELF_SIGNED, Cause.TLS),
        (Kind.GARBAGE, Cause.CONTRACT),
        (Kind.NOT_HTTP, Cause.CONTRACT),
        (Kind.BOMB, Cause.CONTRACT),
        (Kind.GIANT_HEADER, Cause.CONTRACT),
        (Kind.REDIRECT_LOOP, Cause.CONTRACT),
        (Kind.REDIRECT_METADATA, Cause.BLOCKED),
        (Kind.DEPRECATED, None),
    ],
)
async def test_each_fault_has_its_cause(lab: Lab, runner: Runner, jobs: Jobs, kind: Kind, cause: Cause | None) -> None:
    lab.break_("stripe", kind)
    outcome = await probed(runner, jobs, "stripe")
    assert outcome.cause is cause, outcome.detail
    assert (outcome.deprecation is not None) == (kind is Kind.DEPRECATED)


@pytest.mark.parametrize(
    ("slug", "kind", "words"),
    [
        ("stripe", Kind.BOMB, "The answer is longer than 1 MiB once unpacked."),
        ("stripe", Kind.GIANT_HEADER, "The answer has more than 64 KiB of headers."),
        ("s3", Kind.GARBAGE, "The header x-amz-request-id is missing."),
    ],
)
async def test_what_is_wrong_is_said_in_words(lab: Lab, runner: Runner, jobs: Jobs, slug: str, kind: Kind, words: str) -> None:
    lab.break_(part_named(slug).vendor or "", kind)
    assert (await probed(runner, jobs, slug)).detail == words


async def test_a_slow_answer_is_slow_and_a_silence_times_out(lab: Lab, runner: Runner, jobs: Jobs) -> None:
    lab.break_("sentry", Fault(Kind.LATENCY, delay_s=0.9))
    lab.break_("cloudflare", Kind.SILENT)
    assert (await probed(runner, jobs, "sentry")).cause is Cause.SLOW
    assert (await probed(runner, jobs, "cloudflare")).cause is Cause.TIMEOUT


@pytest.mark.parametrize("slug", PAGES)
async def test_a_red_page_is_read_as_red_for_our_component(lab: Lab, runner: Runner, jobs: Jobs, slug: str) -> None:
    part = part_named(slug)
    lab.page(part.vendor or "", PageState(Look.RED, "Elevated errors", (part.page or ("",))[0], since_s=1_795_000_000.0))
    outcome = await probed(runner, jobs, slug, "status_page")
    assert outcome.page is not None
    assert outcome.page.status is PageStatus.RED


@pytest.mark.parametrize("slug", PAGES)
async def test_an_unreadable_page_is_no_reading(lab: Lab, runner: Runner, jobs: Jobs, slug: str) -> None:
    lab.page(part_named(slug).vendor or "", Look.UNREADABLE)
    outcome = await probed(runner, jobs, slug, "status_page")
    assert (outcome.cause, outcome.page) == (Cause.CONTRACT, None)


@pytest.mark.parametrize(
    ("kind", "cause"), [(Kind.SERVER_ERROR, Cause.SERVER_ERROR), (Kind.ENDLESS, Cause.CONTRACT), (Kind.REDIRECT_METADATA, Cause.BLOCKED)]
)
async def test_a_page_that_misbehaves_says_nothing_until_it_is_well(lab: Lab, runner: Runner, jobs: Jobs, kind: Kind, cause: Cause) -> None:
    lab.break_page("hubspot", kind)
    outcome = await probed(runner, jobs, "hubspot", "status_page")
    assert (outcome.cause, outcome.page) == (cause, None)
    lab.heal_page("hubspot")
    assert (await probed(runner, jobs, "hubspot", "status_page")).page is not None


async def test_planned_work_is_read_as_maintenance(lab: Lab, runner: Runner, jobs: Jobs) -> None:
    lab.page("hubspot", PageState(Look.MAINTENANCE, "Data centre work", "APIs"))
    outcome = await probed(runner, jobs, "hubspot", "status_page")
    assert outcome.page is not None
    assert outcome.page.status is PageStatus.MAINTENANCE
