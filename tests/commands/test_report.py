"""The month from the command line: the bytes that page and API give, into a file that is whole or not there."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from commands.report import report
from core.exits import Exit, Refusal
from settings import load
from sla.books import month_report
from sla.formats import formats
from sla.freeze import freeze
from storage import periods
from storage.readings import MonthBooks
from tests.commands.conftest import Company
from tests.storage.samples import DAY

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("form", ["csv", "json", "xlsx"])
def test_a_closed_month_is_the_same_file_whenever_it_is_asked_for(company: Company, tmp_path: Path, form: str) -> None:
    out = tmp_path / f"month.{form}"
    assert report(company.settings, "2025-11", form, out, None) is Exit.OK
    later = month_report(MonthBooks(company.db), company.month, company.month.end_ms + 400 * DAY)
    assert out.read_bytes() == formats()[form].render(later)


def test_without_a_file_it_goes_to_standard_output(company: Company, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    report(company.settings, "2025-11", "csv", None, None)
    said = capfdbinary.readouterr()
    rows = list(csv.DictReader(io.StringIO(said.out.decode())))
    assert [(row["integration"], row["promise"]) for row in rows] == [("stripe", "Broken"), ("paypal", "Provisional")]
    assert rows[0]["latency_results"] == "50"
    assert said.err == b""


def test_a_workbook_is_piped_on_only_where_that_is_said(company: Company, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    with pytest.raises(Refusal, match="--out FILE"):
        report(company.settings, "2025-11", "xlsx", None, None)
    report(company.settings, "2025-11", "xlsx", Path("-"), None)
    assert openpyxl.load_workbook(io.BytesIO(capfdbinary.readouterr().out)).sheetnames == ["Portfolio", "Incidents", "Method"]


def test_what_was_frozen_is_told_as_it_was_frozen(company: Company, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    period, closed = company.month, company.month.end_ms + DAY
    for row in month_report(MonthBooks(company.db), period, closed).rows:
        kept = freeze(row)
        body = kept.text.decode().replace('"name":"Stripe"', '"name":"As it was"')
        new = periods.NewPeriod(row.integration, period.start_ms, period.end_ms, period.zone, body, kept.sha256, closed)
        periods.close(company.db, [new], epoch=company.epoch)
    report(company.settings, "2025-11", "json", None, None)
    told = json.loads(capfdbinary.readouterr().out)
    assert [one["name"] for one in told["integrations"]] == ["As it was", "Paypal"]
    assert told["period"]["as_of"] == "2025-12-02T00:00:00+00:00"


def test_another_zone_is_another_month(company: Company, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    report(company.settings, "2025-11", "json", None, "Europe/Berlin")
    assert json.loads(capfdbinary.readouterr().out)["period"]["start"] == "2025-11-01T00:00:00+01:00"


@pytest.mark.parametrize(
    ("month", "form", "zone", "says"),
    [
        ("november", "csv", None, "not a period"),
        ("2025-13", "csv", None, "not a period"),
        ("9999-12", "csv", None, "not a period"),
        ("2025-11", "csv", "Mars/Olympus", "not a time zone"),
        ("2999-01", "csv", None, "has not begun"),
        ("2025-11", "cvs", None, "Did you mean csv"),
    ],
)
def test_what_makes_no_sense_is_one_sentence(company: Company, month: str, form: str, zone: str | None, says: str) -> None:
    with pytest.raises(Refusal, match=says) as refused:
        report(company.settings, month, form, None, zone)
    assert refused.value.code is Exit.USAGE
    assert refused.value.sentence.count("\n") == 0


def test_a_file_that_cannot_be_written_is_one_sentence_and_leaves_nothing(company: Company, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="cannot be written: no such file or directory"):
        report(company.settings, "2025-11", "csv", tmp_path / "nowhere" / "a.csv", None)
    with pytest.raises(Refusal, match="cannot be written: is a directory"):
        report(company.settings, "2025-11", "csv", tmp_path, None)
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".part")] == []


def test_a_device_is_written_and_not_replaced(company: Company) -> None:
    report(company.settings, "2025-11", "csv", Path(os.devnull), None)
    assert Path(os.devnull).is_char_device()


def test_without_a_database_it_says_at_once_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="integration-health run"):
        report(load({"STATE_DIR": str(tmp_path)}), "2025-11", "csv", None, None)
    assert list(tmp_path.iterdir()) == []


def test_the_command_ends_with_a_documented_code(company: Company) -> None:
    environment = {**os.environ, "DATABASE_URL": company.settings.database}
    command = [sys.executable, "-m", "cli", "report"]
    good = subprocess.run([*command, "2025-11", "--format", "json"], cwd=ROOT, env=environment, capture_output=True, check=False)
    bad = subprocess.run([*command, "2025-99"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (good.returncode, len(json.loads(good.stdout)["integrations"])) == (0, 2)
    assert (bad.returncode, bad.stdout, bad.stderr.count("\n")) == (2, "", 1)
