"""Secrets in the vendors' own shapes, made when the tests run: no file of the project holds one."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from string import ascii_letters, ascii_lowercase, ascii_uppercase, digits
from typing import Any, Final
from urllib.parse import quote

from checks.provider import ProbeSpec
from checks.registry import providers

_DICE: Final = Random("planted")
_LETTERS: Final = ascii_letters + digits
_HEX: Final = "0123456789abcdef"


def _some(count: int, alphabet: str = _LETTERS) -> str:
    return "".join(_DICE.choices(alphabet, k=count))


def _jwt() -> str:
    parts = (b'{"alg":"RS256","typ":"JWT"}', f'{{"sub":"{_some(32)}@clients","scope":"read:users"}}'.encode())
    return ".".join([*(urlsafe_b64encode(part).decode().rstrip("=") for part in parts), _some(86)])


def _pem() -> str:
    lines = "\n".join(_some(64, _LETTERS + "+/") for _ in range(4))
    return f"-----BEGIN PRIVATE KEY-----\n{lines}\n-----END PRIVATE KEY-----"


@dataclass(frozen=True, slots=True)
class Planted:
    """One secret, and the check that carries it out: `params` are those of an `http` check, `{at}` being the echo's address.

    `invented`: the vendor makes it up, and we cannot know it but by its look.
    """

    name: str
    value: str
    params: Mapping[str, Any] = field(default_factory=dict)
    provider: str = "http"
    provided: str = ""  # the provider's own name of it
    invented: bool = False

    @property
    def given(self) -> str:
        """As the operator gives it: ready for the place it goes to."""
        return quote(self.value, safe="") if "{quoted}" in str(self.params) else self.value

    @property
    def variable(self) -> str:
        return f"PLANTED_{self.name}".upper().replace("-", "_")

    def integration(self, at: str) -> dict[str, Any]:
        """As integrations.yaml has it; names of secrets are the same everywhere."""
        base = {"slug": self.name, "private_targets": True}
        if self.provider != "http":
            off = {probe.slug: {"enabled": False} for probe in _probes_of(self.provider) if probe.slug != "api"}
            needs = {self.provided: f"env:{self.variable}"}
            return {**base, "provider": self.provider, "secrets": needs, "settings": {"base_url": f"{at}/{self.name}"}, "checks": off}
        secrets = {} if self.invented else {"it": f"env:{self.variable}"}
        if "{quoted}" in str(self.params):
            secrets = {"quoted": f"env:{self.variable}"}
        check = {"kind": "http", "url": f"{at}/{self.name}", **_placed(self.params, at)}
        return {**base, "provider": "http", "vendor": self.name, "secrets": secrets, "checks": {"api": check}}


def _probes_of(slug: str) -> tuple[ProbeSpec, ...]:
    """None of a provider that only the worker of these tests knows."""
    provider = providers().get(slug)
    return provider.probes if provider else ()


def _placed(value: Any, at: str) -> Any:
    if isinstance(value, str):
        return value.replace("{at}", at).replace("{host}", at.removeprefix("http://"))
    if isinstance(value, Mapping):
        return {key: _placed(inner, at) for key, inner in value.items()}
    return value


def header(name: str, value: str = "{it}") -> dict[str, Any]:
    return {"headers": {name: value}}


def bearer() -> dict[str, Any]:
    return {"auth": {"kind": "bearer", "token": "{it}"}}


def basic(user: str = "us", password: str = "{it}") -> dict[str, Any]:
    return {"auth": {"kind": "basic", "username": user, "password": password}}


def posted(**body: Any) -> dict[str, Any]:
    return {"method": "POST", **body}


_TOKEN_AT: Final = {"kind": "oauth2_client_credentials", "client_id": "us", "client_secret": "{it}"}

PLANTED: Final = (
    Planted("stripe-live", "sk_" + "live_" + _some(24), provider="stripe", provided="secret_key"),
    Planted("stripe-restricted", "rk_" + "live_" + _some(24), basic("{it}", "")),
    Planted("paypal-secret", "E" + _some(79, _LETTERS + "_-"), {"auth": {**_TOKEN_AT, "token_url": "{at}/refuses/token"}}),
    Planted("auth0-token", _jwt(), bearer()),
    Planted("sendgrid-key", "SG" + "." + _some(22) + "." + _some(43, _LETTERS + "_-"), provider="sendgrid", provided="api_key"),
    Planted("aws-id", "AKIA" + _some(16, ascii_uppercase + "234567"), header("X-Credential")),
    Planted("aws-secret", _some(39, _LETTERS) + "/", posted(json={"deep": [{"SecretAccessKey": "{it}"}]})),
    Planted("cloudflare-token", _some(40, _LETTERS + "_-"), header("X-Auth-Key")),
    Planted("sentry-token", "sntrys_" + _some(90, _LETTERS), {"query": {"auth": "{it}"}}),
    Planted("sentry-dsn", f"https://{_some(32, _HEX)}@o1.ingest.example/42", posted(json={"dsn": "{it}"})),
    Planted("hubspot-token", "pat-" + "eu1-" + "-".join(_some(n, _HEX) for n in (8, 4, 4, 4, 12)),
            provider="hubspot", provided="access_token"),
    Planted("slack-bot", "xoxb" + "-" + _some(12, digits) + "-" + _some(24), posted(form={"token": "{it}", "channel": "#x"})),
    Planted("slack-hook", "https://hooks.slack.com/services/" + f"T{_some(8, ascii_uppercase)}/B{_some(8, ascii_uppercase)}/{_some(24)}",
            posted(json={"url": "{it}"})),
    Planted("twilio-sid", "AC" + _some(32, _HEX), basic("{it}", "x")),
    Planted("twilio-token", _some(32, _HEX), basic("ACcount", "{it}")),
    Planted("twilio-key", "SK" + _some(32, _HEX), {"url": "{at}/twilio-key/Keys/{it}.json"}),
    Planted("github-token", "ghp" + "_" + _some(36), header("Authorization", "token {it}")),
    Planted("url-password", _some(12) + "@:/" + _some(8), {"url": "http://us:{quoted}@{host}/url-password"}),
    Planted("query-key", _some(10) + "+/&" + _some(14) + "==", {"url": "{at}/query-key?api_key={it}&page=2"}),
    Planted("form-secret", _some(12) + "&=% ü" + _some(12), posted(form={"client_secret": "{it}"})),
    Planted("odd-password", '"<' + _some(10) + "'&>" + _some(10) + "\\+", posted(json={"password": "{it}"})),
    Planted("signing-secret", "whsec" + "_" + _some(32, _LETTERS + "+/"), header("X-Signing")),
    Planted("private-key", _pem(), posted(json={"key": "{it}"})),
    Planted("granted-token", _some(43, _LETTERS + "_-"),
            {"auth": {**_TOKEN_AT, "client_secret": "no secret", "token_url": "{at}/grants/token"}}, invented=True),
    Planted("somebodys-address", f"{_some(9, ascii_lowercase)}.{_some(7, ascii_lowercase)}@customer.example", invented=True),
    Planted("vendors-database", _some(24), invented=True),
    Planted("crash", _some(20) + "/" + _some(12), provider="crashing", provided="token"),
)  # fmt: skip
BY_NAME: Final = {one.name: one for one in PLANTED}


def typed_secrets() -> dict[str, str]:
    """Of people, who type them where words belong; nobody here knows them but by their look."""
    return {
        "typed-stripe": "sk_" + "live_" + _some(24),
        "typed-sendgrid": "SG" + "." + _some(22) + "." + _some(43, _LETTERS + "_-"),
        "typed-jwt": _jwt(),
        "typed-slack": "xoxb" + "-" + _some(12, digits) + "-" + _some(24),
        "typed-key": "-----BEGIN PRIVATE KEY----- " + _some(64, _LETTERS) + " -----END PRIVATE KEY-----",
        "typed-github": "ghp" + "_" + _some(36),
        "typed-aws": "AKIA" + _some(16, ascii_uppercase + "234567"),
    }
