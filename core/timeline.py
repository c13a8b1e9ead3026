"""The lines of an incident's timeline and its title, as plain sentences."""

from __future__ import annotations

from typing import Final

from core.health import Cause, PageStatus, ProbeResult
from core.line import Line
from core.plan import CheckPlan
from core.verdict import OWN_NETWORK, Confidence, Party, Verdict

_FAILS: Final = {
    Cause.DNS: "{check}: the name is not found in DNS",
    Cause.CONNECT: "{check}: cannot be connected to",
    Cause.TLS: "{check}: no secure (TLS) connection",
    Cause.TIMEOUT: "{check} does not answer within {ms}",
    Cause.AUTH: "{check}: the key is refused{with_code}",
    Cause.QUOTA: "{check}: the quota is used up{answer}",
    Cause.CLIENT_ERROR: "{check}: our request is refused{with_code}",
    Cause.SERVER_ERROR: "{check} answers {code}",
    Cause.CONTRACT: "{check} answers, but not what was agreed",
    Cause.MISSED: "{check}: no call came",
    Cause.SLOW: "{check} is slow: {ms}{limit}",
    Cause.BLOCKED: "{check}: our own guard refuses to ask",
    Cause.OBSERVER: "{check}: our own network was away",
    Cause.CONFIG: "{check} cannot run as it is configured",
    Cause.INTERNAL: "{check}: the monitor itself failed",
}
_PARTY: Final = {Party.THEIRS: "theirs", Party.OURS: "ours", Party.PATH: "the path between", Party.UNKNOWN: "unknown whose"}
_DOUBT: Final = {Confidence.HIGH: "", Confidence.MEDIUM: ", likely", Confidence.LOW: ", perhaps"}
_PAGE: Final = {PageStatus.GREEN: "is green", PageStatus.RED: "says it has trouble", PageStatus.MAINTENANCE: "says maintenance"}


def what_fails(check: CheckPlan, result: ProbeResult) -> str:
    """`Create order answers 503`: what exactly fails, without the vendor's own words."""
    if result.cause is None:
        return check.name
    code = result.outcome.http_status
    limit = f", the limit is {milliseconds(check.latency_limit_us)}" if check.latency_limit_us else ""
    return _FAILS[result.cause].format(
        check=check.name,
        ms=milliseconds(_waited_us(check, result)),
        code=code or "a server error",
        with_code=f" with {code}" if code else "",
        answer=f" (answer {code})" if code else "",
        limit=limit,
    )


def _waited_us(check: CheckPlan, result: ProbeResult) -> int:
    """A run that was given up at its deadline waited as long as was planned: the last milliseconds are ours."""
    given_up = result.cause is Cause.TIMEOUT and 10 * result.total_us >= 9_000 * check.timeout_ms
    return check.timeout_ms * 1000 if given_up else result.total_us


def opening(check: CheckPlan, line: Line) -> str:
    """Why it is an incident now."""
    if line.down.open:
        return f"Incident opened: {_times(check.fail_after, 'failure')} in a row"
    if line.slow.open:
        return f"Incident opened: {_times(check.slow_after, 'slow answer')} in a row"
    return f"Incident opened: {_times(check.fail_after, 'run')} in a row could not be judged"


def closing(check: CheckPlan, before: Line, lasted: str) -> str:
    """What closed it."""
    if before.down.open:
        return f"Up again after {lasted}: {_times(check.recover_after, 'good answer')} in a row"
    if before.slow.open:
        return f"Fast again after {lasted}: {_times(check.unslow_after, 'answer')} in time in a row"
    return f"Judged again after {lasted}"


def verdict_line(verdict: Verdict) -> str:
    """`Verdict: theirs, likely. Not acknowledged by PayPal.`"""
    if verdict.rule == OWN_NETWORK:
        return f"Verdict: our own network. {verdict.headline}".rstrip()
    doubt = "" if verdict.party is Party.UNKNOWN else _DOUBT[verdict.confidence]
    return f"Verdict: {_PARTY[verdict.party]}{doubt}. {verdict.headline}".rstrip()


def page_line(provider: str, status: PageStatus) -> str:
    return f"{provider}’s page {_PAGE[status]}"


def milliseconds(us: int | None) -> str:
    """`1 910 ms`; whole seconds from ten on: `10 s`."""
    ms = (us or 0) // 1000
    return f"{ms // 1000} s" if ms >= 10_000 else f"{ms:,} ms".replace(",", "\u00a0")


def _times(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
