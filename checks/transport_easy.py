"""A libcurl handle set up for one order, and what it measured."""

from __future__ import annotations

import os
import socket
from typing import Any, Final

import pycurl

from checks.authorities import usual
from checks.transfer import Transfer
from core.address import Refused, check_address
from core.health import Phases

CA_FILE: Final = usual()
_MARKS: Final = (pycurl.NAMELOOKUP_TIME_T, pycurl.CONNECT_TIME_T, pycurl.APPCONNECT_TIME_T, pycurl.STARTTRANSFER_TIME_T)
_HTTP_VERSIONS: Final = {1: 10, 2: 11, 3: 20, 30: 30}


def set_up(curl: pycurl.Curl, transfer: Transfer, timeout_ms: int) -> None:
    """Everything about one order. What stays the same for all is set first, by `set_constants`."""
    order = transfer.order
    curl.setopt(pycurl.URL, order.url)
    curl.setopt(pycurl.HTTPHEADER, order.headers)
    _set_method(curl, order.method, order.body)
    curl.setopt(pycurl.TIMEOUT_MS, timeout_ms)
    curl.setopt(pycurl.CAINFO, order.ca_file or CA_FILE)
    curl.setopt(pycurl.PROXY, order.proxy)
    curl.setopt(pycurl.FRESH_CONNECT, not order.reuse)
    curl.setopt(pycurl.FORBID_REUSE, not order.reuse)
    curl.setopt(pycurl.SSL_SESSIONID_CACHE, order.reuse)
    if order.addresses and not order.proxy:
        literals = ",".join(f"[{address}]" if ":" in address else address for address in order.addresses)
        curl.setopt(pycurl.RESOLVE, [f"+{order.host}:{order.port}:{literals}"])  # +: forgotten again, see below
    curl.setopt(pycurl.HEADERFUNCTION, transfer.take_header)
    curl.setopt(pycurl.WRITEFUNCTION, transfer.take_body)
    curl.setopt(pycurl.OPENSOCKETFUNCTION, _opener(transfer))


def set_constants(curl: pycurl.Curl) -> None:
    """What every transfer has in common. A handle is reset between two, so that nothing of one is left in the next."""
    curl.setopt(pycurl.NOSIGNAL, 1)
    curl.setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
    curl.setopt(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_2TLS)
    curl.setopt(pycurl.SSLVERSION, pycurl.SSLVERSION_TLSv1_2)
    curl.setopt(pycurl.ACCEPT_ENCODING, "")  # everything libcurl can undo, while it arrives
    curl.setopt(pycurl.PATH_AS_IS, 1)
    curl.setopt(pycurl.DNS_CACHE_TIMEOUT, 1)  # what RESOLVE gave is used at once; without an end each name ever asked would stay
    curl.setopt(pycurl.NOPROXY, "")


def measure(curl: pycurl.Curl, transfer: Transfer) -> None:
    """Copies what libcurl knows, before its handle serves the next transfer."""
    transfer.status = curl.getinfo(pycurl.RESPONSE_CODE)
    transfer.http_version = _HTTP_VERSIONS.get(curl.getinfo(pycurl.INFO_HTTP_VERSION), 11)
    transfer.wire_size = curl.getinfo(pycurl.SIZE_DOWNLOAD_T)
    transfer.total_us = curl.getinfo(pycurl.TOTAL_TIME_T)
    transfer.phases = _phases(curl, transfer.total_us)
    if address := curl.getinfo(pycurl.PRIMARY_IP):
        port = curl.getinfo(pycurl.PRIMARY_PORT)
        transfer.address = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _set_method(curl: pycurl.Curl, method: str, body: bytes) -> None:
    if body:
        curl.setopt(pycurl.POSTFIELDS, body)
    if method == "HEAD":
        curl.setopt(pycurl.NOBODY, 1)
    elif method != ("POST" if body else "GET"):
        curl.setopt(pycurl.CUSTOMREQUEST, method)


class _Handed:
    """A descriptor libcurl makes its own copy of: ours is closed as soon as nobody looks at it."""

    __slots__ = ("_number",)

    def __init__(self, number: int) -> None:
        self._number = number

    def fileno(self) -> int:
        return self._number

    def __del__(self) -> None:
        os.close(self._number)


def _opener(transfer: Transfer) -> Any:
    """The last word of the guard: the very address libcurl is about to connect to. No socket, no packet."""
    policy, proxied = transfer.order.policy, bool(transfer.order.proxy)

    def open_socket(purpose: int, target: tuple[int, int, int, tuple[Any, ...]]) -> Any:
        family, kind, protocol, address = target
        try:
            if not proxied:  # the operator's own proxy may stand anywhere
                check_address(str(address[0]), policy)
            opened = _Handed(socket.socket(family, kind, protocol).detach())
        except Refused as refusal:
            transfer.refused = str(refusal)
            return pycurl.SOCKET_BAD
        except OSError:
            return pycurl.SOCKET_BAD
        transfer.opened += 1
        return opened

    return open_socket


def _phases(curl: pycurl.Curl, total: int) -> Phases:
    """Each phase from the end of the one before; None where it did not happen or was not reached."""
    named, connected, secured, first_byte = map(curl.getinfo, _MARKS)
    ready = max(connected, secured)
    fresh = curl.getinfo(pycurl.NUM_CONNECTS) > 0
    return Phases(
        dns_us=named if fresh and named else None,
        connect_us=connected - named if fresh and connected else None,
        tls_us=secured - connected if fresh and secured else None,
        first_byte_us=first_byte - (ready if fresh else 0) if first_byte else None,
        transfer_us=total - first_byte if first_byte else None,
    )
