"""`python -m tests.journeys.asking_nobody`: the worker, whose name server takes questions about `.hangs.example` and answers none."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Final

from checks.lookups import Lookups, find_addresses
from scheduler.__main__ import main
from scheduler.outside import Outside

HANGING: Final = ".hangs.example"
_NEVER: Final = threading.Event()


class AskingNobody(Lookups):
    """Look-ups as they are, over this name server."""

    def __init__(self) -> None:
        super().__init__(find)


def find(host: str) -> Sequence[str]:
    """As the system does it, for all other names."""
    if host.endswith(HANGING):
        _NEVER.wait()
    return find_addresses(host)


if __name__ == "__main__":
    Outside.lookups = AskingNobody
    raise SystemExit(int(main()))
