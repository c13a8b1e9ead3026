"""What pages say of the monitor itself: at most one banner, and its own health in figures."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Blind:
    """A stretch in which we saw nothing: `end_ms` None while it lasts."""

    start_ms: int
    end_ms: int | None
    why: str
    incident: int | None = None


@dataclass(frozen=True, slots=True)
class Monitor:
    """How the monitor is, as the pages need it."""

    gone_ms: int | None  # since when nobody probes; 0: nobody ever did; None: somebody does
    blind: Blind | None  # the newest within a day
    demo: bool
    playing: tuple[int, int] | None = None  # days of the demo's history played so far, and all of them
    canaries: str = ""  # what the newest round of canaries found
    unwritable: str = ""  # why the web process cannot write either

    @property
    def network_down(self) -> bool:
        return self.blind is not None and self.blind.end_ms is None
