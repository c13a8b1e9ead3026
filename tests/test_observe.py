"""Logs and error reports carry no secret, whatever shape it comes in; reports are caught by a transport of our own."""

from __future__ import annotations

import io
import json
import logging
from base64 import b64encode
from collections.abc import Iterator
from secrets import token_hex
from typing import Any

import pytest
import sentry_sdk
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

import observe
from settings import Settings, load

KEY = "sk_live_4eC39HqLyjWDarjtT1zdp7dc"
OWN = "a-word-no-pattern-knows"
TOKEN = "door-" + "k" * 32
DSN = "https://publickey@errors.example.com/1"


class Caught(Transport):
    def __init__(self) -> None:
        super().__init__()
        self.events: list[dict[str, Any]] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        event = envelope.get_event()
        if event is not None:
            self.events.append(dict(event))

    @property
    def text(self) -> str:
        return json.dumps(self.events, default=str)


def environment(**more: str) -> Settings:
    return load({"SENTRY_DSN": DSN, "ACCESS_TOKEN": TOKEN, "DATABASE_URL": "postgresql://me:pa55-of-db@db/x", **more})


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What was logged; the logging of the tests comes back afterwards."""
    factory, handlers, level = logging.getLogRecordFactory(), logging.root.handlers[:], logging.root.level
    yield io.StringIO()
    logging.setLogRecordFactory(factory)
    logging.root.handlers[:], logging.root.level = handlers, level


@pytest.fixture
def caught(written: io.StringIO) -> Iterator[Caught]:
    transport = Caught()
    observe.set_up(environment(), role="worker", stream=written, transport=transport)
    observe.secrets.keep([OWN])
    yield transport
    sentry_sdk.init()


def fail(secret: str) -> None:
    password = secret  # noqa: F841 - a local variable that must not be reported
    raise ValueError(f"could not sign in to https://me:{secret}@vendor.example/?api_key={secret}")


def test_of_a_secret_that_is_changed_again_and_again_the_newest_values_are_taken_out_and_the_oldest_forgotten() -> None:
    secrets = observe.Secrets()
    secrets.keep(["set-for-ever"])
    values = [token_hex(12) for _ in range(50)]
    for value in values:
        secrets.renew({"env:KEY": value, "env:OTHER": "never-changed"})
    said = secrets.redact(" ".join(["set-for-ever", "never-changed", *values])).split()

    assert said[:2] == ["[redacted]", "[redacted]"]
    assert said[2:] == [*values[:-4], *["[redacted]"] * 4]


def test_a_secret_that_is_had_from_two_places_is_forgotten_with_the_last_of_them() -> None:
    secrets = observe.Secrets()
    secrets.renew({"file:a": "shared-value", "file:b": "shared-value"})
    for _ in range(5):
        secrets.renew({"file:a": token_hex(12), "file:b": "shared-value"})

    assert secrets.redact("shared-value") == "[redacted]"


SHAPES = [KEY, OWN, TOKEN, "pa55-of-db", b64encode(f"user:{OWN}".encode()).decode()]


@pytest.mark.parametrize("secret", SHAPES)
def test_an_exception_is_reported_without_the_secret_in_its_words(caught: Caught, written: io.StringIO, secret: str) -> None:
    try:
        fail(secret)
    except ValueError:
        logging.getLogger("x").exception("calling %s failed", secret, extra={"header": secret, "password": "other"})
    assert len(caught.events) == 1
    for text in (caught.text, written.getvalue()):
        assert secret not in text
        assert "could not sign in" in text
    assert "vars" not in caught.text


@pytest.mark.parametrize("secret", SHAPES)
def test_a_chained_cause_is_scrubbed_too(caught: Caught, written: io.StringIO, secret: str) -> None:
    try:
        try:
            fail(secret)
        except ValueError as error:
            raise RuntimeError("while paying") from error
    except RuntimeError as error:
        sentry_sdk.capture_exception(error)
        logging.getLogger("x").warning("again", exc_info=error)
    assert secret not in caught.text + written.getvalue()
    assert "while paying" in caught.text


@pytest.mark.parametrize("secret", SHAPES)
def test_tags_contexts_breadcrumbs_and_messages_are_scrubbed(caught: Caught, secret: str) -> None:
    with sentry_sdk.new_scope() as scope:
        scope.set_tag("where", secret)
        scope.set_context("call", {"headers": [["Authorization", f"Bearer {secret}"]], "body": {"deep": [{"v": secret}]}})
        scope.set_extra("bytes", secret.encode())
        scope.set_user({"email": "ana@example.com"})
        scope.add_breadcrumb(message=f"GET https://v.example/?token={secret}", data={"url": f"https://{secret}@v.example"})
        scope.capture_message(f"it said {secret}")
    assert "it said" in caught.text
    assert secret not in caught.text
    assert "ana@example.com" not in caught.text


def test_a_machine_reads_one_object_a_line(written: io.StringIO) -> None:
    observe.set_up(load({"LOG_FORMAT": "json"}), role="web", stream=written)
    logging.getLogger("alerts").warning("line one\nline two")
    [line] = written.getvalue().splitlines()
    assert json.loads(line)["message"] == "line one\nline two"
    assert json.loads(line)["role"] == "web"


def test_no_message_can_pretend_to_be_two(written: io.StringIO) -> None:
    observe.set_up(load({"LOG_FORMAT": "text"}), role="web", stream=written)
    logging.getLogger("alerts").warning("%s", "fine\n12:00:00 ERROR everything is on fire\x1b[2J")
    [line] = written.getvalue().splitlines()
    assert "\\n12:00:00" in line
    assert "\x1b" not in line


@pytest.mark.parametrize("name", ["httpx", "slack_sdk.web.async_client", "uvicorn.access"])
def test_what_chatters_about_addresses_is_quiet(written: io.StringIO, name: str) -> None:
    observe.set_up(load({"LOG_LEVEL": "DEBUG"}), role="web", stream=written)
    logging.getLogger(name).info("GET https://hooks.example/%s", KEY)
    assert written.getvalue() == ""


def test_a_library_that_prints_by_itself_prints_through_us(written: io.StringIO) -> None:
    logger, own = logging.getLogger("noisy.part"), io.StringIO()
    logger.propagate = False
    logger.addHandler(logging.StreamHandler(own))
    observe.set_up(load({}), role="web", stream=written)
    observe.adopt("noisy")
    logger.error("key %s", KEY)
    assert own.getvalue() == ""
    assert "[redacted]" in written.getvalue()


def test_a_message_that_cannot_be_formatted_does_not_stop_anything(written: io.StringIO) -> None:
    observe.set_up(load({}), role="web", stream=written)
    logging.getLogger("x").error("%d of %d", "one")
    assert "cannot be formatted" in written.getvalue()
