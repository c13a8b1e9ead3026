"""A silence or a maintenance window, under way or to come, as pages show it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Window:
    """`ident` is what it is ended by; `of_file`: it is declared in integrations.yaml, and ended there."""

    ident: int
    kind: str
    what: str
    start_ms: int
    end_ms: int
    reason: str
    by: str
    begun: bool
    of_file: bool

    @property
    def is_silence(self) -> bool:
        return self.kind == "Silence"
