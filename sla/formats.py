"""Every form a report can be had in, found by looking in `sla/render`: add a file, and it is offered."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from core.escape import file_name
from sla import render
from sla.portfolio import Report


@dataclass(frozen=True, slots=True)
class Format:
    """One form: its name is the suffix of its files."""

    name: str
    media_type: str
    render: Callable[[Report], bytes]

    def file_name(self, report: Report) -> str:
        """`sla-2026-11.csv`."""
        return file_name(f"sla-{report.period.key}.{self.name}")


@cache
def formats() -> Mapping[str, Format]:
    """By name, in the order of the names."""
    found = (importlib.import_module(f"{render.__name__}.{module.name}") for module in pkgutil.iter_modules(render.__path__))
    made = (Format(module.NAME, module.MEDIA_TYPE, module.render) for module in found)
    return {one.name: one for one in sorted(made, key=lambda one: one.name)}
