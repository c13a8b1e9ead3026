"""The sentence of a verdict: what stands behind "Theirs, likely."."""

from __future__ import annotations

from typing import Final

from core.health import Cause
from core.voices import Case, PageSays


def quiet_page(case: Case) -> str:
    if case.page is PageSays.UNREADABLE:
        return f"{case.provider}’s page cannot be read."
    if case.page is PageSays.STALE:
        return f"{case.provider}’s page was not read lately."
    return f"No page of {case.provider} is read."


_OWN_WORDS: Final = {
    Cause.CONFIG: "The check cannot run as it is configured.",
    Cause.BLOCKED: "Our own guard refuses to ask.",
    Cause.INTERNAL: "The check itself failed.",
    Cause.MISSED: "The call we wait for did not come.",
}


def keys(case: Case) -> str:
    if case.admitted:
        return f"{case.provider} refuses keys, and its page says it has trouble."
    return f"{case.provider} refuses {case.keys_refused} unrelated keys."


def upstream(case: Case) -> str:
    shared = case.crowd.upstream
    return f"Shared upstream {shared.name}: {shared.tally.failing} of {shared.tally.asked} on it fail." if shared else ""


def setup(case: Case) -> str:
    since = "since its configuration changed" if case.last_good_ms is not None else "yet"
    return f"The check has not worked {since}."


def place(case: Case) -> str:
    here, others = (case.places.here, case.places.others) if case.places else ("", 0)
    return f"Only from {here}; {others} other {'place is' if others == 1 else 'places are'} fine."


def own(case: Case) -> str:
    return _OWN_WORDS[case.cause]


def path(case: Case) -> str:
    return f"{case.crowd.path.failing} of {case.crowd.path.asked} vendors fail at once, and our network answers."


def unnamed_upstream(case: Case) -> str:
    return f"A shared upstream, unnamed: {case.crowd.server.failing} of {case.crowd.server.asked} vendors answer server errors."
