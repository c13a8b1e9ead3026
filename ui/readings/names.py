"""What ids are called: checks and places by name, for those pages that hold ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.plan import CheckPlan
from storage.rows import IntegrationRow
from ui.readings.reference import Reference


@dataclass(frozen=True, slots=True)
class Names:
    """Checks by id and places by id; what is gone from the catalogue has a number for a name."""

    checks: Mapping[int, CheckPlan]
    places: Mapping[int, str]

    @classmethod
    def of(cls, integrations: Iterable[IntegrationRow], locations: Mapping[str, int]) -> Names:
        checks = {check.plan.id: check.plan for row in integrations for check in row.checks}
        return cls(checks, {ident: slug for slug, ident in locations.items()})

    def check(self, ident: int) -> str:
        found = self.checks.get(ident)
        return found.name or found.slug if found else f"check {ident}"

    def place(self, ident: int) -> str:
        return self.places.get(ident, f"place {ident}")

    def reference(self, check: int, location: int, at_ms: int) -> str:
        """The permalink of a result; empty where the check has no slug any more."""
        found = self.checks.get(check)
        return str(Reference(found.slug, self.place(location), at_ms)) if found else ""
