"""A file system of a few megabytes, really full when it is full: for one command, in a mount namespace that ends with it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from tests.journeys.actors import ROOT

ROOM: Final = "16m"
ROOTS_WAY: Final = ("unshare", "--mount")
ANYBODYS_WAY: Final = ("unshare", "--mount", "--map-root-user")  # root of a namespace of users, so that this one's mounts are allowed
MOUNTED: Final = f'mount -t tmpfs -o size={ROOM},mode=0700 tmpfs "$0" && exec "$@"'
NO_WAY: Final = (
    "No small disk can be had here: this user may not mount a tmpfs in a namespace of its own ({}). "
    "Run the tests as root, or allow namespaces of users "
    "(sysctl kernel.unprivileged_userns_clone=1 kernel.apparmor_restrict_unprivileged_userns=0)."
)


def on_a_small_disk(at: Path, module: str, *words: str, seconds: float) -> subprocess.CompletedProcess[str]:
    """`python -m module words` with a small disk mounted at the folder `at`, for itself and its children."""
    command = [*_way(at), "sh", "-c", MOUNTED, str(at), sys.executable, "-m", module, *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=seconds)


def _way(at: Path) -> Sequence[str]:
    """The first by which this user may mount something."""
    said = "unshare is not there"
    for way in (ROOTS_WAY, ANYBODYS_WAY) if os.geteuid() == 0 else (ANYBODYS_WAY,):
        try:
            done = subprocess.run([*way, "sh", "-c", MOUNTED, str(at), "true"], capture_output=True, text=True, timeout=20)
        except OSError:
            continue
        if done.returncode == 0:
            return way
        said = done.stderr.strip().partition("\n")[0]
    pytest.fail(NO_WAY.format(said), pytrace=False)
