"""Which file of integrations is meant: the one set, the one here, or the example that ships with the product."""

from __future__ import annotations

from pathlib import Path

from settings import Settings

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "config.example.yaml"


def config_path(settings: Settings) -> Path:
    here = Path("integrations.yaml")
    return settings.config or (here if here.exists() else EXAMPLE)
