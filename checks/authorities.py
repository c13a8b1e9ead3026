"""The certificate authorities that are trusted: the system's, and beside them those the operator adds."""

from __future__ import annotations

import os
import ssl
import sys
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

import certifi

_HELD: Final[list[object]] = []  # files that go when they are closed


def usual() -> str:
    """The system's bundle (SSL_CERT_FILE names another one), else the one that ships with the product."""
    return ssl.get_default_verify_paths().cafile or certifi.where()


def trusted(extra: str | None) -> str:
    """One file of the usual ones and the operator's own: libcurl and OpenSSL trust a single file, and keep what they read of it."""
    if extra is None:
        return usual()
    try:
        return _kept(Path(usual()).read_bytes() + b"\n" + Path(extra).read_bytes())
    except OSError:
        return extra  # whoever uses it says that it cannot be read, as a fault of ours


@cache
def _kept(bundle: bytes) -> str:
    """Nameless and ours alone where the system can: no cleaner of /tmp takes it from a worker that runs for weeks, no kill leaves it."""
    if sys.platform == "linux":
        number = os.memfd_create("authorities")
        with open(number, "wb", closefd=False) as nameless:
            nameless.write(bundle)
        return f"/proc/self/fd/{number}"
    file = NamedTemporaryFile(prefix="authorities-", suffix=".pem")  # noqa: SIM115 as long as the process
    file.write(bundle)
    file.flush()
    _HELD.append(file)
    return file.name
