"""Single results as CSV: all of them, in order, as they were taken."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from commands.export import export
from core.exits import Exit, Refusal
from core.ledger import Ledger
from storage.history import pack_closed_days
from storage.sync import sync
from storage.writer import Writer
from tests.commands.conftest import Company, declared
from tests.storage.samples import DAY, MINUTE, NOON, result

Rows = list[dict[str, str]]


@pytest.fixture
def exported(company: Company, tmp_path: Path) -> Callable[..., Rows]:
    def made(since: str | None = "2025-11-01", until: str | None = "2025-12-01", integration: str | None = None) -> Rows:
        out = tmp_path / "results.csv"
        assert export(company.settings, out, since, until, integration) is Exit.OK
        return list(csv.DictReader(io.StringIO(out.read_bytes().decode())))

    return made


def test_every_result_is_there_oldest_first(exported: Callable[..., Rows]) -> None:
    rows = exported()
    assert len(rows) == 121
    assert rows == sorted(rows, key=lambda row: (row["at"], row["integration"], row["check"]))
    assert rows[0] == {
        "at": "2025-11-25T11:00:00.000Z", "integration": "paypal", "check": "api", "location": "local", "status": "up", "cause": "",
        "total_ms": "120.000", "late_ms": "12", "latency_fit": "yes", "manual": "no",
    }  # fmt: skip
    assert [row["cause"] for row in rows if row["status"] == "down"] == ["server_error"] * 10


def test_packed_days_give_the_same_lines(company: Company, exported: Callable[..., Rows]) -> None:
    before = exported()
    assert pack_closed_days(company.db, NOON + 5 * DAY, epoch=company.epoch)
    assert exported() == before


def test_one_integration_alone(exported: Callable[..., Rows]) -> None:
    assert {(row["integration"], row["check"]) for row in exported(integration="stripe")} == {("stripe", "api"), ("stripe", "status_page")}


def test_what_was_removed_is_still_there(company: Company, exported: Callable[..., Rows]) -> None:
    before = exported()
    sync(company.db, [declared("paypal")], NOON + DAY)
    assert exported() == before


def test_the_last_day_is_not_in_it(company: Company, exported: Callable[..., Rows]) -> None:
    check, midnight = company.check("paypal/api"), NOON // DAY * DAY
    results = [result(check, at) for at in (midnight - MINUTE, midnight, midnight + DAY - MINUTE, midnight + DAY)]
    Writer(company.db).commit(Ledger(results=results), epoch=company.epoch)
    found = [row["at"] for row in exported("2025-11-25", "2025-11-26", "paypal")]
    assert (found[0], found[-1], len(found)) == ("2025-11-25T00:00:00.000Z", "2025-11-25T23:59:00.000Z", 62)


def test_by_default_the_last_thirty_days(company: Company, exported: Callable[..., Rows]) -> None:
    assert exported(since=None, until=None) == []


def test_without_a_result_there_is_a_head(exported: Callable[..., Rows], tmp_path: Path) -> None:
    assert exported(integration="blog") == []
    assert (tmp_path / "results.csv").read_text().startswith("at,integration,check,location,status,")


@pytest.mark.parametrize(
    ("since", "until", "integration", "says"),
    [
        ("yesterday", None, None, "--since takes a UTC day such as"),
        ("2025-11-01", "2025-11-31", None, "--until takes a UTC day such as"),
        ("2025-11-02", "2025-11-02", None, "no day between"),
        ("2999-01-01", None, None, "no day between"),
        ("2025-11-01", None, "strpe", "Did you mean stripe"),
    ],
)
def test_what_makes_no_sense_is_one_sentence_and_no_file(
    company: Company, tmp_path: Path, since: str, until: str | None, integration: str | None, says: str
) -> None:
    out = tmp_path / "out.csv"
    with pytest.raises(Refusal, match=says) as refused:
        export(company.settings, out, since, until, integration)
    assert refused.value.code is Exit.USAGE
    assert not out.exists()


def test_the_whole_of_time_is_asked_for_in_no_time(exported: Callable[..., Rows]) -> None:
    assert len(exported("0001-01-01", "9999-12-31")) == 121


def test_it_is_piped_on(company: Company, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    export(company.settings, Path("-"), "2025-11-01", "2025-12-01", "stripe")
    said = capfdbinary.readouterr()
    assert (said.out.count(b"\r\n"), said.err) == (62, b"61 results.\n")
