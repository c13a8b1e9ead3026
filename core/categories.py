"""What categories are called on pages: raw words of catalogues and files, several of which may mean the same."""

from __future__ import annotations

from typing import Final

OTHER: Final = "Other"

_NAMES: Final = {
    "payments": "Payments",
    "auth": "Identity",
    "identity": "Identity",
    "identity_provider": "Identity",
    "email": "E-mail",
    "storage": "Storage",
    "cdn": "Delivery",
    "delivery": "Delivery",
    "analytics": "Data and analytics",
    "communication": "Messaging",
    "messaging": "Messaging",
    "monitoring": "Observability",
    "observability": "Observability",
    "errors": "Observability",
    "infrastructure": "Infrastructure",
    "crm": "CRM",
    "ai": "AI",
    "dev": "Developer tools",
    "productivity": "Productivity",
    "social": "Social networks",
    "generic": OTHER,
    "http": OTHER,
    "other": OTHER,
    "": OTHER,
}


def category_name(slug: str) -> str:
    """`cdn` is Delivery; a word of somebody's own is written with a capital."""
    return _NAMES.get(slug, slug[:1].upper() + slug[1:].replace("_", " ").replace("-", " "))
