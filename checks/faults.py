"""What went wrong below HTTP, and the cause it stands for.

httpx.TransportError
├── Blocked                  the guard refuses the target            blocked
├── NameNotFound             no address, or nobody answered          dns
├── TlsFailed                no trust, wrong name, no handshake      tls
├── httpx.ConnectError       nobody there                            connect
├── httpx.ReadError          the connection broke                    connect
├── httpx.TimeoutException   the deadline                            timeout
├── httpx.RemoteProtocolError, Overlong, RedirectRefused             contract
├── httpx.LocalProtocolError, httpx.UnsupportedProtocol              config
├── httpx.ProxyError         our own proxy                           config
└── Stopping                 we ended it ourselves                   observer
"""

from __future__ import annotations

import os
import re
import socket
import ssl
from typing import Final

import httpx
import pycurl

from checks.guard import Blocked
from checks.lookups import LookupFailed
from checks.placeholders import NotConfigured
from checks.transfer import BODY_LIMIT, HEADER_LIMIT, HEADER_LINES, Stopped, Transfer
from core.health import Cause


class NameNotFound(httpx.ConnectError):
    """The host's name led to no address."""


class TlsFailed(httpx.ConnectError):
    """No trustworthy encrypted connection came about."""


class Overlong(httpx.RemoteProtocolError):
    """More than anybody needs: a body above 1 MiB decoded, headers above 64 KiB or 500 lines."""


class RedirectRefused(httpx.RemoteProtocolError):
    """A redirect that would carry our body to another origin."""


class Stopping(httpx.TransportError):
    """The transfer was ended by us."""


_TLS: Final = frozenset(
    {pycurl.E_SSL_CONNECT_ERROR, pycurl.E_PEER_FAILED_VERIFICATION, pycurl.E_SSL_CERTPROBLEM, pycurl.E_SSL_CIPHER, pycurl.E_SSL_CACERT,
     pycurl.E_SSL_ISSUER_ERROR, pycurl.E_SSL_SHUTDOWN_FAILED, pycurl.E_SSL_PINNEDPUBKEYNOTMATCH, pycurl.E_SSL_INVALIDCERTSTATUS}
)  # fmt: skip
_BROKEN: Final = frozenset({pycurl.E_GOT_NOTHING, pycurl.E_SEND_ERROR, pycurl.E_RECV_ERROR, pycurl.E_PARTIAL_FILE})
_MALFORMED: Final = re.compile(r"chunk|encoding|header", re.IGNORECASE)  # libcurl says "receive error" of these, too
_RESET: Final = re.compile(r"^(?:recv|send) failure", re.IGNORECASE)  # in the middle of a handshake: the network's word, not TLS's
_PLAINER: Final = (  # libcurl's and OpenSSL's words for what an operator meets most
    (
        re.compile(r".*wrong.version.number.*|.*http.request.*|.*packet length too long.*", re.IGNORECASE),
        "the server does not speak TLS here",
    ),
    (re.compile(r"received http/0\.9.*", re.IGNORECASE), "it does not begin with a status line"),
    (re.compile(r"ssl certificate openssl verify result: (.*?)(?: \(\d+\))?", re.IGNORECASE), r"\1"),
    (re.compile(r"ssl: no alternative certificate subject name matches target (.*)", re.IGNORECASE), r"the certificate is not for \1"),
)
_OURS: Final = frozenset({pycurl.E_URL_MALFORMAT, pycurl.E_SSL_CACERT_BADFILE, pycurl.E_SSL_ENGINE_INITFAILED})
_PROXY: Final = frozenset({pycurl.E_COULDNT_RESOLVE_PROXY, 97})  # 97: CURLE_PROXY, which pycurl has no name for
_TOO_LARGE: Final = 100  # CURLE_TOO_LARGE, without a name too: a line of headers longer than libcurl ever takes
_CAUSES: Final[tuple[tuple[type[Exception], Cause], ...]] = (
    (Blocked, Cause.BLOCKED),
    (NotConfigured, Cause.CONFIG),
    (Stopping, Cause.OBSERVER),
    (NameNotFound, Cause.DNS),
    (LookupFailed, Cause.DNS),
    (socket.gaierror, Cause.DNS),
    (TlsFailed, Cause.TLS),
    (ssl.SSLError, Cause.TLS),
    (httpx.TimeoutException, Cause.TIMEOUT),
    (TimeoutError, Cause.TIMEOUT),
    (httpx.NetworkError, Cause.CONNECT),
    (httpx.ProxyError, Cause.CONFIG),
    (OSError, Cause.CONNECT),
    (httpx.RemoteProtocolError, Cause.CONTRACT),
    (httpx.DecodingError, Cause.CONTRACT),
    (httpx.TooManyRedirects, Cause.CONTRACT),
    (httpx.LocalProtocolError, Cause.CONFIG),
    (httpx.UnsupportedProtocol, Cause.CONFIG),
    (httpx.InvalidURL, Cause.CONFIG),
)


def cause_of(error: Exception) -> Cause | None:
    """The cause an exception stands for; None: a bug of ours."""
    return next((cause for kind, cause in _CAUSES if isinstance(error, kind)), None)


def sentence_of(error: Exception, elapsed_us: int) -> str:
    """What happened, for a person."""
    if isinstance(error, ssl.SSLError):
        return f"No secure connection: {_plainer(getattr(error, 'verify_message', '') or error.reason or 'the handshake failed')}."
    if isinstance(error, TimeoutError) and error.errno is None:
        return f"No answer within {elapsed_us / 1e6:.1f} s."
    if isinstance(error, OSError) and error.errno is not None:
        return f"The connection failed: {os.strerror(error.errno)}."
    return str(error) or type(error).__name__


def raise_fault(transfer: Transfer) -> None:
    """Raises what became of a transfer, unless there is an answer.

    No local name for the exception: it would hold its own traceback, and with it the body, until somebody collects garbage.
    """
    if transfer.stopped is Stopped.CLOSED:
        raise Stopping("The run was ended: " + transfer.error)
    if transfer.stopped is Stopped.HEADERS or transfer.code == _TOO_LARGE:
        raise Overlong(f"The answer has more than {HEADER_LIMIT >> 10} KiB of headers.")
    if transfer.stopped is Stopped.LINES:
        raise Overlong(f"The answer has more than {HEADER_LINES} headers.")
    if transfer.stopped is Stopped.BODY:
        raise Overlong(f"The answer is longer than {BODY_LIMIT >> 20} MiB once unpacked.")
    if transfer.code == 0:
        return
    if transfer.refused and not transfer.opened:
        raise Blocked(f"{transfer.refused}.")
    raise _by_code(transfer)


def _by_code(transfer: Transfer) -> httpx.TransportError:
    code, words = transfer.code, _plainer(transfer.error.strip().rstrip(".")) or f"libcurl's error {transfer.code}"
    if code == pycurl.E_OPERATION_TIMEDOUT:
        return _timeout(transfer)
    if code == pycurl.E_COULDNT_RESOLVE_HOST:
        return NameNotFound(f"The name could not be looked up: {words}.")
    if code in _TLS and not _RESET.search(words):
        return TlsFailed(f"No secure connection: {words}.")
    if code in _PROXY:
        return httpx.ProxyError(f"Our proxy does not carry the request: {words}.")
    if code == pycurl.E_COULDNT_CONNECT:
        return httpx.ConnectError(f"Nobody answered at the address: {words}.")
    if code in _TLS or (code in _BROKEN and not _MALFORMED.search(words)):
        return httpx.ReadError(f"The connection broke: {words}.")
    if code in _OURS:
        return httpx.LocalProtocolError(f"The request cannot be sent: {words}.")
    return httpx.RemoteProtocolError(f"The answer is not HTTP as it should be: {words}.")


def _plainer(words: str) -> str:
    return next((found.expand(said) for pattern, said in _PLAINER if (found := pattern.fullmatch(words))), words)


def _timeout(transfer: Transfer) -> httpx.TimeoutException:
    """Says how far it came."""
    phases, seconds = transfer.phases, f"{transfer.total_us / 1e6:.1f} s"
    if transfer.header_lines:
        return httpx.ReadTimeout(f"The answer had begun and was not complete after {seconds}.")
    if not transfer.opened or phases.connect_us is not None or transfer.status:
        return httpx.ReadTimeout(f"No answer within {seconds}.")
    return httpx.ConnectTimeout(f"No connection within {seconds}.")
