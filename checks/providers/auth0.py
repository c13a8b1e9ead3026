"""Auth0: sign-in (https://auth0.com/docs/api/management/v2)."""

from __future__ import annotations

from typing import Final

from checks.asking import addresses, api, ask, reachability
from checks.errors import ErrorTable, Rule
from checks.provider import Provider, PublishedSla, SecretSpec, SettingSpec, StatusPage
from checks.signals import QuotaHeaders
from core.health import Cause

ERRORS: Final = ErrorTable(
    # Management: {"statusCode", "error", "message", "errorCode"}; the token call: {"error", "error_description"}.
    # https://auth0.com/docs/api/management/v2, https://auth0.com/docs/troubleshoot/customer-support/operational-policies/rate-limit-policy
    rules=(
        Rule(Cause.AUTH, "The application may not call the Management API: it lacks read:tenant_settings.", codes=("insufficient_scope",)),
        Rule(
            Cause.AUTH,
            "The application has no grant for the Management API.",
            codes=("unauthorized_client", "access_denied"),
            statuses=(403,),
        ),
        Rule(
            Cause.AUTH, "Auth0 does not know this client id and secret.", codes=("access_denied", "invalid_client", "unauthorized_client")
        ),
        Rule(Cause.AUTH, "Auth0 refused the token.", codes=("invalid_token",)),
        Rule(Cause.QUOTA, "Auth0's rate limit is reached.", codes=("too_many_requests",)),
        Rule(Cause.AUTH, "Auth0 refused the token.", (401,), text="Invalid token"),
        Rule(Cause.CLIENT_ERROR, "Auth0 does not know this tenant.", (404,)),
    ),
    code_at=("errorCode", "error"),
    message_at=("message", "error_description"),
    request_id_headers=("x-auth0-requestid",),
    quota=(QuotaHeaders("x-ratelimit-remaining", "x-ratelimit-limit", "x-ratelimit-reset"),),
)

PROVIDER = Provider(
    slug="auth0",
    name="Auth0",
    category="auth",
    docs="https://auth0.com/docs/api/management/v2",
    errors=ERRORS,
    secrets=(
        SecretSpec("client_id", "Client id of a machine-to-machine application", "read:tenant_settings"),
        SecretSpec("client_secret", "Its secret"),
    ),
    settings=(
        SettingSpec(
            "tenant_domain", "Canonical domain with its region, such as acme.eu.auth0.com", required=True, pattern=r"^[a-z0-9.-]+$"
        ),
        *addresses("https://{tenant_domain}"),
    ),
    probes=(
        api(
            # Without the audience the token is not meant for the Management API, which then refuses it.
            ask(
                ERRORS,
                url="{base_url}/api/v2/tenants/settings?fields=session_lifetime&include_fields=true",
                auth={
                    "kind": "oauth2_client_credentials",
                    "token_url": "{base_url}/oauth/token",
                    "client_id": "{client_id}",
                    "client_secret": "{client_secret}",
                    "audience": "https://{tenant_domain}/api/v2/",
                    "style": "post",
                },
                expect={"json": [{"path": "$", "is_a": "object"}]},
            ),
            frozenset({"client_id", "client_secret"}),
        ),
        # The issuer ends in a slash and must be the very address tokens are checked against.
        reachability(
            ERRORS,
            200,
            url="{base_url}/.well-known/openid-configuration",
            expect={"json": [{"path": "$.issuer", "equals": "{base_url}/"}, {"path": "$.jwks_uri", "is_a": "string"}]},
        ),
    ),
    status_page=StatusPage("https://status.auth0.com", engine=None, note="engine not yet built: custom (RSS per tenant)"),
    calls_per_minute=60,  # a free tenant takes 2 a second
    sla=PublishedSla(
        "99.99", "month", "https://www.okta.com/agreements", "5 % of the monthly fee, 10 % below 99.9, 20 % below 99.0, 50 % below 95"
    ),
)
