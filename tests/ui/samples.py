"""Summaries as storage folds them: enough vendors for every form of the wall, invented and always the same."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal

from core.health import Cause, Status
from core.plan import IntegrationPlan, Objective
from storage.rows import Figures, OpenIncident, Summary

NOW_MS = 1_795_527_128_000  # 2026-11-24 13:32:08 UTC
MINUTE_MS = 60_000
DAY_MS = 86_400_000

VENDORS = {
    "Payments": ("PayPal", "Stripe", "Adyen", "Square", "Braintree"),
    "Identity": ("Auth0", "Okta", "Google sign-in", "Microsoft Entra", "Apple sign-in"),
    "E-mail": ("SendGrid", "Postmark", "Amazon SES", "Resend"),
    "Storage": ("Amazon S3", "Google Cloud Storage", "Cloudinary", "Dropbox"),
    "Delivery": ("Cloudflare", "CloudFront", "Vercel"),
    "Data and analytics": ("HubSpot", "Mixpanel", "Salesforce", "Amplitude", "PostHog", "OpenAI"),
    "Messaging": ("Twilio", "Slack", "Microsoft Teams", "Discord"),
    "Observability": ("Sentry", "Datadog", "New Relic", "PagerDuty"),
    "Infrastructure": ("Postgres (orders)", "Redis (sessions)", "Kafka (events)", "Algolia", "GitHub"),
}


def figures(
    window_ms: int, *, down_ms: int = 0, degraded_ms: int = 0, unknown_ms: int = 0, maintenance_ms: int = 0, ours_ms: int = 0
) -> Figures:
    up = window_ms - down_ms - degraded_ms - unknown_ms - maintenance_ms
    return Figures(up, degraded_ms, down_ms, maintenance_ms, unknown_ms, ours_ms)


def summary(name: str, category: str = "Payments", *, number: int = 1, environment: str = "production") -> Summary:
    """One integration that is well."""
    chance = random.Random(f"{name}/{environment}")
    slug = f"{name.lower().replace(' ', '-').replace('(', '').replace(')', '')}{'' if environment == 'production' else '-' + environment}"
    objective = Objective(Decimal("99.9"), 800, Decimal(95)) if chance.random() < 0.7 else None
    plan = IntegrationPlan(
        id=number,
        slug=slug,
        name=name,
        provider=slug,
        provider_name=name,
        category=category,
        environment=environment,
        owner="payments-oncall",
        objective=objective,
    )
    usual = chance.choice((47_000, 103_000, 212_000, 264_000, 353_000))
    bars = "".join(chance.choices("usdm", (300, 3, 2, 1), k=90))
    if chance.random() < 0.2:
        bars = "-" * chance.randrange(20, 60) + bars
        bars = bars[:90]
    slow = chance.choice((0, 0, 0, 240_000, 720_000))
    return Summary(
        plan=plan,
        status=Status.UP,
        since_ms=NOW_MS - chance.choice((2, 6, 11, 19, 43, 71)) * DAY_MS,
        failing=0,
        fail_after=3,
        maintained=False,
        seen_ms=NOW_MS - 4_000,
        day=figures(DAY_MS),
        week=figures(7 * DAY_MS),
        month=figures(30 * DAY_MS, degraded_ms=slow * 2, unknown_ms=chance.choice((0, 0, 2_592_000))),
        quarter=figures(90 * DAY_MS, degraded_ms=slow * 2),
        calendar_month=figures(NOW_MS - 1_793_491_200_000, degraded_ms=slow * 2),
        p95_us=(usual, usual, usual, usual),
        bars=bars,
        sparkline=tuple(int(usual * chance.uniform(0.9, 1.1)) for _ in range(24)),
        folded_ms=NOW_MS,
        first_ms=NOW_MS - 90 * DAY_MS,
    )


def fleet(copies: int = 1) -> list[Summary]:
    """All vendors, `copies` times over in other environments, all well."""
    made = []
    for copy in range(copies):
        environment = "production" if copy == 0 else f"tenant-{copy}"
        for category, names in VENDORS.items():
            made += [summary(name, category, number=len(made) + 1, environment=environment) for name in names]
    return made


def failing(summaries: list[Summary]) -> list[Summary]:
    """The same with two failing, one slow, one unknown, one in maintenance."""
    changes = {
        "PayPal": {
            "status": Status.DOWN,
            "since_ms": NOW_MS - 29 * MINUTE_MS,
            "bars": "u" * 89 + "d",
            "incidents": (
                OpenIncident(
                    214, Status.DOWN, Cause.SERVER_ERROR, NOW_MS - 29 * MINUTE_MS, "POST /v2/orders answers 503", "theirs", "medium",
                    "Not acknowledged by PayPal.", None, None, 13,
                ),
            ),
            "calendar_month": figures(NOW_MS - 1_793_491_200_000, down_ms=47 * MINUTE_MS),
            "day": figures(DAY_MS, down_ms=29 * MINUTE_MS),
        },
        "Twilio": {
            "status": Status.DOWN,
            "since_ms": NOW_MS - 51 * MINUTE_MS,
            "bars": "u" * 89 + "o",
            "incidents": (
                OpenIncident(
                    213, Status.DOWN, Cause.AUTH, NOW_MS - 51 * MINUTE_MS, "The key is refused with 401", "ours", "high",
                    "Not counted against Twilio. Rotate the key.", "Mara", None, 3,
                ),
            ),
        },
        "SendGrid": {
            "status": Status.DEGRADED,
            "since_ms": NOW_MS - 12 * MINUTE_MS,
            "sparkline": tuple([240_000] * 22 + [1_200_000, 1_910_000]),
            "incidents": (
                OpenIncident(
                    215, Status.DEGRADED, Cause.SLOW, NOW_MS - 12 * MINUTE_MS, "Slow: 1 910 ms, the limit is 800 ms", "theirs", "high",
                    "Acknowledged by SendGrid.", "Jo", None, 12,
                ),
            ),
        },
        "Mixpanel": {"status": Status.UNKNOWN, "since_ms": NOW_MS - 8 * MINUTE_MS},
        "HubSpot": {"maintained": True, "since_ms": NOW_MS - 32 * MINUTE_MS},
    }  # fmt: skip
    return [
        replace(made, **changes[made.plan.name]) if made.plan.name in changes and made.plan.environment == "production" else made
        for made in summaries
    ]
