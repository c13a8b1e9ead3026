"""What stands before a command."""

from __future__ import annotations

from importlib.metadata import version

from typer.testing import CliRunner

from cli import app


def test_the_version_is_the_installed_one() -> None:
    answer = CliRunner().invoke(app, ["--version"])

    assert (answer.exit_code, answer.output) == (0, f"integration-health {version('integration-health')}\n")
