"""The name under which pages and API still ask for core.reading."""

from __future__ import annotations

from core.reading import LatencyReading, Reading

__all__ = ["LatencyReading", "Reading"]
