"""The facts of a verdict, as sentences with their figures: what speaks for its party, what against, and which voice is missing."""

from __future__ import annotations

from typing import Final

from core.grouping import Tally
from core.health import NETWORK_CAUSES, Cause
from core.timeline import milliseconds
from core.verdict import Fact, Party, Speaks
from core.voices import Case, PageSays, Round

_PROBE: Final = {
    Cause.DNS: "{check}: the name of {provider} is not found in DNS.",
    Cause.CONNECT: "{check}: {provider} cannot be connected to.",
    Cause.TLS: "{check}: no secure (TLS) connection to {provider}.",
    Cause.TIMEOUT: "{check}: {provider} does not answer in time.",
    Cause.AUTH: "{check}: {provider} refuses the key.",
    Cause.QUOTA: "{check}: the quota at {provider} is used up.",
    Cause.CLIENT_ERROR: "{check}: {provider} refuses our request.",
    Cause.SERVER_ERROR: "{check}: {provider} answers server errors.",
    Cause.CONTRACT: "{check}: {provider} answers, but not what was agreed.",
    Cause.MISSED: "{check}: the call did not come.",
    Cause.SLOW: "{check}: {provider} answers slowly.",
    Cause.BLOCKED: "{check}: our guard refuses the address.",
    Cause.OBSERVER: "{check}: nothing can be said, our own network was away.",
    Cause.CONFIG: "{check}: it cannot run as it is configured.",
    Cause.INTERNAL: "{check}: a fault of the monitor itself.",
}
SILENT: Final = "Our network does not answer."
_TRAFFIC: Final = Fact(Speaks.SILENT, "Real traffic: not fed.")
_CROWD_MATTERS: Final = NETWORK_CAUSES | {Cause.SLOW, Cause.SERVER_ERROR, Cause.CONTRACT}


def facts(case: Case, party: Party, *, together: bool = False) -> tuple[Fact, ...]:
    """Own probe, canaries, the other providers, other places, keys, the vendor's page, real traffic.

    `together`: by this verdict many fail of one reason; their failing then speaks for it.
    """
    others = _others(case, together=together)
    voices = (_probe(case), _canaries(case, party), others, _upstream(case), _places(case, party), _key(case, party), _page(case, party))
    return (*(fact for fact in voices if fact is not None), _TRAFFIC)


def _for(speaks_for: bool) -> Speaks:
    return Speaks.FOR if speaks_for else Speaks.AGAINST


def _probe(case: Case) -> Fact:
    sentence = _PROBE[case.cause].format(check=case.check, provider=case.provider)
    return Fact(Speaks.FOR, sentence, ", ".join(filter(None, (_answer(case), _times(case.tries), _phase(case)))), case.at_ms)


def _answer(case: Case) -> str:
    if case.cause is Cause.SLOW:
        limit = f", the limit is {milliseconds(case.limit_us)}" if case.limit_us else ""
        return f"{milliseconds(case.total_us)}{limit}"
    if case.cause is Cause.TIMEOUT:
        return f"given up after {milliseconds(case.total_us)}"
    return str(case.http_status) if case.http_status else ""


def _times(tries: int) -> str:
    return f"{tries} tries in a row" if tries > 1 else ""


def _phase(case: Case) -> str:
    if case.cause is not Cause.SLOW or case.waiting_us is None:
        return ""
    return "the answer is late, not the network" if 2 * case.waiting_us >= case.total_us else "the network is late, not the answer"


def _canaries(case: Case, party: Party) -> Fact | None:
    """Left out where the cause has nothing to do with a network."""
    if case.canaries is None:
        missing = Fact(Speaks.SILENT, "Canaries: not asked.")
        return missing if case.cause in NETWORK_CAUSES else None
    return _round(case.canaries, party)


def _round(canaries: Round, party: Party) -> Fact:
    figures = canaries.detail or f"{canaries.answered} of {canaries.asked} canaries answered"
    if canaries.fine:
        return Fact(Speaks.FOR, "Our network answers.", figures, canaries.begun_ms)
    return Fact(_for(party is Party.UNKNOWN), SILENT, figures, canaries.begun_ms)


def _others(case: Case, *, together: bool) -> Fact | None:
    if case.cause not in _CROWD_MATTERS:
        return None
    others = case.crowd.others
    if not others.asked:
        return Fact(Speaks.SILENT, "Other vendors: none was asked meanwhile.")
    if others.half or together:
        return Fact(_for(together), "Others fail too.", _of(others, "other vendors fail"), case.at_ms)
    fine = Tally(others.asked - others.failing, others.asked)
    return Fact(Speaks.FOR, "Others are fine.", _of(fine, "other vendors up in the same minutes"), case.at_ms)


def _of(tally: Tally, what: str) -> str:
    return f"{tally.failing} of {tally.asked} {what}"


def _upstream(case: Case) -> Fact | None:
    upstream = case.crowd.upstream
    if upstream is None or upstream.tally.failing < 2:
        return None
    return Fact(Speaks.FOR, "They stand on the same upstream.", f"{upstream.name}: {_of(upstream.tally, 'fail')}", case.at_ms)


def _places(case: Case, party: Party) -> Fact | None:
    places = case.places
    if places is None:
        return None
    if places.only_here:
        figures = f"{places.others_fine} of {places.others} other places are fine"
        return Fact(_for(party is not Party.THEIRS), f"Only {places.here} fails.", figures, case.at_ms)
    worse = Tally(places.others - places.others_fine, places.others)
    return Fact(Speaks.FOR, "It is not fine in other places either.", _of(worse, "other places"), case.at_ms)


def _key(case: Case, party: Party) -> Fact | None:
    if case.cause is not Cause.AUTH:
        return None
    if case.keys_refused >= 2:
        return Fact(Speaks.FOR, "Unrelated keys are refused too.", f"{case.keys_refused} within 5 min", case.at_ms)
    if case.last_good_ms is None:
        return Fact(_for(party is Party.OURS), "The key has never worked here.")
    return Fact(Speaks.FOR, "The same key worked before.", "no other key was refused", case.last_good_ms)


_PAGE: Final = {
    PageSays.GREEN: "{provider}’s page is green.",
    PageSays.RED: "{provider}’s page says it has trouble.",
    PageSays.MAINTENANCE: "{provider}’s page says maintenance.",
    PageSays.NONE: "{provider}’s page: none is read.",
    PageSays.UNREADABLE: "{provider}’s page cannot be read.",
    PageSays.STALE: "{provider}’s page was read last more than 10 min ago.",
}
_ADMITS: Final = frozenset({PageSays.RED, PageSays.MAINTENANCE})


def _page(case: Case, party: Party) -> Fact:
    """What a vendor admits makes it theirs; a green page makes it anything else."""
    says_something = case.page in _ADMITS or case.page is PageSays.GREEN
    speaks = _for((case.page in _ADMITS) == (party is Party.THEIRS)) if says_something else Speaks.SILENT
    sentence = _PAGE[case.page]
    words = f"“{case.page_words}”" if case.page_words and case.page not in (PageSays.NONE, PageSays.UNREADABLE) else ""
    return Fact(speaks, sentence.format(provider=case.provider), words, case.page_read_ms)
