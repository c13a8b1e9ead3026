"""Every provider: its facts hold together, and its vendor's own answers become the right causes."""

import importlib
import re
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from checks.engine import engines
from checks.errors import GENERIC, classify
from checks.provider import Counts, Provider
from checks.registry import broken, find, providers, secrets_for, settings_of
from checks.vantage import Vantage
from config.loading import load
from core.health import Cause, Outcome

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
BODIES = Path(__file__).parent / "bodies"
SETTINGS: dict[str, dict[str, Any]] = {
    "auth0": {"tenant_domain": "acme.eu.auth0.com"},
    "aws_s3": {"region": "us-east-1", "bucket": "acme-uploads"},
    "sentry": {"org_slug": "acme"},
    "http": {"url": "https://api.example.com/v1"},
}
SECRETS = {"account_sid": "ACxxxxxxxx"}
VENDORS = sorted(set(providers()) - {"http"})


class NoSockets:
    """Nothing here opens a socket of its own."""

    async def resolve(self, host: str, port: int) -> list[str]:
        raise OSError(f"{host}:{port} is not asked")


def cases() -> Iterator[Any]:
    for path in sorted(BODIES.glob("*.yaml")):
        for case in yaml.safe_load(path.read_text()):
            yield pytest.param(path.stem, case, id=f"{path.stem}: {case['says']}")


def answer_of(case: dict[str, Any]) -> Callable[[httpx.Request], httpx.Response]:
    """The vendor: a token where one is asked for, else what the case says; a HEAD has no body."""

    def answer(request: httpx.Request) -> httpx.Response:
        if "token" in request.url.path and request.method == "POST" and case.get("at") != "token":
            return httpx.Response(200, json={"access_token": "t", "token_type": "Bearer", "expires_in": 3600})
        body = {"json": case["json"]} if "json" in case else {"content": case["text"].encode()}
        response = httpx.Response(case["status"], headers=case.get("headers"), **body)
        return response if request.method != "HEAD" else httpx.Response(case["status"], headers=case.get("headers"))

    return answer


async def ask(
    provider: Provider,
    slug: str,
    answer: Callable[[httpx.Request], httpx.Response],
    params: Any = None,
    settings: dict[str, Any] | None = None,
) -> Outcome:
    spec = provider.probe(slug)
    assert spec is not None
    filled = settings_of(provider, SETTINGS.get(provider.slug, {}) | (settings or {}))
    wanted = min(spec.needs, key=len, default=frozenset())
    secrets = {name: SECRETS.get(name, f"value-of-{name}") for name in wanted}
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        vantage = Vantage(client, NoSockets(), "local", 10.0, lambda: NOW, secrets, filled)
        return await spec.build(filled, spec.params.model_validate(params or {}))(vantage)


def expected(case: dict[str, Any]) -> dict[str, Any]:
    return {key: case[key] for key in ("cause", "code", "request_id", "retry_after_s", "quota", "expires", "deprecation") if key in case}


def seen(outcome: Outcome, keys: Any) -> dict[str, Any]:
    told = {
        "cause": outcome.cause and outcome.cause.value,
        "code": outcome.vendor_code,
        "request_id": outcome.request_id,
        "retry_after_s": outcome.retry_after_s,
        "quota": outcome.quota and [outcome.quota.remaining, outcome.quota.limit],
        "expires": outcome.credential_expires_at and outcome.credential_expires_at.isoformat(),
        "deprecation": outcome.deprecation and outcome.deprecation.what,
    }
    return {key: told[key] for key in keys}


@pytest.mark.anyio
@pytest.mark.parametrize(("vendor", "case"), list(cases()))
async def test_a_vendors_own_answer_has_the_right_cause(vendor: str, case: dict[str, Any]) -> None:
    outcome = await ask(providers()[vendor], case.get("probe", "api"), answer_of(case), case.get("params"))
    wanted = {"cause": None, **expected(case)}

    assert seen(outcome, wanted) == wanted, outcome.detail
    assert bool(outcome.detail) is (outcome.cause is not None)


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("refusal", ["key", "scope", "quota"])
def test_a_refusal_is_known_by_a_body_only_this_vendor_sends(vendor: str, refusal: str) -> None:
    table = providers()[vendor].errors
    found = [case for case in yaml.safe_load((BODIES / f"{vendor}.yaml").read_text()) if case.get("refuses") == refusal]

    assert found
    for case in found:
        response = httpx.Response(
            case["status"], headers=case.get("headers"), **({"json": case["json"]} if "json" in case else {"text": case["text"]})
        )
        own, general = classify(response, response.content, table), classify(response, response.content, GENERIC)
        assert own.cause is (Cause.QUOTA if refusal == "quota" else Cause.AUTH)
        assert own.detail != general.detail


def test_the_same_status_means_different_things_to_different_vendors() -> None:
    response = httpx.Response(503, content=b"<Error><Code>SlowDown</Code></Error>")

    assert classify(response, response.content, providers()["aws_s3"].errors).cause is Cause.QUOTA
    assert classify(response, response.content, providers()["stripe"].errors).cause is Cause.SERVER_ERROR


def test_no_two_vendors_have_the_same_table_unless_they_name_a_shared_engine() -> None:
    equal = [
        (one.slug, other.slug)
        for one, other in combinations(providers().values(), 2)
        if (one.errors.rules, one.errors.code_at, one.errors.form) == (other.errors.rules, other.errors.code_at, other.errors.form)
        and (one.errors.engine is None or one.errors.engine != other.errors.engine)
    ]

    assert equal == []


def test_every_file_in_the_folder_is_a_provider() -> None:
    assert broken() == {}
    assert {"http", "stripe", "paypal", "auth0", "sendgrid", "aws_s3", "cloudflare", "sentry", "hubspot", "slack", "twilio"} <= set(
        providers()
    )


@pytest.mark.parametrize("vendor", sorted(providers()))
def test_its_facts_hold_together(vendor: str) -> None:
    provider = providers()[vendor]
    secrets = {spec.name for spec in provider.secrets}
    settings = {spec.name for spec in provider.settings}

    assert {spec.slug for spec in provider.probes} >= {"api", "reachability"}
    assert all(names <= secrets for spec in provider.probes for names in spec.needs)
    assert all(set(spec.needs_settings) <= settings for spec in provider.probes)
    assert all(re.compile(spec.pattern) for spec in (*provider.secrets, *provider.settings) if spec.pattern)
    assert [spec.counts for spec in provider.probes if spec.slug in ("api", "reachability")] == [Counts.ALWAYS, Counts.FALLBACK]
    assert provider.docs.startswith("https://")


@pytest.mark.parametrize("vendor", VENDORS)
def test_its_status_page_is_read_or_says_why_not(vendor: str) -> None:
    page = providers()[vendor].status_page

    assert page is not None
    assert page.engine in engines().entries if page.engine else page.note.startswith("engine not yet built: ")
    assert (providers()[vendor].probe("status_page") is not None) is (page.engine is not None)


@pytest.mark.anyio
@pytest.mark.parametrize(("vendor", "slug"), [(vendor, spec.slug) for vendor in VENDORS for spec in providers()[vendor].probes])
async def test_another_address_is_asked_for_everything(vendor: str, slug: str) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(f"{request.url.scheme}://{request.url.netloc.decode()}")
        return httpx.Response(200, json={"access_token": "t", "expires_in": 60, "token_type": "Bearer"})

    provider = providers()[vendor]
    stand_in = {"base_url": "http://127.0.0.1:4010", "status_url": "http://127.0.0.1:4010"}
    await ask(provider, slug, answer, settings=stand_in)

    assert set(asked) == {"http://127.0.0.1:4010"}


@pytest.mark.anyio
@pytest.mark.parametrize("vendor", sorted(providers()))
async def test_a_stranger_shows_no_credential(vendor: str) -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={})

    await ask(providers()[vendor], "reachability", answer)

    assert len(asked) == 1
    assert "authorization" not in asked[0].headers


@pytest.mark.anyio
async def test_twilio_is_asked_with_an_api_key_where_there_is_no_token() -> None:
    provider, asked = providers()["twilio"], []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200, json={"messages": []})

    secrets = {"account_sid": "AC1", "api_key_sid": "SK1", "api_key_secret": "s"}
    filled = settings_of(provider, {})
    spec = provider.probe("api")
    assert spec is not None
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        outcome = await spec.build(filled, spec.params())(Vantage(client, NoSockets(), "local", 10.0, lambda: NOW, secrets, filled))

    assert outcome.cause is None
    assert asked == ["https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json?PageSize=1&DateSent=2000-01-01"]


@pytest.mark.anyio
async def test_a_refusal_at_the_token_endpoint_is_told_in_the_vendors_words() -> None:
    refusal = {"status": 401, "json": {"error": "invalid_client"}, "headers": {"Paypal-Debug-Id": "d1"}, "at": "token"}
    outcome = await ask(providers()["paypal"], "api", answer_of(refusal))

    assert outcome.detail == "At the token endpoint: PayPal does not know this client id and secret."
    assert outcome.request_id == "d1"


@pytest.mark.anyio
async def test_stripes_live_mode_is_proven_by_the_body() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"object": "balance", "available": [], "livemode": False})

    assert (await ask(providers()["stripe"], "api", answer, settings={"livemode": True})).cause is Cause.CONTRACT
    assert (await ask(providers()["stripe"], "api", answer, settings={"livemode": False})).cause is None


def test_only_a_check_that_uses_a_secret_waits_for_it() -> None:
    text = (
        "version: 1\nintegrations:\n  - slug: s\n    provider: stripe\n    secrets: {secret_key: env:K, other: env:O}\n"
        "    checks: {mine: {kind: http, url: 'https://example.com', headers: {X-Key: '{other}'}}, open: {kind: http, url: 'https://example.com'}}\n"
    )
    integration = load(text).declared[0]

    assert {check.slug: set(secrets_for(integration, check)) for check in integration.checks} == {
        "api": {"secret_key", "other"},
        "reachability": set(),
        "status_page": set(),
        "mine": {"other"},
        "open": set(),
    }


GOOD = """
from checks.errors import GENERIC
from checks.provider import Provider
PROVIDER = Provider(slug="{slug}", name="N", category="other", docs="https://example.com", probes=(), errors=GENERIC)
"""


def test_a_broken_file_is_named_and_the_others_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "providers_for_a_test"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "good.py").write_text(GOOD.format(slug="good"))
    (package / "misnamed.py").write_text(GOOD.format(slug="good"))
    (package / "broken.py").write_text("import nothing_of_this_name\n")
    (package / "empty.py").write_text("")
    (package / "other.py").write_text("PROVIDER = 5\n")
    monkeypatch.syspath_prepend(tmp_path)
    try:
        found = find(importlib.import_module("providers_for_a_test"))
    finally:
        for name in [name for name in sys.modules if name.startswith("providers_for_a_test")]:
            del sys.modules[name]

    assert list(found.entries) == ["good"]
    assert found.broken == {
        "broken.py": "broken.py cannot be used: ModuleNotFoundError: No module named 'nothing_of_this_name'",
        "empty.py": "empty.py cannot be used: AttributeError: module 'providers_for_a_test.empty' has no attribute 'PROVIDER'",
        "misnamed.py": "misnamed.py exports the slug good",
        "other.py": "other.py cannot be used: TypeError: PROVIDER is a int, not a Provider",
    }
