"""Who may come in, as pure decisions: the Host header, the address listened on, the token and the cookie made of it."""

from __future__ import annotations

import hmac
import ipaddress
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from urllib.parse import urlsplit

COOKIE: Final = "integration_health"
COOKIE_AGE_S: Final = 30 * 86_400
ALWAYS_HOSTS: Final = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, slots=True)
class Door:
    """What guards the web process. `hosts` are the names it may be reached by, each `name` or `name:port`."""

    token: str | None
    hosts: frozenset[str]
    now_s: Callable[[], float] = time.time

    @classmethod
    def of(cls, *, token: str | None, host: str, allowed_hosts: tuple[str, ...], base_url: str | None) -> Door:
        """Loopback names, the address listened on, what the operator allows, and the name people reach it by."""
        public = urlsplit(base_url).hostname if base_url else None
        own = f"[{host}]" if ":" in host and not host.startswith("[") else host
        names = (*ALWAYS_HOSTS, own, *allowed_hosts, *([public] if public else []))
        return cls(token, frozenset(name.lower().rstrip(".") for name in names))

    def knows_host(self, header: str) -> bool:
        """Whether a Host header names us: a page of another name that resolves to us (DNS rebinding) does not."""
        name, port = split_host(header)
        return name in self.hosts or (port != "" and f"{name}:{port}" in self.hosts)

    def may_listen_on(self, address: str | None) -> bool:
        """Without a token only this machine is served, whatever the server was told to listen on."""
        return self.token is not None or address is None or is_loopback(address)

    def accepts(self, token: str) -> bool:
        return self.token is not None and hmac.compare_digest(token.encode(), self.token.encode())

    def cookie(self) -> str:
        """`issued.signature`: proves that whoever holds it knew the token, without being it."""
        issued = str(int(self.now_s()))
        return f"{issued}.{self._sign(issued)}"

    def accepts_cookie(self, value: str) -> bool:
        issued, _, signature = value.partition(".")
        if self.token is None or not issued.isdecimal() or len(issued) > 12:
            return False
        fresh = 0 <= self.now_s() - int(issued) + 60 <= COOKIE_AGE_S
        return hmac.compare_digest(signature.encode(), self._sign(issued).encode()) and fresh

    def _sign(self, issued: str) -> str:
        return hmac.new((self.token or "").encode(), f"{COOKIE} {issued}".encode(), sha256).hexdigest()


def split_host(header: str) -> tuple[str, str]:
    """Name and port of a Host header, the name in lower case, an IPv6 address in its brackets."""
    header = header.strip().lower()
    if header.startswith("["):
        name, _, rest = header.partition("]")
        return f"{name}]", rest.removeprefix(":")
    name, _, port = header.partition(":")
    return name.rstrip("."), port


def is_loopback(address: str) -> bool:
    """A path (a Unix socket) is this machine's too."""
    if address == "localhost" or address.startswith("/"):
        return True
    try:
        found = ipaddress.ip_address(address.strip("[]"))
    except ValueError:
        return False
    inner = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None  # a dual-stack socket says ::ffff:127.0.0.1
    return (inner or found).is_loopback


def local_path(wanted: str | None) -> str:
    """Where to go after signing in: a path of ours, and nothing that a browser would take for another host."""
    if (
        not wanted
        or not wanted.startswith("/")
        or wanted.startswith(("//", "/\\"))
        or any(ord(char) < 33 or char == "\\" for char in wanted)
    ):
        return "/"
    parts = urlsplit(wanted)
    return "/" if parts.scheme or parts.netloc else wanted
