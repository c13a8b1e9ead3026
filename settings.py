"""What the operator may set, in the environment: read and checked once, then passed down."""

from __future__ import annotations

import ipaddress
import os
import sysconfig
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from core.exits import Exit, Refusal

TOKEN_LENGTH: Final = 32
EXAMPLE_NAME: Final = "config.example.yaml"


def shipped() -> Path:
    """The folder of what ships beside the code: the checkout, or where a wheel puts its data files."""
    here = Path(__file__).resolve().parent
    return here if (here / EXAMPLE_NAME).exists() else Path(sysconfig.get_path("data")) / "share" / "integration-health"


SHIPPED: Final = shipped()
EXAMPLE: Final = SHIPPED / EXAMPLE_NAME
CANARIES: Final = ("https://example.com/", "https://www.wikipedia.org/", "https://www.debian.org/", "https://www.ietf.org/")


def _split(value: object) -> object:
    """`a, b c` is three words: lists in the environment are plain."""
    return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]


class Settings(BaseSettings):
    """Every variable of the environment that is ours. Secrets are `SecretStr`: they do not print."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    host: str = Field(default="127.0.0.1", description="The address to listen on; any but loopback needs ACCESS_TOKEN.")
    port: int = Field(default=8501, ge=1, le=65_535, description="The one port of pages, API and heartbeats.")
    state_dir: Path = Field(default=Path("state"), description="Where the database, its locks and its backups live.")
    database_url: SecretStr | None = Field(default=None, description="postgresql://... instead of SQLite in STATE_DIR.")
    config: Path | None = Field(default=None, description="The file of integrations. Default: integrations.yaml, else the example.")
    worker: bool = Field(default=True, description="`off`: no worker is started beside the pages; another process runs it.")
    access_token: SecretStr | None = Field(default=None, description="Asked for at the door; 32 characters or more.")
    allowed_hosts: Words = Field(default=(), description="Further names this may be reached by (Host header), as `name` or `name:port`.")
    base_url: str | None = Field(default=None, description="Where people reach the pages; links in messages begin with it.")
    slack_base_url: str | None = Field(default=None, description="Slack's API elsewhere than slack.com: a proxy of yours, the lab.")
    smtp_url: SecretStr | None = Field(default=None, description="smtp://user:password@host:587 or smtps://host:465, for e-mail.")
    sentry_dsn: SecretStr | None = Field(default=None, description="Where our own faults are reported, scrubbed.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(default="INFO", description="How much is logged.")
    log_format: Literal["auto", "json", "text"] = Field(default="auto", description="`auto`: text on a terminal, else JSON lines.")
    extra_ca_file: Path | None = Field(default=None, description="Certificate authorities to trust beside the system's (PEM).")
    canaries: Words = Field(default=CANARIES, min_length=2, description="Unrelated addresses that tell whether our own network is there.")
    use_proxy: bool = Field(default=False, description="`on`: probes and messages go through HTTPS_PROXY and HTTP_PROXY.")
    timezone: str = Field(default="UTC", description="The zone of months in reports and of clock times in messages.")
    deadman_url: SecretStr | None = Field(
        default=None, description="Called while the worker is well: somebody outside misses it when it is not."
    )
    deadman_interval: int = Field(default=60, ge=1, le=86_400, description="Seconds between two of these calls.")
    own_trouble_after: int = Field(
        default=120, ge=0, le=86_400, description="How many seconds a trouble of the monitor itself lasts before it is told."
    )
    retention_results: int = Field(default=400, ge=62, le=36_500, description="Days that single results are kept, packed and exact.")
    retention_evidence: int = Field(default=90, ge=1, le=36_500, description="Days that requests and answers of failures are kept.")
    retention_phases: int = Field(default=90, ge=1, le=36_500, description="Days that phases are kept exactly; then by the hour.")
    retention_figures: int = Field(
        default=1_827, ge=400, le=36_500, description="Days that a check's states, verdicts and daily figures are kept."
    )
    backup_dir: Path | None = Field(default=None, description="A folder that gets a backup every night at 01:07 UTC.")
    backup_keep: int = Field(default=14, ge=1, le=10_000, description="How many of them are kept there.")
    demo: bool = Field(default=False, description="Set by `integration-health demo`: pages say that the data is made up.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment is handed to `load`: nothing is read behind the caller's back."""
        return (init_settings,)

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator("access_token")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < TOKEN_LENGTH:
            raise ValueError(f"must have {TOKEN_LENGTH} characters or more, such as from: openssl rand -hex 32")
        return value

    @field_validator("base_url", "slack_base_url")
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        return None if value is None else _address(value)

    @field_validator("deadman_url")
    @classmethod
    def _secret_address(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            _address(value.get_secret_value())
        return value

    @field_validator("canaries")
    @classmethod
    def _web_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_address(each) for each in value)

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: SecretStr | None) -> SecretStr | None:
        scheme = "" if value is None else value.get_secret_value().partition(":")[0]
        if value is not None and scheme not in ("sqlite", "postgres", "postgresql", "postgresql+psycopg"):
            raise ValueError("must begin with postgresql:// or sqlite:///")
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            return ZoneInfo(value).key
        except (LookupError, OSError, ValueError):
            raise ValueError("must be a zone such as Europe/Berlin or UTC") from None

    @property
    def sqlite(self) -> bool:
        return self.database_url is None or self.database_url.get_secret_value().startswith("sqlite")

    @property
    def database(self) -> str:
        """The database's URL. It holds a password where the operator gave one: never print it."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{(self.state_dir / 'health.db').absolute()}"

    @property
    def config_file(self) -> Path:
        """The file of integrations: the one set, the one here, else the example that ships with the product."""
        here = Path("integrations.yaml")
        return self.config or (here if here.exists() else EXAMPLE)

    @property
    def link_base(self) -> str:
        """What links in messages begin with, without a slash at the end."""
        return (self.base_url or self.own_address).rstrip("/")

    @property
    def own_address(self) -> str:
        """Where this machine reaches the pages."""
        host = "localhost" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104 every address of this machine
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    def check_address(self, address: str) -> None:
        """Refuses to listen on anything but loopback without a token. Raises Refusal."""
        if self.access_token is None and not is_loopback(address):
            raise Refusal(
                Exit.TOKEN_NEEDED,
                f"Listening on {address} lets others in: set ACCESS_TOKEN ({TOKEN_LENGTH} characters or more), or HOST=127.0.0.1.",
            )


def is_loopback(address: str) -> bool:
    """Whether only this machine can reach an address to listen on."""
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return False


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """Settings of an environment. Raises Refusal with one sentence that names each variable and never a value."""
    given = os.environ if environment is None else environment
    names = {name.upper(): name for name in Settings.model_fields}
    values: dict[str, Any] = {field: given[name] for name, field in names.items() if given.get(name, "").strip()}
    try:
        return Settings(**values)
    except ValidationError as error:
        raise Refusal(Exit.CONFIGURATION, _sentence(error)) from None


def _address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must begin with http:// or https://")
    return value


def _sentence(error: ValidationError) -> str:
    faults = []
    for fault in error.errors(include_input=False, include_url=False):
        words = str(cast("dict[str, Any]", fault)["msg"]).removeprefix("Value error, ")
        faults.append(f"{str(fault['loc'][0]).upper()}: {words[:1].lower()}{words[1:]}")
    return f"The environment is not valid: {'; '.join(faults)}."
