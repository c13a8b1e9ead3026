"""Logs and error reports of every process, without secrets: set up once, before anything else speaks."""

from __future__ import annotations

import json
import logging
import sys
import threading
import traceback
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any, ClassVar, Final, TextIO

import sentry_sdk
from sentry_sdk.integrations.logging import LoggingIntegration
from sentry_sdk.scrubber import DEFAULT_DENYLIST, EventScrubber
from sentry_sdk.transport import Transport
from sentry_sdk.types import Event, Hint

from checks.authorities import trusted
from core.escape import printable
from core.redact import Redactor
from core.scrub import scrub
from settings import Settings

# They log addresses with credentials in them (httpx at INFO), whole bodies (slack-sdk), every request, or every job.
CHATTY: Final = (
    "httpx",
    "httpcore",
    "slack_sdk",
    "aiohttp.access",
    "apscheduler",
    "urllib3",
    "uvicorn.access",
    "alembic",
    "asyncio",
    "watchdog",
    "filelock",
)
OUR_NAME: Final = "integration-health"
OLD_VALUES: Final = 3  # of one secret that was changed


class Secrets:
    """The values that must not leave this process; the worker adds those it resolves, with where they come from.

    A key that is rotated every hour leaves many old values behind: the newest few of each place are remembered, since what
    is under way may still say them, and the others are forgotten, or every line of the log would be searched for all of them.
    """

    redactor: ClassVar[type[Redactor]] = Redactor  # as the runner's

    def __init__(self) -> None:
        self._fixed: frozenset[str] = frozenset()
        self._renewed: dict[str, tuple[str, ...]] = {}  # by place, the oldest first
        self._known: frozenset[str] = frozenset()
        self._redactor = self.redactor()
        self._lock = threading.Lock()

    def keep(self, values: Iterable[str]) -> None:
        """For as long as this process lives."""
        with self._lock:
            self._fixed |= {value for value in values if value}
            self._learn()

    def renew(self, values: Mapping[str, str]) -> None:
        """The present value by the place it comes from."""
        with self._lock:
            for place, value in values.items():
                older = [old for old in self._renewed.get(place, ()) if old != value]
                self._renewed[place] = (*older[-OLD_VALUES:], value)
            self._learn()

    def _learn(self) -> None:
        known = self._fixed | {value for values in self._renewed.values() for value in values if value}
        if known != self._known:
            self._known, self._redactor = known, self.redactor(known)

    def redact(self, text: str) -> str:
        return self._redactor(text).text

    def typed(self, text: str) -> str:
        """What a colleague wrote, without secrets; an e-mail address in it stays."""
        return self._redactor.typed(text).text


secrets = Secrets()


def set_up(settings: Settings, *, role: str, stream: TextIO | None = None, transport: Transport | None = None) -> None:
    """Logs to standard error and, where SENTRY_DSN is set, error reports. `role`: web, worker or command."""
    given = (settings.database_url, settings.access_token, settings.smtp_url, settings.sentry_dsn, settings.deadman_url)
    secrets.keep(part for each in given if each is not None for part in _parts(each.get_secret_value()))
    set_up_logs(settings, role=role, stream=stream or sys.stderr)
    if settings.sentry_dsn is not None:
        set_up_reports(settings, role=role, transport=transport)


def _parts(value: str) -> list[str]:
    """An address and the password in it are both secret."""
    password = value.partition("://")[2].rpartition("@")[0].partition(":")[2]
    return [value, password]


def set_up_logs(settings: Settings, *, role: str, stream: TextIO) -> None:
    """One handler on the root; every record of every library is redacted where it is made, whoever prints it."""
    as_json = settings.log_format == "json" or (settings.log_format == "auto" and not stream.isatty())
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines(role) if as_json else TextLines())
    logging.setLogRecordFactory(_redacted_record)
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(settings.log_level)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


def adopt(*prefixes: str) -> None:
    """Let loggers that print by themselves (Streamlit's, uvicorn's) print through ours."""
    for name, logger in list(logging.root.manager.loggerDict.items()):
        if (
            isinstance(logger, logging.Logger)
            and name.split(".")[0] in prefixes
            and not any(isinstance(f, _ToRoot) for f in logger.filters)
        ):
            logger.addFilter(_ToRoot())


class _ToRoot(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        logging.root.handle(record)
        return False


def _redacted_record(*args: Any, **named: Any) -> logging.LogRecord:
    record = logging.LogRecord(*args, **named)
    try:
        record.msg, record.args = secrets.redact(record.getMessage()), ()
    except Exception:
        record.msg, record.args = f"a message of {record.name} that cannot be formatted", ()
    if record.exc_info and record.exc_info[1] is not None:
        record.exc_text = secrets.redact("".join(traceback.format_exception(record.exc_info[1])).rstrip())
    return record


class JsonLines(logging.Formatter):
    """One JSON object a line, for machines."""

    def __init__(self, role: str) -> None:
        super().__init__()
        self._role = role

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds")
        line = {"at": at, "level": record.levelname.lower(), "role": self._role, "logger": record.name, "message": record.getMessage()}
        if record.exc_text:
            line["exception"] = record.exc_text
        return json.dumps(line, ensure_ascii=False)


class TextLines(logging.Formatter):
    """One line a message, for people; no message can pretend to be two."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, tz=UTC)
        words = printable(record.getMessage()).replace("\n", "\\n")
        line = f"{at:%H:%M:%S} {record.levelname:7} {record.name}: {words}"
        return f"{line}\n{printable(record.exc_text)}" if record.exc_text else line


def set_up_reports(settings: Settings, *, role: str, transport: Transport | None = None) -> None:
    """Our own faults, to Sentry. Its defaults let five of six planted secrets out; nothing here relies on them."""
    dsn = settings.sentry_dsn.get_secret_value() if settings.sentry_dsn else None
    proxy = None if settings.use_proxy else ""  # "": not even the environment's
    sentry_sdk.init(
        dsn=dsn,
        release=f"{OUR_NAME}@{own_version()}",
        server_name=role,
        transport=transport,
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        max_breadcrumbs=20,
        auto_enabling_integrations=False,  # they take in addresses, queries and bodies
        integrations=[LoggingIntegration(level=logging.INFO, event_level=logging.ERROR)],
        event_scrubber=EventScrubber(denylist=[*DEFAULT_DENYLIST, "dsn", "webhook", "cookie"], recursive=True),
        before_send=_before_send,
        before_send_transaction=_before_send,
        before_breadcrumb=lambda crumb, hint: scrub(crumb, secrets.redact),
        http_proxy=proxy,
        https_proxy=proxy,
        ca_certs=trusted(str(settings.extra_ca_file) if settings.extra_ca_file else None),
    )
    sentry_sdk.set_tag("role", role)


def _before_send(event: Event, hint: Hint) -> Event | None:
    """The last gate: messages, exception texts, addresses, tags and whatever a library added."""
    event.pop("request", None)
    event.pop("user", None)
    scrubbed: Event = scrub(event, secrets.redact)
    return scrubbed


def own_version() -> str:
    """Of this program, as it was installed."""
    try:
        return version(OUR_NAME)
    except PackageNotFoundError:
        return "0"
