"""The guard: what may be asked, judged again at the very address that is connected to."""

from __future__ import annotations

import httpx

from core.address import AddressPolicy, Refused, check_address, check_target


class Blocked(httpx.TransportError):
    """A target the guard refuses; the message is a sentence. Its cause is `blocked`."""


def judge_address(address: str, policy: AddressPolicy) -> None:
    """Raises `Blocked` unless the address may be connected to."""
    try:
        check_address(address, policy)
    except Refused as refusal:
        raise Blocked(str(refusal)) from None


def judge_url(url: httpx.URL, policy: AddressPolicy) -> None:
    """Raises `Blocked` for what needs no look-up to be refused."""
    try:
        check_target(url.scheme, url.host, port_of(url), policy)
    except Refused as refusal:
        raise Blocked(str(refusal)) from None


def port_of(url: httpx.URL) -> int:
    """The port a URL means, its scheme's where it names none."""
    return url.port or {"http": 80, "https": 443}.get(url.scheme, 0)
