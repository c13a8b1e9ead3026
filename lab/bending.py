"""Replies bent by the faults that are the same for every vendor."""

from __future__ import annotations

from typing import Final

from lab import bodies
from lab.exchange import Reply, Request, text_reply
from lab.faults import Fault, Kind

METADATA: Final = "http://169.254.169.254/latest/meta-data/iam/security-credentials/"
FILE: Final = "file:///etc/passwd"
REASONS: Final = {500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout"}


def bent(reply: Reply, fault: Fault, request: Request) -> Reply:
    """What is answered instead of `reply`, or as well; faults that are a vendor's own to word change nothing here."""
    if fault.kind is Kind.SERVER_ERROR:
        return gateway_error(fault.status)
    if fault.kind in bodies.ODD:
        return bodies.odd(fault.kind, fault.size_mb)
    if fault.kind is Kind.DEPRECATED:
        link = '<https://example.com/changelog>; rel="deprecation"; type="text/html"'
        return reply.plus(("deprecation", "@1767225600"), ("sunset", fault.sunset), ("link", link))  # RFC 9745, RFC 8594
    target = {
        Kind.REDIRECT_LOOP: request.target,
        Kind.REDIRECT_METADATA: METADATA,
        Kind.REDIRECT_FILE: FILE,
        Kind.REDIRECT_ELSEWHERE: fault.target,
    }.get(fault.kind)
    return Reply(302, (("location", target),)) if target else reply


def gateway_error(status: int) -> Reply:
    """The page of a load balancer that has nobody behind it."""
    reason = REASONS.get(status, "Error")
    head = f"<html>\r\n<head><title>{status} {reason}</title></head>\r\n"
    page = f"{head}<body>\r\n<center><h1>{status} {reason}</h1></center>\r\n</body>\r\n</html>\r\n"
    return text_reply(page, status, "text/html")
