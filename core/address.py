"""Which addresses may be asked: a scheme and port allow-list, and the block list every resolved address is held against."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# IANA special-purpose registries, and the metadata services that stand outside them: 168.63.129.16 (Azure), 192.0.0.192
# (Oracle), 100.100.100.200 (Alibaba), fd00:ec2::254 (AWS). `is_private` and `is_global` of the standard library miss a third.
# In ::/8 stands what carries an IPv4 address for somebody to unpack: compatible, mapped, translated (::ffff:0:0:0/96), NAT64 (64:ff9b).
BLOCKED: Final = (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
    "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    "168.63.129.16/32", "::/8", "100::/64", "2001::/23", "2001:db8::/32",
    "2002::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8", "3fff::/20", "5f00::/16",
)  # fmt: skip

# What `private_targets: true` opens: this machine and its network. Metadata services stay shut, whoever opts in.
PRIVATE: Final = ("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")
METADATA: Final = ("100.100.100.200/32", "fd00:ec2::254/128")

WEB_PORTS: Final = frozenset({80, 443, 2053, 2083, 2087, 2096, 4443, 8000, 8008, 8080, 8081, 8443, 8888, 9200, 9243, 9443})
SERVICE_PORTS: Final = WEB_PORTS | frozenset(
    {21, 22, 25, 53, 110, 143, 389, 465, 587, 636, 853, 990, 993, 995, 1433, 1521, 1883, 2197, 3306, 4222, 5222, 5223, 5269, 5432}
    | {5671, 5672, 6379, 6380, 6432, 6543, 8883, 9092, 9093, 9094, 9096, 15671, 25060, 25061, 27017}
)  # fmt: skip


class Refused(ValueError):
    """An address, host, scheme or port that may not be asked; the message is a sentence that says why."""


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """What one integration, page or channel may ask. `private` is the explicit opt-in: any port, and PRIVATE."""

    private: bool = False
    schemes: frozenset[str] = field(default_factory=lambda: frozenset({"https", "http"}))
    ports: frozenset[int] = WEB_PORTS


def is_blocked(address: str, networks: Iterable[str] = BLOCKED) -> bool:
    """Whether a resolved address stands on the block list; an IPv4-mapped one is judged as the IPv4 it carries."""
    return _within(_unmapped(ip_address(address)), tuple(networks))


def check_address(address: str, policy: AddressPolicy) -> None:
    """Raises `Refused` unless `policy` lets the very address be connected to."""
    refusal = _refusal(address, policy.private)
    if refusal is not None:
        raise Refused(refusal)


@lru_cache(maxsize=8_192)
def _refusal(address: str, private: bool) -> str | None:
    try:
        found = _unmapped(ip_address(address))
    except ValueError:
        return f"{address!r} is no IP address"
    if private and _within(found, PRIVATE) and not _within(found, METADATA):
        return None
    if _within(found, BLOCKED):
        opens = not private and _within(found, PRIVATE) and not _within(found, METADATA)
        opened = "; private_targets would allow it" if opens else ""
        return f"{found} is not a public address{opened}"
    return None


def check_target(scheme: str, host: str, port: int, policy: AddressPolicy) -> None:
    """Raises `Refused` for what needs no look-up to be refused: scheme, port, a host that is a number in disguise."""
    if scheme not in policy.schemes:
        raise Refused(f"{scheme!r} is not one of {', '.join(sorted(policy.schemes))}")
    if not 0 < port < 65_536:
        raise Refused(f"port {port} is no port")
    if port not in policy.ports and not policy.private:
        raise Refused(f"port {port} is not one that may be asked; private_targets would allow it")
    literal = read_literal(host)
    if literal is not None:
        check_address(str(literal), policy)


@lru_cache(maxsize=4_096)
def read_literal(host: str) -> Address | None:
    """The address `host` spells out, None for a name. Decimal, octal, hexadecimal and short spellings are refused.

    Resolvers read `2130706433`, `0177.0.0.1` and `127.1` as 127.0.0.1 (WHATWG URL, "ends in a number"); nobody who means
    well writes them.
    """
    bare = host.strip("[]").rstrip(".")
    try:
        return ip_address(bare)
    except ValueError:
        pass
    if not bare or len(bare) > 253 or re.search(r"[\s\x00-\x20/\\@?#%:]", bare):
        raise Refused(f"{host[:80]!r} is no host name")
    if re.fullmatch(r"\d+|0[xX][0-9a-fA-F]*", bare.rpartition(".")[2]):
        raise Refused(f"{host[:80]!r} is an address in a disguised spelling")
    return None


def _unmapped(address: Address) -> Address:
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address


def _within(address: Address, networks: tuple[str, ...]) -> bool:
    return any(network.version == address.version and address in network for network in _parsed(networks))


@lru_cache(maxsize=16)
def _parsed(networks: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ip_network(network) for network in networks)
