"""The command line. `integration-health --help` lists the commands; docs/getting-started.md the exit codes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from settings import Settings

from core.exits import Exit, Refusal

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__.splitlines()[0] if __doc__ else None
)
alerts = typer.Typer(no_args_is_help=True, help="Alerts and their channels.")
app.add_typer(alerts, name="alerts")

AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
File = Annotated[
    Path | None, typer.Option("--config", help="The file of integrations. Default: CONFIG, else integrations.yaml, else the example.")
]


def _say_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"integration-health {version('integration-health')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", help="Say which version this is.", is_eager=True, callback=_say_version)] = False,
) -> None:
    """Integration Health: is it us or them? docs/getting-started.md lists the commands and their exit codes."""


@app.command()
def run() -> None:
    """Serve pages, API and heartbeats on one port, with the worker beside them."""
    from commands.serve import run

    _end(run)


@app.command()
def worker() -> None:
    """Run the worker alone; it stands by while another one leads."""
    from scheduler.__main__ import main

    _end(main)


@app.command()
def demo(lab_only: Annotated[bool, typer.Option("--lab", help="Start the fault lab alone and print its addresses.")] = False) -> None:
    """The same product against simulated vendors, with 90 days of history."""
    from commands.demo import demo

    _end(lambda: demo(lab_only=lab_only))


@app.command()
def validate(path: Annotated[Path | None, typer.Argument()] = None, as_json: AsJson = False) -> None:
    """Say what is wrong with a file of integrations, line by line."""
    from commands.validate import validate

    _end(lambda: validate(_path(path), as_json=as_json))


@app.command()
def diff(path: Annotated[Path | None, typer.Argument()] = None, as_json: AsJson = False) -> None:
    """What would change if this file were applied."""
    from commands.declare import diff

    _end(lambda: diff(_settings(), _path(path), as_json=as_json))


@app.command()
def apply(path: Annotated[Path | None, typer.Argument()] = None, as_json: AsJson = False) -> None:
    """Apply a file of integrations and wait until the worker runs on it."""
    from commands.declare import apply

    _end(lambda: apply(_settings(), _path(path), as_json=as_json))


@app.command()
def check(
    name: Annotated[str, typer.Argument(help="integration/check, such as stripe/api")],
    set_: Annotated[list[str] | None, typer.Option("--set", help="NAME=VALUE: a setting, such as base_url=http://127.0.0.1:4010")] = None,
    secret: Annotated[list[str] | None, typer.Option("--secret", help="NAME=env:VARIABLE or NAME=file:PATH")] = None,
    private: Annotated[bool, typer.Option("--private", help="Allow addresses inside this network.")] = False,
    config: File = None,
    as_json: AsJson = False,
) -> None:
    """Run one check once, on the worker's own path. Nothing is written, no alert is sent."""
    from commands.check import check

    _end(lambda: check(_settings(), _path(config), name, set_ or [], secret or [], private=private, as_json=as_json))


@app.command()
def report(
    month: Annotated[str, typer.Argument(help="YYYY-MM")],
    form: Annotated[str, typer.Option("--format", help="csv, xlsx or json")] = "csv",
    out: Annotated[Path | None, typer.Option(help="The file to write. Default: standard output (not for xlsx).")] = None,
    zone: Annotated[str | None, typer.Option(help="The month's time zone. Default: TIMEZONE.")] = None,
) -> None:
    """The promises of a month: policy, coverage and minutes beside every percentage."""
    from commands.report import report

    _end(lambda: report(_settings(), month, form, out, zone))


@app.command()
def correct(
    name: Annotated[str | None, typer.Argument(help="integration, or integration/check")] = None,
    since: Annotated[str | None, typer.Option("--from", help="2026-11-03T10:00, in TIMEZONE; or with an offset.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="The same, later.")] = None,
    counts_as: Annotated[str | None, typer.Option("--as", help="up, degraded, down, maintenance or unknown")] = None,
    whose: Annotated[str | None, typer.Option("--whose", help="theirs, ours, path or unknown")] = None,
    why: Annotated[str | None, typer.Option("--why", help="The reason; reports print it.")] = None,
    by: Annotated[str | None, typer.Option("--by", help="Your name; reports print it.")] = None,
    replaces: Annotated[int | None, typer.Option("--replaces", help="The correction that holds no longer.")] = None,
    withdraw: Annotated[int | None, typer.Option("--withdraw", help="Take this correction back.")] = None,
    list_: Annotated[bool, typer.Option("--list", help="Those that hold.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say what a stretch of the past is to count as, or whose trouble it was. What was measured stays as it is."""
    from commands.correct import Asked, correct, listed

    if list_:
        _end(lambda: listed(_settings(), name, as_json=as_json))
    asked = Asked(name, since, until, counts_as, whose, why, by, replaces, withdraw)
    _end(lambda: correct(_settings(), asked, as_json=as_json))


@app.command()
def export(
    out: Annotated[Path, typer.Argument(help="The file to write.")],
    since: Annotated[str | None, typer.Option(help="From this UTC day on (YYYY-MM-DD). Default: 30 days ago.")] = None,
    until: Annotated[str | None, typer.Option(help="Before this UTC day. Default: now.")] = None,
    integration: Annotated[str | None, typer.Option(help="Only this integration.")] = None,
    what: Annotated[str, typer.Option(help="results, spans or incidents")] = "results",
    form: Annotated[str | None, typer.Option("--format", help="csv or parquet. Default: by the file's ending.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write single results, spans or incidents as CSV or Parquet."""
    from commands.export import export

    _end(lambda: export(_settings(), out, since, until, integration, what=what, form=form, as_json=as_json))


@app.command()
def backup(
    path: Annotated[Path | None, typer.Argument(help="The file to write, or a folder. Default: STATE_DIR/backups.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write every row into one file, while everything runs."""
    from commands.backup import backup

    _end(lambda: backup(_settings(), path, as_json=as_json))


@app.command()
def restore(
    path: Annotated[Path, typer.Argument(help="A file made by backup.")],
    check: Annotated[bool, typer.Option("--check", help="Only read the file to its end: is it whole?")] = False,
    as_json: AsJson = False,
) -> None:
    """Put a backup in the place of the database; the old one is kept aside."""
    from commands.restore import restore

    _end(lambda: restore(_settings(), path, check=check, as_json=as_json))


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Look at everything this stands on: database, clock, network, channels, files. Nothing is written, nothing is sent."""
    from commands.doctor import doctor

    _end(lambda: doctor(as_json=as_json))


@app.command()
def schema() -> None:
    """The JSON schema of integrations.yaml, for editors."""
    from commands.output import answer_json
    from config.schema import schema

    answer_json(schema())


@alerts.command("test")
def alerts_test(
    channel: Annotated[str | None, typer.Argument(help="A channel's name. Default: the one alerts go to.")] = None, as_json: AsJson = False
) -> None:
    """Send a test alert on the same path as every alert, and wait for its delivery."""
    from commands.alerts import test

    _end(lambda: test(_settings(), channel, as_json=as_json))


def main() -> None:
    """The entry point: a refusal is one sentence and its exit code, never a traceback."""
    try:
        app()
    except Refusal as refusal:
        sys.stderr.write(refusal.sentence + "\n")
        raise SystemExit(int(refusal.code)) from None
    except KeyboardInterrupt:  # before a command has begun
        raise SystemExit(int(Exit.INTERRUPTED)) from None


def _end(command: Callable[[], Exit | None]) -> None:
    raise typer.Exit(int(command() or Exit.OK))


def _settings() -> Settings:
    """Commands answer in sentences; their log is for what goes wrong."""
    import observe
    from settings import load

    settings = load()
    quiet = settings.model_copy(update={"log_level": "WARNING"}) if settings.log_level == "INFO" else settings
    observe.set_up(quiet, role="command")
    return settings


def _path(given: Path | None) -> Path:
    return given or _settings().config_file


if __name__ == "__main__":
    main()
