"""What is shipped to run the product elsewhere keeps to the product: its settings, commands, exit codes and rights."""

from __future__ import annotations

import configparser
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from cli import app
from core.exits import Exit
from settings import Settings

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
SETTINGS = {name.upper() for name in Settings.model_fields}
FROM_ELSEWHERE = {"PATH", "HOME", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "POSTGRES_PASSWORD", "SLACK_BOT_TOKEN"}
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
OURS = {name: service for name, service in COMPOSE["services"].items() if service["image"] == "integration-health"}


def names_in_env(path: Path) -> set[str]:
    return {line.partition("=")[0] for line in path.read_text().splitlines() if line and not line.startswith("#")}


def unit(path: Path) -> dict[str, list[str]]:
    """A unit's service section; a key may be given several times."""
    parser = configparser.RawConfigParser(strict=False, dict_type=_Many)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(path.read_text())
    return {key: value.split("\n") for key, value in parser["Service"].items()}


class _Many(dict[str, Any]):
    """Keeps every line of a key that is given twice."""

    def __setitem__(self, key: str, value: Any) -> None:
        if isinstance(value, list) and key in self:
            self[key].extend(value)
        else:
            super().__setitem__(key, value)


def dockerfile_env() -> set[str]:
    block = re.search(r"^ENV ((?:.*\\\n)*.*)$", DOCKERFILE, re.MULTILINE)
    assert block is not None
    return set(re.findall(r"(\b[A-Z_]+)=", block[1]))


def known_commands() -> set[str]:
    return set(get_command(app).commands)  # type: ignore[attr-defined]


def test_every_variable_is_one_that_the_product_reads() -> None:
    given = dockerfile_env() | names_in_env(DEPLOY / "example.env") | names_in_env(DEPLOY / "example.worker.env")
    given |= {name for service in OURS.values() for name in service["environment"]}
    given |= {word.partition("=")[0] for path in UNITS for line in unit(path).get("Environment", []) for word in line.split()}
    assert given - FROM_ELSEWHERE <= SETTINGS
    assert {"STATE_DIR", "ACCESS_TOKEN", "DATABASE_URL"} <= given


def test_the_image_and_both_containers_run_without_rights_on_a_file_system_that_is_read_only() -> None:
    assert re.search(r"^USER 10001:10001$", DOCKERFILE, re.MULTILINE)
    assert OURS.keys() == {"web", "worker"}
    for service in OURS.values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["user"] == "10001:10001"


def test_the_image_is_asked_for_its_health() -> None:
    assert "HEALTHCHECK" in DOCKERFILE
    assert "/healthz" in DOCKERFILE
    assert "disable" not in OURS["web"].get("healthcheck", {})


def test_vendors_keys_reach_the_worker_alone() -> None:
    assert OURS["web"]["env_file"] == [".env"]
    assert OURS["worker"]["env_file"] == [".env", "worker.env"]
    assert "SLACK_BOT_TOKEN" not in names_in_env(DEPLOY / "example.env")


def test_no_port_is_open_to_others_than_this_machine() -> None:
    ports = [port for service in COMPOSE["services"].values() for port in service.get("ports", [])]
    assert ports == ["127.0.0.1:8501:8501"]


def test_every_command_that_is_started_exists() -> None:
    started = [OURS["worker"]["command"][0], *re.findall(r'^CMD \["(\w+)"\]', DOCKERFILE, re.MULTILINE)]
    started += [unit(path)["ExecStart"][0].split()[1] for path in UNITS]
    assert set(started) <= known_commands()
    assert {"run", "worker"} <= set(started)


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_service_is_confined(path: Path) -> None:
    service = unit(path)
    assert service["DynamicUser"] == ["yes"]
    assert service["ProtectSystem"] == ["strict"]
    assert service["NoNewPrivileges"] == ["yes"]
    assert service["UMask"] == ["0077"]


def test_commands_run_with_the_user_the_folder_and_the_environment_of_the_service() -> None:
    script = DEPLOY / "systemd" / "integration-health"
    assert script.stat().st_mode & 0o111
    words = script.read_text().replace("\\\n", " ").splitlines()[-1].split()
    service = unit(DEPLOY / "systemd" / "integration-health.service")
    given = dict(word.removeprefix("--property=").split("=", 1) for word in words if word.startswith("--property="))
    assert {"DynamicUser", "User", "StateDirectory", "EnvironmentFile"} <= given.keys()
    assert {key: [value] for key, value in given.items()} == {key: service[key] for key in given}
    environment = {word.removeprefix("--setenv=") for word in words if word.startswith("--setenv=")}
    assert {"STATE_DIR=/var/lib/integration-health"} <= environment
    assert environment <= {word for line in service["Environment"] for word in line.split()}
    assert words[-2:] == [service["ExecStart"][0].split()[0], '"$@"']


def test_a_service_is_not_started_again_where_that_mends_nothing() -> None:
    endless = {Exit.USAGE, Exit.CONFIGURATION, Exit.DATABASE_NEWER, Exit.TOKEN_NEEDED}
    lasting = [unit(path) for path in UNITS if "Restart" in unit(path)]
    assert lasting
    assert all({int(code) for code in service["RestartPreventExitStatus"][0].split()} == endless for service in lasting)


def test_the_build_leaves_out_state_and_secrets() -> None:
    left_out = (DEPLOY.parent / ".dockerignore").read_text().splitlines()
    assert {".git", "state", "deploy/.env", "deploy/worker.env", "deploy/config", "integrations.yaml"} <= set(left_out)
