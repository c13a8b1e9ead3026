"""The integrations of the scene, as they would be declared."""

from __future__ import annotations

from decimal import Decimal

from core.declared import DeclaredCheck, DeclaredIntegration, Promise
from core.plan import Criticality, Objective

VENDORS = {
    "Payments": ("PayPal", "Stripe", "Adyen", "Square"),
    "Identity": ("Auth0", "Okta", "Microsoft Entra"),
    "E-mail": ("SendGrid", "Postmark", "Amazon SES"),
    "Storage": ("Amazon S3", "Cloudinary"),
    "Data and analytics": ("HubSpot", "Mixpanel", "OpenAI"),
    "Messaging": ("Twilio", "Slack"),
    "Observability": ("Sentry", "Datadog"),
}
FLOWS = {"PayPal": ("Checkout", "Refunds"), "Twilio": ("Order texts", "Sign-in codes"), "SendGrid": ("Receipts",)}


def slug(name: str) -> str:
    return name.lower().replace(" ", "-").replace(".", "-")


def one(name: str, category: str, environment: str = "production") -> DeclaredIntegration:
    """An integration with an api check, a reachability check, a status page and a certificate."""
    fast = name in ("PayPal", "Stripe", "SendGrid", "Twilio")
    every = 60_000 if fast else 300_000
    place = slug(name) + ("" if environment == "production" else f"-{environment}")
    checks = (
        DeclaredCheck("api", "API", "http", True, interval_ms=every, latency_limit_us=800_000, params={"url": f"https://api.{slug(name)}.example/v1/ping"}),
        DeclaredCheck("status_page", "Status page", "statuspage", False, interval_ms=300_000, params={"url": f"https://status.{slug(name)}.example"}),
        DeclaredCheck("cert", "Certificate", "tls", False, interval_ms=3_600_000, params={"host": f"api.{slug(name)}.example"}),
    )  # fmt: skip
    return DeclaredIntegration(
        slug=place,
        name=name,
        provider=slug(name),
        provider_name=name,
        category=category,
        environment=environment,
        owner="payments-oncall" if category == "Payments" else "platform",
        runbook=f"https://wiki.example/runbooks/{slug(name)}",
        criticality=Criticality.HIGH if category == "Payments" else Criticality.MEDIUM,
        tags=("eu",) if name in ("Adyen", "Auth0") else (),
        flows=FLOWS.get(name, ()),
        objective=None if name in ("Mixpanel", "Square") else Objective(Decimal("99.9"), 800, Decimal(95)),
        promise=Promise("99.95", f"https://{slug(name)}.example/legal/sla", "2026-09-02") if fast else None,
        status_page_url=f"https://status.{slug(name)}.example",
        checks=checks,
    )


def fleet(copies: int = 1) -> list[DeclaredIntegration]:
    """Everything, `copies` times in other environments."""
    names = ("production", *(f"tenant-{number}" for number in range(1, copies)))
    return [one(name, category, place) for place in names for category, vendors in VENDORS.items() for name in vendors]
