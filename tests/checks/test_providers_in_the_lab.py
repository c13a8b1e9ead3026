"""Every provider, as it is declared, asks a simulated vendor on real sockets: the lab knows the vendor from other sources than we do."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from checks.registry import probe_for, providers
from checks.runner import Finding, Job, make_runner
from config.loading import load
from core.declared import DeclaredIntegration
from core.health import Cause, PageStatus
from lab.catalogue import vendors as all_vendors
from lab.faults import Kind
from lab.pages import Look, PageState
from lab.world import Lab

VENDORS = sorted(set(providers()) & set(all_vendors()))  # a provider may come before somebody simulates its vendor
PAGED = [vendor for vendor in VENDORS if providers()[vendor].probe("status_page")]


def declare(lab: Lab, vendor: str) -> DeclaredIntegration:
    known = lab.vendors[vendor]
    settings = {**known.settings, "base_url": lab.url(vendor), **({"status_url": lab.status_url(vendor)} if vendor in PAGED else {})}
    entry = {
        "slug": vendor,
        "provider": vendor,
        "private_targets": True,
        "settings": settings,
        "secrets": {name: f"env:{name.upper()}" for name in known.secrets},
    }
    loaded = load(json.dumps({"version": 1, "integrations": [entry]}))
    assert loaded.errors == ()
    return loaded.declared[0]


async def run(lab: Lab, vendor: str, *slugs: str) -> list[Finding]:
    """Each check once, one after the other, by the real runner."""
    integration = declare(lab, vendor)
    checks = {check.slug: check for check in integration.checks}
    runner = make_runner(ca_file=str(lab.ca_file), user_agent="integration-health/test", now=lambda: datetime.now(UTC), proxies=False)
    try:
        return [
            await runner.run(
                Job(
                    probe_for(integration, checks[slug]),
                    timeout_s=5.0,
                    secrets=lab.vendors[vendor].secrets,
                    settings=integration.settings,
                    private_targets=True,
                )
            )
            for slug in slugs
        ]
    finally:
        await runner.close()


@pytest.mark.anyio
@pytest.mark.parametrize("vendor", VENDORS)
async def test_a_vendor_that_is_well_is_up_for_us_and_for_a_stranger(vendor: str) -> None:
    async with Lab([vendor]) as lab:
        api, stranger = await run(lab, vendor, "api", "reachability")

    assert (api.outcome.cause, stranger.outcome.cause) == (None, None), (api.outcome.detail, stranger.outcome.detail)
    assert api.total_us > 0


@pytest.mark.anyio
@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize(
    ("kind", "cause"),
    [
        (Kind.REFUSED_KEY, Cause.AUTH),
        (Kind.MISSING_SCOPE, Cause.AUTH),
        (Kind.QUOTA, Cause.QUOTA),
        (Kind.SERVER_ERROR, Cause.SERVER_ERROR),
        (Kind.GARBAGE, Cause.CONTRACT),
        (Kind.REFUSED, Cause.CONNECT),
        (Kind.SELF_SIGNED, Cause.TLS),
    ],
)
async def test_what_a_vendor_says_no_with_becomes_the_right_cause(vendor: str, kind: Kind, cause: Cause) -> None:
    async with Lab([vendor]) as lab:
        lab.break_(vendor, kind)
        (api,) = await run(lab, vendor, "api")

    assert api.outcome.cause is cause, api.outcome.detail
    assert api.outcome.detail
    assert api.evidence is not None


@pytest.mark.anyio
@pytest.mark.parametrize("vendor", VENDORS)
async def test_a_refused_key_of_ours_is_nothing_to_a_stranger(vendor: str) -> None:
    async with Lab([vendor]) as lab:
        lab.break_(vendor, Kind.REFUSED_KEY)
        (stranger,) = await run(lab, vendor, "reachability")

    assert stranger.outcome.cause is None, stranger.outcome.detail


@pytest.mark.anyio
@pytest.mark.parametrize("vendor", VENDORS)
async def test_a_failing_vendor_fails_for_a_stranger_too(vendor: str) -> None:
    async with Lab([vendor]) as lab:
        lab.break_(vendor, Kind.SERVER_ERROR)
        (stranger,) = await run(lab, vendor, "reachability")

    assert stranger.outcome.cause is Cause.SERVER_ERROR, stranger.outcome.detail


def ours(lab: Lab, vendor: str) -> str:
    """A part of the lab's page that our scope covers."""
    wanted = {"sendgrid": "API", "cloudflare": "API", "stripe": "api", "slack": "Messaging", "twilio": "REST API"}
    return wanted.get(vendor, lab.vendors[vendor].components[0])


@pytest.mark.anyio
@pytest.mark.parametrize("vendor", PAGED)
async def test_a_vendors_page_is_read(vendor: str) -> None:
    async with Lab([vendor]) as lab:
        (calm,) = await run(lab, vendor, "status_page")
        lab.page(vendor, PageState(Look.RED, "Trouble <b>with</b> it", ours(lab, vendor)))
        (red,) = await run(lab, vendor, "status_page")
        lab.page(vendor, Look.UNREADABLE)
        (unreadable,) = await run(lab, vendor, "status_page")

    assert [status(finding) for finding in (calm, red)] == [PageStatus.GREEN, PageStatus.RED]
    assert (unreadable.outcome.cause, unreadable.outcome.page) == (Cause.CONTRACT, None)


def status(finding: Finding) -> Any:
    return finding.outcome.page.status if finding.outcome.page else finding.outcome.detail


@pytest.mark.anyio
@pytest.mark.parametrize("vendor", ["stripe", "twilio"])
async def test_a_body_with_amounts_is_asserted_and_never_kept(vendor: str) -> None:
    async with Lab([vendor]) as lab:
        (first,) = await run(lab, vendor, "api")  # the first result is a change, and changes have evidence

    assert first.outcome.cause is None
    assert first.evidence is not None
    assert "bytes that are not kept" in first.evidence.response
    assert "balance" not in first.evidence.response
    assert "1284050" not in first.evidence.response
    assert "184.20" not in first.evidence.response


@pytest.mark.anyio
@pytest.mark.parametrize("vendor", VENDORS)
async def test_no_secret_stands_in_the_evidence(vendor: str) -> None:
    async with Lab([vendor]) as lab:
        lab.break_(vendor, Kind.REFUSED_KEY)
        (api,) = await run(lab, vendor, "api")
        secrets = lab.vendors[vendor].secrets

    assert not [name for name, value in secrets.items() if value in repr(api)]
