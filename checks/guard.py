"""The guard: what may be asked, judged again at the very address that is connected to."""

from __future__ import annotations

from collections.abc import Sequence

import httpx

from core.address import AddressPolicy, Refused, check_address, check_target


class Blocked(httpx.TransportError):
    """A target the guard refuses; the message is a sentence. Its cause is `blocked`."""


def judge_addresses(addresses: Sequence[str], policy: AddressPolicy) -> tuple[str, ...]:
    """Those of `addresses` that may be connected to. Raises `Blocked` where there is none."""
    allowed, refusal = [], "no address"
    for address in addresses:
        try:
            check_address(address, policy)
        except Refused as refused:
            refusal = str(refused)
        else:
            allowed.append(address)
    if not allowed:
        raise Blocked(f"{refusal}.")
    return tuple(allowed)


def judge_url(url: httpx.URL, policy: AddressPolicy) -> None:
    """Raises `Blocked` for what needs no look-up to be refused."""
    judge_target(url.scheme, url.host, port_of(url), policy)


def judge_target(scheme: str, host: str, port: int, policy: AddressPolicy) -> None:
    """The same for what has no URL."""
    try:
        check_target(scheme, host, port, policy)
    except Refused as refusal:
        raise Blocked(f"{refusal}.") from None


def port_of(url: httpx.URL) -> int:
    """The port a URL means, its scheme's where it names none."""
    return url.port or {"http": 80, "https": 443}.get(url.scheme, 0)
