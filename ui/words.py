"""The product's words for its closed sets: one place, so that a page, a tooltip and a chart say the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.categories import category_name
from core.health import Cause, Status
from core.verdict import OWN_NETWORK, Confidence, Party, Verdict


@dataclass(frozen=True, slots=True)
class Word:
    """A closed-set member as shown: word, icon, class of the style sheet."""

    word: str
    icon: str
    kind: str = ""


STATUS: Final = {
    Status.UP: Word("Up", "up", "up"),
    Status.DEGRADED: Word("Slow", "degraded", "degraded"),
    Status.DOWN: Word("Down", "down", "down"),
    Status.UNKNOWN: Word("Unknown", "unknown", "unknown"),
}
MAINTENANCE: Final = Word("Maintenance", "maint", "maintenance")

CAUSE: Final = {
    Cause.DNS: Word("dns", "net"),
    Cause.CONNECT: Word("connect", "net"),
    Cause.TLS: Word("tls", "cert"),
    Cause.TIMEOUT: Word("timeout", "clock"),
    Cause.AUTH: Word("auth", "key"),
    Cause.QUOTA: Word("quota", "gauge"),
    Cause.CLIENT_ERROR: Word("client error", "x"),
    Cause.SERVER_ERROR: Word("server error", "x"),
    Cause.CONTRACT: Word("contract", "file"),
    Cause.MISSED: Word("missed", "mute"),
    Cause.SLOW: Word("slow", "degraded"),
    Cause.BLOCKED: Word("blocked", "dash"),
    Cause.OBSERVER: Word("observer", "eye"),
    Cause.CONFIG: Word("config", "file"),
    Cause.INTERNAL: Word("internal", "dash"),
}

PARTY: Final = {Party.THEIRS: "Theirs", Party.OURS: "Ours", Party.PATH: "The path between", Party.UNKNOWN: "Unknown whose"}
_OWN_NETWORK: Final = "Our own network"
_DOUBT: Final = {Confidence.HIGH: "", Confidence.MEDIUM: ", likely", Confidence.LOW: ", perhaps"}
_WAS: Final = {
    Party.THEIRS: "It was theirs",
    Party.OURS: "It was ours",
    Party.PATH: "It was the path between",
    Party.UNKNOWN: "Nobody knows whose it was",
}


def category(slug: str) -> str:
    """A category as a heading."""
    return category_name(slug)


def whose(verdict: Verdict) -> str:
    """`Theirs`, without how sure we are; `Our own network`, which is nobody's of the parties."""
    return _OWN_NETWORK if verdict.rule == OWN_NETWORK else PARTY[verdict.party]


def party(of: Party, confidence: Confidence, rule: int | None = None) -> str:
    """`Theirs, likely`."""
    if rule == OWN_NETWORK:
        return _OWN_NETWORK
    return PARTY[of] + ("" if of is Party.UNKNOWN else _DOUBT[confidence])


def party_past(of: Party, confidence: Confidence, rule: int | None = None) -> str:
    """`It was theirs, likely`."""
    if rule == OWN_NETWORK:
        return f"It was {lowered(_OWN_NETWORK)}"
    return _WAS[of] + ("" if of is Party.UNKNOWN else _DOUBT[confidence])


def lowered(said: str) -> str:
    """As it stands within a sentence: `theirs, likely`."""
    return said[:1].lower() + said[1:]


def incident(number: int) -> str:
    """`INC-214`."""
    return f"INC-{number}"
