"""Addresses that stand in the file itself, judged by the guard's own list before anything is asked. Names are not looked up."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import httpx

from checks.kinds import kinds
from checks.provider import Provider
from checks.registry import names_in
from config.models import Check, Integration
from config.problems import Complaint, Path
from core.address import SERVICE_PORTS, AddressPolicy, Refused, check_address, check_target, read_literal

OPT_IN: Final = "write private_targets: true at this {where}, if it is one of yours"
_AUTHORITY: Final = re.compile(r"(?:https?://)?[^/?#]*", re.IGNORECASE)
_ADDRESS: Final = "^https?://"  # how the pattern of a setting that is an address begins


def refused_targets(integration: Integration, provider: Provider, settings: Mapping[str, Any]) -> Iterator[Complaint]:
    """What would be blocked at every run. Paths begin below the integration."""
    for path, text in _asked(integration, provider, settings):
        why = refusal(_filled(text, settings), private=integration.private_targets, where="integration")
        if why is not None:
            yield Complaint(_written(path, text, integration, provider), why)
    yield from _shut_sockets(integration)


def refusal(text: str, *, private: bool, where: str) -> str | None:
    """Why this address, host, or host with a port is never asked from here, and what to do. `where`: what the opt-in stands at."""
    host = _host(text)
    if host is None:
        return None
    return _judged(host, private=private, where=where) or _shut(text, host, AddressPolicy(private), where)


def _asked(integration: Integration, provider: Provider, settings: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Where it says whom to ask, and what it says there."""
    for spec in provider.settings:
        if (spec.pattern or "").startswith(_ADDRESS) and spec.name in settings:
            yield ("settings", spec.name), str(integration.settings.get(spec.name, spec.default or ""))
    for slug, check in _asking(integration):
        kind = kinds().get(check.kind or "")
        for place in kind.asks if kind else ():
            yield from ((("checks", slug, *path), text) for path, text in _texts(check.own, place.split(".")))


def _asking(integration: Integration) -> Iterator[tuple[str, Check]]:
    return ((slug, check) for slug, check in integration.checks.items() if check.enabled)


def _texts(value: Any, steps: Sequence[str]) -> Iterator[tuple[Path, str]]:
    """The texts at a dotted place, those of a list one by one."""
    if isinstance(value, list) and not steps:
        yield from (((index,), text) for index, text in enumerate(value) if isinstance(text, str))
    elif isinstance(value, dict) and steps and steps[0] in value:
        yield from (((steps[0], *path), text) for path, text in _texts(value[steps[0]], steps[1:]))
    elif isinstance(value, str) and not steps:
        yield (), value


def _filled(text: str, settings: Mapping[str, Any]) -> str:
    """As far as the file says it: a secret is not known here."""
    for name in names_in(text) & settings.keys():
        text = text.replace(f"{{{name}}}", str(settings[name]))
    return text


def _host(text: str) -> str | None:
    """As the transport reads it; None where there is none, or only a run knows it."""
    if "://" in text:
        try:
            host = httpx.URL(text).host
        except httpx.InvalidURL:
            return None
    else:
        host = text.partition(":")[0] if text.count(":") == 1 else text  # a resolver may name its port
    return None if not host or "{" in host else host


def _judged(host: str, *, private: bool, where: str) -> str | None:
    """Why an address is not asked, and what to do; None for a name, and for one that may be."""
    try:
        literal = read_literal(host)
    except Refused:
        return _disguised(host, private=private, where=where)
    if literal is None:
        return None
    try:
        check_address(str(literal), AddressPolicy(private))
    except Refused as refused:
        return (
            f"{refused}: {OPT_IN.format(where=where)}" if _opens(str(literal)) else f"{refused}, and stays shut with private_targets, too"
        )
    return None


def _disguised(host: str, *, private: bool, where: str) -> str | None:
    """None where it is no address at all: whatever asks it says so."""
    if not re.fullmatch(r"[0-9A-Fa-fxX.]+", host):
        return None
    try:
        plain = socket.inet_ntoa(socket.inet_aton(host.rstrip(".")))
    except OSError:
        return "this is an address in a disguised spelling, which is never asked"
    then = _judged(plain, private=private, where=where)
    return f"this is {plain} in a disguised spelling, which is never asked: write {plain}" + (f"; {then}" if then else "")


def _shut(text: str, host: str, policy: AddressPolicy, where: str) -> str | None:
    """Why the port of an address is not asked; what asks a socket names any port it likes."""
    if "://" not in text:
        return None
    url = httpx.URL(text)
    try:
        check_target(url.scheme, host, url.port or (80 if url.scheme == "http" else 443), policy)
    except Refused as refused:
        return f"{refused}: {OPT_IN.format(where=where)}"
    return None


def _shut_sockets(integration: Integration) -> Iterator[Complaint]:
    """The ports of checks that open a socket of their own: more than those of the web, and still not any."""
    for slug, check in _asking(integration):
        port = check.own.get("port")
        if type(port) is int and port not in SERVICE_PORTS and not integration.private_targets:
            why = f"port {port} is not one that may be asked; private_targets would allow it"
            yield Complaint(("checks", slug, "port"), f"{why}: {OPT_IN.format(where='integration')}")


def _opens(address: str) -> bool:
    try:
        check_address(address, AddressPolicy(private=True))
    except Refused:
        return False
    return True


def _written(path: Path, text: str, integration: Integration, provider: Provider) -> Path:
    """Where somebody wrote the host: here, or in the setting that is filled in here."""
    found = _AUTHORITY.match(text)
    for name in sorted(names_in(found[0]) if found else ()):
        if name in integration.settings:
            return ("settings", name)
        for spec in provider.settings:
            if spec.name == name and spec.default:
                return _written(path, spec.default, integration, provider)
    return path
