"""What the operator may set, by environment variable: validated once at the start and passed down."""

from __future__ import annotations

import ipaddress
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from core.exits import Exit, Refusal

ROOT = Path(__file__).resolve().parent
TOKEN_LENGTH = 32
# Unrelated hosts on unrelated networks: when none of them answers, it is our network that is away.
CANARIES = ("https://www.google.com/generate_204", "https://one.one.one.one/", "https://www.example.com/")


class Settings(BaseSettings):
    """The operator's environment. Secrets are `SecretStr`: they print as stars and never reach a page or a log."""

    model_config = SettingsConfigDict(env_prefix="", extra="ignore", frozen=True)

    host: str = Field(default="127.0.0.1", description="The address to listen on. Anything but loopback needs ACCESS_TOKEN.")
    port: int = Field(default=8501, ge=1, le=65535, description="The one port of pages, API and heartbeats.")
    state_dir: Path = Field(default=Path("state"), description="Where the database, locks and backups live.")
    database_url: SecretStr | None = Field(default=None, description="sqlite:///... or postgresql://...; default: STATE_DIR/health.db.")
    config: Path = Field(default=Path("integrations.yaml"), description="What is watched. Without the file: config.example.yaml.")
    worker: Literal["child", "off"] = Field(default="child", description="off: the worker is run elsewhere (`python -m scheduler`).")
    access_token: SecretStr | None = Field(default=None, description="Who has it may see and act; 32 characters or more.")
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(default=(), description="Host names the pages are reached by, by comma.")
    base_url: str | None = Field(default=None, description="The pages' public address, for links in messages.")
    time_zone: str = Field(default="UTC", description="The zone of reports and of closing months.")
    canaries: Annotated[tuple[str, ...], NoDecode] = Field(default=CANARIES, description="Addresses that show our network is there.")
    slack_base_url: str | None = Field(default=None, description="Another address for Slack's API, such as a proxy.")
    smtp_url: SecretStr | None = Field(default=None, description="smtp://user:password@host:587 for mail channels.")
    sentry_dsn: SecretStr | None = Field(default=None, description="Where our own errors are reported.")
    extra_ca_file: Path | None = Field(default=None, description="Certificate authorities trusted beside the system's.")
    use_proxies: bool = Field(default=False, description="true: HTTPS_PROXY and friends are used for probes and channels.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(default="INFO", description="How much is logged.")
    demo: bool = Field(default=False, description="Set by `integration-health demo`: pages say that the data is invented.")
    lab_url: str | None = Field(default=None, description="Set by `integration-health demo`: where the fault lab shows itself.")

    @field_validator("allowed_hosts", "canaries", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("database_url", "access_token", "smtp_url", "sentry_dsn", "base_url", "slack_base_url", "extra_ca_file", "lab_url", mode="before")
    @classmethod
    def _empty_is_unset(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError("is not a time zone such as Europe/Berlin") from None
        return value

    @model_validator(mode="after")
    def _canaries_are_several(self) -> Settings:
        if len(self.canaries) < 2:
            raise ValueError("CANARIES needs two or more unrelated addresses")
        return self

    @cached_property
    def database(self) -> str:
        """The database's URL. Holds a password where the operator gave one: never print it."""
        if self.database_url:
            return self.database_url.get_secret_value()
        return f"sqlite:///{(self.state_dir / 'health.db').absolute()}"

    @property
    def public_url(self) -> str:
        """Where links in messages lead."""
        return (self.base_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def hosts(self) -> frozenset[str]:
        """Host headers that are answered."""
        return frozenset({"localhost", "127.0.0.1", "[::1]", "::1", self.host, *self.allowed_hosts})

    def require_safe_address(self, address: str | None = None) -> None:
        """Refuse to listen where others reach us without a token. `address`: the one the server really uses."""
        token = self.access_token.get_secret_value() if self.access_token else ""
        if token and len(token) < TOKEN_LENGTH:
            raise Refusal(Exit.TOKEN_NEEDED, f"ACCESS_TOKEN is shorter than {TOKEN_LENGTH} characters; `openssl rand -hex 32` makes a good one.")
        if not token and not is_loopback(address or self.host):
            raise Refusal(
                Exit.TOKEN_NEEDED,
                f"Listening on {address or self.host} needs an ACCESS_TOKEN of {TOKEN_LENGTH} characters or more: others could read and act otherwise.",
            )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def load_settings() -> Settings:
    """The settings, or a refusal that names the variable; a value is never printed."""
    try:
        return Settings()
    except ValidationError as error:
        problem = error.errors(include_input=False, include_url=False)[0]
        name = str(problem["loc"][0]).upper() if problem["loc"] else "The environment"
        raise Refusal(Exit.CONFIGURATION, f"{name}: {problem['msg'].removeprefix('Value error, ')}.") from None
