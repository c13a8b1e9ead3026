"""`python -m tests.secrecy.worker`: the worker with one more provider, whose probe is a bug. With `open`, nothing in it redacts."""

from __future__ import annotations

import sys
from pathlib import Path

import checks.providers
import observe
from checks.runner import Runner
from core.redact import Redacted, Redactor
from scheduler.__main__ import main


class Untouched(Redactor):
    """What leaves as it is: what the scan must be able to find."""

    def __call__(self, text: str) -> Redacted:
        return Redacted(text)


if __name__ == "__main__":
    checks.providers.__path__.append(str(Path(__file__).parent / "vendors"))
    if sys.argv[1:] == ["open"]:
        Runner.redactor = observe.Secrets.redactor = Untouched
    raise SystemExit(int(main()))
