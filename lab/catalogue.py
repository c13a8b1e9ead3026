"""Every vendor of the lab, found by looking in `lab/vendors`: add a file that exports VENDOR or VENDORS, and it is known."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import lab.vendors
from lab.vendor import Vendor


@cache
def vendors() -> Mapping[str, Vendor]:
    """By slug. Raises ValueError where two files know the same one."""
    found: dict[str, Vendor] = {}
    for module in sorted(entry.name for entry in pkgutil.iter_modules(lab.vendors.__path__)):
        for vendor in _of(module):
            if vendor.slug in found:
                raise ValueError(f"lab/vendors/{module}.py: {vendor.slug} is there twice")
            found[vendor.slug] = vendor
    return MappingProxyType(found)


def _of(module: str) -> tuple[Vendor, ...]:
    loaded = importlib.import_module(f"lab.vendors.{module}")
    vendors: tuple[Vendor, ...] = getattr(loaded, "VENDORS", None) or (loaded.VENDOR,)
    return vendors
