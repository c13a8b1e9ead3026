"""The verdict table: fifteen rows, the first that matches says whose trouble it is (docs/concepts.md prints the same rows)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from core import headlines
from core.facts import facts
from core.grouping import network_lost
from core.health import NETWORK_CAUSES, Cause
from core.verdict import OWN_NETWORK, Confidence, Party, Verdict
from core.voices import Case, PageSays

OWN_CAUSES: Final = frozenset({Cause.CONFIG, Cause.BLOCKED, Cause.INTERNAL, Cause.MISSED})
PATH_CAUSES: Final = NETWORK_CAUSES | {Cause.SLOW}
UPSTREAM_CAUSES: Final = NETWORK_CAUSES | {Cause.SERVER_ERROR}
SETUP_CAUSES: Final = NETWORK_CAUSES | {Cause.CLIENT_ERROR, Cause.CONTRACT}
VENDOR_CAUSES: Final = NETWORK_CAUSES | {Cause.SERVER_ERROR, Cause.CONTRACT, Cause.SLOW}  # rows 11 to 14: one stretch

GROUPED: Final = frozenset({7, 8})  # these rows make one group message
_TOGETHER: Final = GROUPED | {OWN_NETWORK}

# The vendor's answer itself says so (a failure to answer says nothing).
ANSWERS: Final = {
    Party.THEIRS: frozenset({Cause.SERVER_ERROR, Cause.CONTRACT, Cause.SLOW}),
    Party.OURS: frozenset({Cause.CLIENT_ERROR, Cause.CONTRACT}),
}
CERTAIN: Final = OWN_CAUSES | {Cause.AUTH, Cause.QUOTA}
_SILENT_PAGE: Final = frozenset({PageSays.NONE, PageSays.UNREADABLE, PageSays.STALE})


@dataclass(frozen=True, slots=True)
class Rule:
    """One row. `headline` is what stands behind "Theirs, likely."; `would_change` what would make it another row."""

    number: int
    says: str
    party: Party
    matches: Callable[[Case], bool]
    headline: Callable[[Case], str]
    would_change: str


def judge(case: Case) -> Verdict:
    """The first row that matches, with its facts. Once the vendor acknowledged a stretch it stays acknowledged."""
    rule = next(rule for rule in RULES if rule.matches(case))
    return Verdict(
        rule=rule.number,
        party=rule.party,
        confidence=_confidence(rule.party, case),
        headline=rule.headline(case),
        facts=facts(case, rule.party, together=rule.number in _TOGETHER),
        would_change=rule.would_change.format(provider=case.provider),
        acknowledged=case.admitted and rule.party is Party.THEIRS,
        tries=case.tries,
    )


def _confidence(party: Party, case: Case) -> Confidence:
    """High when the vendor's answer and its page agree, and where the cause leaves no doubt; medium when one of them speaks."""
    if party is Party.UNKNOWN:
        return Confidence.LOW
    if case.cause in CERTAIN:
        return Confidence.HIGH
    page = case.admitted or case.page is PageSays.MAINTENANCE if party is Party.THEIRS else case.page is PageSays.GREEN
    spoken = (case.cause in ANSWERS.get(party, ())) + page
    return (Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH)[spoken]


def _is_network(case: Case) -> bool:
    return case.cause in NETWORK_CAUSES


def _of_vendor(case: Case) -> bool:
    return case.cause in VENDOR_CAUSES


def _canaries_fine(case: Case) -> bool:
    """A slow answer has come through our network: without a round that says otherwise it is fine."""
    return case.canaries.fine if case.canaries else case.cause is Cause.SLOW


def _own_network_lost(case: Case) -> bool:
    canaries = case.canaries
    return _is_network(case) and canaries is not None and network_lost(case.crowd.network, canaries.answered, canaries.asked)


def _on_shared_upstream(case: Case) -> bool:
    upstream = case.crowd.upstream
    return case.cause in UPSTREAM_CAUSES and upstream is not None and upstream.tally.failing >= 2 and upstream.tally.half


def _on_the_path(case: Case) -> bool:
    return case.cause in PATH_CAUSES and case.crowd.path.many and _canaries_fine(case)


def _in_one_place(case: Case) -> bool:
    return _is_network(case) and case.places is not None and case.places.only_here


RULES: Final[tuple[Rule, ...]] = (
    Rule(
        1, "config, blocked, internal, missed", Party.OURS,
        lambda case: case.cause in OWN_CAUSES,
        headlines.own,
        "An answer from {provider} ends it.",
    ),
    Rule(
        2, "auth: page red on our component, or two unrelated keys refused within 5 min", Party.THEIRS,
        lambda case: case.cause is Cause.AUTH and (case.admitted or case.keys_refused >= 2),
        headlines.keys,
        "The other key being taken again, and a page that is not red, make it ours.",
    ),
    Rule(
        3, "auth, else", Party.OURS,
        lambda case: case.cause is Cause.AUTH,
        lambda case: f"The key is refused. Not counted against {case.provider}.",
        "A second, unrelated key being refused, or {provider}’s page turning red, makes it theirs.",
    ),
    Rule(
        4, "quota", Party.OURS,
        lambda case: case.cause is Cause.QUOTA,
        lambda case: f"The quota is used up. Not counted against {case.provider}.",
        "Another failure once the quota is there again is judged by its own cause.",
    ),
    Rule(
        OWN_NETWORK, "network cause, no canary answers, at least half of the providers asked failing", Party.UNKNOWN,
        _own_network_lost,
        lambda _: "Our own network does not answer.",
        "A canary answering makes it the path or {provider}.",
    ),
    Rule(
        6, "two or more providers on the same declared upstream fail, and at least half of those that declare it", Party.THEIRS,
        _on_shared_upstream,
        headlines.upstream,
        "The others on that upstream coming back makes it {provider} alone.",
    ),
    Rule(
        7, "network cause or slow: five or more and at least half of the providers asked, canaries fine", Party.PATH,
        _on_the_path,
        headlines.path,
        "The others coming back makes it {provider} alone. Canaries falling silent makes it our own network.",
    ),
    Rule(
        8, "server_error: five or more and at least half of the providers asked answer server errors", Party.THEIRS,
        lambda case: case.cause is Cause.SERVER_ERROR and case.crowd.server.many,
        headlines.unnamed_upstream,
        "The others coming back makes it {provider} alone.",
    ),
    Rule(
        9, "network cause in one of two or more locations, the others fine", Party.PATH,
        _in_one_place,
        headlines.place,
        "Another place failing too makes it {provider}.",
    ),
    Rule(
        10, "client_error, contract or a network cause, and never succeeded since its configuration changed", Party.OURS,
        lambda case: case.cause in SETUP_CAUSES and not case.succeeded,
        headlines.setup,
        "One good answer, and a failure after it is judged anew.",
    ),
    Rule(
        11, "server_error, contract, slow, network causes; page says maintenance", Party.THEIRS,
        lambda case: _of_vendor(case) and case.page is PageSays.MAINTENANCE,
        lambda case: f"Announced by {case.provider} as maintenance.",
        "The announced maintenance ending while this lasts makes it unannounced.",
    ),
    Rule(
        12, "the same; page red", Party.THEIRS,
        lambda case: _of_vendor(case) and case.admitted,
        lambda case: f"Acknowledged by {case.provider}.",
        "Nothing any more: once acknowledged, it stays so.",
    ),
    Rule(
        13, "the same; page green", Party.THEIRS,
        lambda case: _of_vendor(case) and case.page is PageSays.GREEN,
        lambda case: f"Not acknowledged by {case.provider}.",
        "{provider}’s page turning red makes it acknowledged. Half of all vendors failing makes it the path. A refused key makes it ours.",
    ),
    Rule(
        14, "the same; no page, unreadable or stale", Party.THEIRS,
        lambda case: _of_vendor(case) and case.page in _SILENT_PAGE,
        headlines.quiet_page,
        "A page that can be read would say whether {provider} knows. Half of all vendors failing makes it the path.",
    ),
    Rule(
        15, "otherwise", Party.UNKNOWN,
        lambda _: True,
        lambda _: "No rule says whose it is.",
        "A server error or no answer at all would make it theirs; a change of the configuration, ours.",
    ),
)  # fmt: skip
