"""`integration-health check`: one run on the worker's own path, for people and for scripts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.exits import Exit
from lab.faults import Kind
from lab.running import LabThread
from tests.journeys.actors import cli, declared, environment, until, vendor


@pytest.fixture(scope="module")
def lab() -> Iterator[LabThread]:
    with LabThread(only=["stripe"]) as thread:
        yield thread


@pytest.fixture
def env(tmp_path: Path, lab: LabThread) -> dict[str, str]:
    (tmp_path / "integrations.yaml").write_text("version: 1\n")
    return environment(tmp_path, lab=lab)


@pytest.fixture
def words(lab: LabThread) -> tuple[str, ...]:
    """Stripe in the lab, though no file names it."""
    return ("check", "stripe/api", "--set", f"base_url={lab.lab.url('stripe')}", "--secret", "secret_key=env:LAB_STRIPE_SECRET_KEY")


def test_a_check_that_is_up_tells_its_phases_and_writes_nothing(env: dict[str, str], words: tuple[str, ...], tmp_path: Path) -> None:
    done = cli(env, *words, "--private", "--json")
    assert done.returncode == Exit.OK, done.stderr
    told = json.loads(done.stdout)
    assert (told["check"], told["status"], told["cause"]) == ("stripe/api", "up", None)
    assert told["phases"]["tls_us"] > 0
    assert [path.name for path in tmp_path.iterdir()] == ["integrations.yaml"]


def test_a_refused_key_is_told_with_the_vendors_code_and_never_shown(env: dict[str, str], words: tuple[str, ...], lab: LabThread) -> None:
    lab.call(lab.lab.break_, "stripe", Kind.REFUSED_KEY)
    try:
        done = cli(env, *words, "--private", "--json")
    finally:
        lab.call(lab.lab.heal, "stripe")
    assert done.returncode == Exit.FAILED
    told = json.loads(done.stdout)
    assert (told["status"], told["cause"]) == ("down", "auth")
    assert told["outcome"]["vendor_code"]
    assert told["outcome"]["http_status"] == 401
    assert env["LAB_STRIPE_SECRET_KEY"] not in done.stdout + done.stderr


def test_an_address_inside_that_a_file_names_is_only_asked_when_that_was_allowed(
    env: dict[str, str], tmp_path: Path, lab: LabThread
) -> None:
    (tmp_path / "integrations.yaml").write_text(declared(vendor(lab, "stripe", private_targets=False), defaults="{}"))
    asked = len(lab.lab.asked("stripe"))
    done = cli(env, "check", "stripe/api")
    assert done.returncode == Exit.CONFIGURATION
    assert "integration-health validate" in done.stderr
    assert "private_targets: true" in cli(env, "validate").stderr
    assert len(lab.lab.asked("stripe")) == asked
    assert cli(env, "check", "stripe/api", "--private").returncode == Exit.OK


def test_an_address_inside_that_is_typed_here_needs_no_further_word(env: dict[str, str], words: tuple[str, ...]) -> None:
    assert cli(env, *words).returncode == Exit.OK


def test_a_missing_secret_is_named(env: dict[str, str], lab: LabThread) -> None:
    base = f"base_url={lab.lab.url('stripe')}"
    done = cli(env, "check", "stripe/api", "--set", base, "--secret", "secret_key=env:NOT_SET_ANYWHERE", "--private")
    assert done.returncode == Exit.FAILED
    assert done.stderr == "secret_key: the environment variable NOT_SET_ANYWHERE is not set\n"
    assert "unknown (config)" in done.stdout


def test_a_check_of_the_file_needs_nothing_else(env: dict[str, str], tmp_path: Path, lab: LabThread) -> None:
    (tmp_path / "integrations.yaml").write_text(declared(vendor(lab, "stripe")))
    done = cli(env, "check", "stripe/api")
    assert (done.returncode, done.stderr) == (Exit.OK, "")
    assert done.stdout.startswith("stripe/api is up: ")


def test_what_the_file_says_of_a_check_stands_beside_what_is_typed_here(env: dict[str, str], tmp_path: Path, lab: LabThread) -> None:
    quick = vendor(lab, "stripe", checks={"api": {"latency_limit": "1ms"}})
    (tmp_path / "integrations.yaml").write_text(declared(quick, defaults="{}"))

    def asked() -> tuple[int, str]:
        done = cli(env, "check", "stripe/api", "--private")
        return done.returncode, done.stdout.split("(")[0]

    until(lambda: asked() == (Exit.OK, "stripe/api is degraded "), "a latency that no lag of ours spoilt", 60)


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("nobody/api",), Exit.USAGE, "There is no integration and no provider called nobody."),
        (("stripe/apy",), Exit.USAGE, "There is no check stripe/apy."),
        (("stripe/api", "--set", "base_url"), Exit.USAGE, "--set takes NAME=VALUE"),
        (("stripe/api", "--secret", "secret_key=sk_live_0123456789abcdef"), Exit.CONFIGURATION, "env:NAME or file:PATH"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_sentence(env: dict[str, str], words: tuple[str, ...], code: Exit, sentence: str) -> None:
    done = cli(env, "check", *words)
    assert done.returncode == code
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "sk_live" not in done.stderr + done.stdout
