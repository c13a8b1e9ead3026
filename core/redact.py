"""Taking secrets out of text: those whose values are known, in every spelling, and whatever looks like one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from core.known import known, lowered
from core.unescaped import layers

PLACEHOLDER: Final = "[redacted]"

# Every pattern starts at a fixed text or at the edge of a word and never gives back what it took (possessive), so that a
# hostile megabyte costs one pass. A group, where there is one, is the part that goes.
_TOKENS: Final = (
    r"(?:sk|rk)_(?:test|live|prod)_\w{10,99}",  # Stripe, Clerk
    r"(?:whsec|sb_secret|mdb_sa_sk|essu|sgp|phs|phx|sbp|ntn|secret|re|vc[pciark]|ddapp|ddpat)_[\w+/=]{16,200}+",
    r"(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z0-9]{16}",  # AWS key ids
    r"GOOG1E[A-Z0-9]{57}",
    r"SG\.[\w-]{16,32}\.[\w-]{32,64}",  # SendGrid
    r"xox[a-z](?:\.xox[a-z])?-[\w-]{10,250}+",  # Slack
    r"xapp-[\w-]{20,250}+",
    r"pat-(?:eu|na)1-[\w-]{36}",  # HubSpot
    r"sntry[su]_[\w+/=-]{32,500}+",  # Sentry
    r"gh[opusr]_[A-Za-z0-9]{36,255}",  # GitHub
    r"github_pat_\w{60,100}",
    r"cf[ua]t_[A-Za-z0-9]{40,64}",  # Cloudflare
    r"v1\.0-[a-f0-9]{24}-[a-f0-9]{146}",
    r"sk-[\w-]{20,250}+",  # OpenAI, Anthropic
    r"AIza[\w-]{35}",  # Google
    r"ya29\.[\w.-]{10,500}+",
    r"1//0[\w-]{20,200}+",
    r"GOCSPX-[\w-]{28}",
    r"(?:AC|SK)[0-9a-fA-F]{32}",  # Twilio
    r"(?:NRAK|NRII|NRJS)-[\w-]{19,40}",  # New Relic
    r"(?:eu01xx)?[0-9a-f]{26,32}(?:FFFF)?NRAL",
    r"(?:sandbox-)?sq0[a-z]{3}-[\w-]{22,60}",  # Square
    r"EAA[A-Za-z0-9][\w-]{22,400}+",  # Square, Meta
    r"sl\.(?:u\.)?[\w-]{130,2000}+",  # Dropbox
    r"\w[\w.~]{2}\dQ~[\w.~-]{31,34}",  # Microsoft Entra
    r"00[A-Za-z0-9]{13}![\w.]{60,120}",  # Salesforce
    r"key-[a-z0-9]{32}",  # Mailgun
    r"SU[A-Z2-7]{56}",  # NATS
    r"[\w-]{24,28}\.[\w-]{6}\.[\w-]{27,80}",  # Discord
    r"eyJ[\w-]{10,8000}+\.[\w-]{10,8000}+(?:\.[\w-]{0,8000}+)?",  # any JWT
)
_NAMES: Final = (
    r"(?:[\w.%-]{0,40}?(?:secret|passw(?:or)?d|pwd|api[_-]?key|private[_-]?key|access[_-]?key|token(?!_type)|credential|signature"
    r"|authorization|cookie|session[_-]?id|assertion|appsecret_proof)[\w.%-]{0,24}|sig|auth|jwt|key)"
)
_HEADERS: Final = (
    r"(?:proxy-)?authorization|(?:set-)?cookie|[\w-]{0,40}?(?:api-?key|token|secret|signature|password|access-key|auth-key)[\w-]{0,20}"
)
_VALUE: Final = r"""("(?:[^"\\]|\\.)*+"?|'(?:[^'\\]|\\.)*+'?|(?!null|true|false|\[)[^\s"',{}\]]++)"""
_ADDRESS: Final = r"(?<![\w.+%-])[\w.+-]{1,256}+(?:@|%40)(?:[A-Za-z0-9-]{1,63}+\.){1,8}[A-Za-z]{2,24}"
_PATTERNS: Final = tuple(
    re.compile(pattern, flags)
    for pattern, flags in (
        (rf"(?<![A-Za-z0-9])(?:{'|'.join(_TOKENS)})", 0),
        (r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----((?:[^-]++|-(?!----))*)", 0),
        (rf"^[ \t]*(?:{_HEADERS})[ \t]*:[ \t]*+([^\r\n]++)", re.IGNORECASE | re.MULTILINE),
        (rf"""(?:"(?:{_NAMES})"|'(?:{_NAMES})')\s{{0,8}}:\s{{0,8}}b?{_VALUE}""", re.IGNORECASE),
        (rf"""(?<![\w.%-])(?:{_NAMES})=([^&#\s"'<>,;)]++)""", re.IGNORECASE),
        (r"""\b(?:bearer|basic|apikey)\s{1,4}((?=[^\s"',]{0,500}?[0-9=_]|\S{24})[\w.~+/=-]{8,8000}+)""", re.IGNORECASE),
        (r"(?<=://)([^/\s@?#\"'<>]{1,512}+)@", 0),
        (_ADDRESS, 0),
        (r"https://(?:hooks\.slack\.com|(?:ptb\.|canary\.)?discord(?:app)?\.com/api/webhooks)/([\w+/-]{20,200}+)", 0),
        (r"https://[\w.-]{1,200}?\.(?:webhook\.office|logic\.azure|powerplatform)\.com(?::\d{1,5})?/([^\s\"'<>]{1,2000}+)", 0),
        (r"cloudinary://([^@\s]{1,200}+)@", 0),
    )
)  # fmt: skip
_BUT_ADDRESSES: Final = tuple(pattern for pattern in _PATTERNS if pattern.pattern != _ADDRESS)


@dataclass(frozen=True, slots=True)
class Redacted:
    """Text without secrets, and how many stretches were taken out."""

    text: str
    count: int = 0


class Redactor:
    """Takes out these values in every spelling, and whatever looks like a secret or an e-mail address."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets = frozenset(secret for secret in secrets if secret)

    def __call__(self, text: str) -> Redacted:
        return self._without(text, _PATTERNS)

    def typed(self, text: str) -> Redacted:
        """Of what a colleague wrote: an e-mail address in it is meant to be read, and stays."""
        return self._without(text, _BUT_ADDRESSES)

    def _without(self, text: str, patterns: Sequence[re.Pattern[str]]) -> Redacted:
        if not text:
            return Redacted(text)  # most runs go well and say nothing
        spans = _merged(text, sorted(self._spans(text, patterns)))
        if not spans:
            return Redacted(text)
        parts, at = [], 0
        for start, end in spans:
            parts += [text[at:start], PLACEHOLDER]
            at = end
        return Redacted("".join([*parts, text[at:]]), len(spans))

    def _spans(self, text: str, patterns: Sequence[re.Pattern[str]]) -> Iterator[tuple[int, int]]:
        """Of the text, and of what it says without its escapes."""
        for layer in layers(text):
            lower = lowered(layer.text)
            for secret in self._secrets:
                yield from (layer.origin(*span) for span in known(secret).spans(layer.text, lower))
            for pattern in patterns:
                group = pattern.groups
                yield from (layer.origin(*found.span(group)) for found in pattern.finditer(layer.text))


def redact(text: str, secrets: Iterable[str] = ()) -> Redacted:
    """`text` without `secrets` and without what looks like one. Time grows with the length of the text, not faster."""
    return Redactor(secrets)(text)


def _merged(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if start == end or text[start:end] == PLACEHOLDER:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
