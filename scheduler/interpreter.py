"""How the interpreter is set where time is measured: no thread holds it for long, and no collection looks through all memory."""

from __future__ import annotations

import gc
import sys
from typing import Final

SWITCH_S: Final = 0.001  # Python's own 5 ms are added to a vendor's answer each time the transfer thread waits for the judge


def share() -> None:
    """Threads that compute hand the interpreter over sooner to one that has something to read."""
    sys.setswitchinterval(SWITCH_S)


def settle() -> None:
    """What is there now stays for long, so no later collection looks at it: with 10,000 checks each stopped every thread for 65 ms.

    What stayed the last time is looked at once more, or what another configuration leaves behind in circles would stay for ever.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
