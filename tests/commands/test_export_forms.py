"""Spans and incidents beside results, CSV and Parquet alike, a page at a time."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet
import pytest

from commands import forms, incident_lines, span_lines
from commands.columns import Kind, columns
from commands.export import export
from core.exits import Exit, Refusal
from core.health import Cause
from core.ledger import Ledger
from storage.writer import Writer
from tests.commands.conftest import Company
from tests.storage.samples import HOUR, MINUTE, NOON, incident, result, span

AT = datetime(2025, 11, 25, 12, tzinfo=UTC)
Export = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def exported(company: Company, tmp_path: Path) -> Export:
    def made(name: str, since: str = "2025-11-01", until: str = "2025-12-01", integration: str | None = None, **more: Any) -> Any:
        out = tmp_path / name
        assert export(company.settings, out, since, until, integration, **more) is Exit.OK
        if name.endswith(".parquet"):
            return parquet.read_table(out).to_pylist()
        return list(csv.DictReader(io.StringIO(out.read_bytes().decode(), newline="")))

    return made


def test_parquet_has_the_rows_of_the_csv_as_numbers_and_instants(exported: Export) -> None:
    lines, rows = exported("results.csv"), exported("results.parquet")
    assert len(lines) == len(rows) == 121
    assert rows[1] == {
        "at": AT - timedelta(hours=1), "integration": "stripe", "check": "api", "location": "local", "status": "up", "cause": None,
        "total_us": int(lines[1]["total_ms"].replace(".", "")), "late_ms": 12, "latency_fit": True, "manual": False,
    }  # fmt: skip
    for line, row in zip(lines, rows, strict=True):
        assert datetime.fromisoformat(line["at"]) == row["at"]
        assert (line["status"], line["cause"] or None) == (row["status"], row["cause"])
        assert int(line["total_ms"].replace(".", "")) == row["total_us"]


def test_spans_are_whole_by_check_and_oldest_first(exported: Export) -> None:
    rows = exported("spans.csv", what="spans")
    assert [(row["integration"], row["start"], row["end"], row["status"], row["cause"]) for row in rows] == [
        ("paypal", "2025-11-25T11:00:00.000Z", "", "up", ""),
        ("stripe", "2025-11-25T11:00:00.000Z", "2025-11-25T11:40:00.000Z", "up", ""),
        ("stripe", "2025-11-25T11:40:00.000Z", "2025-11-25T11:50:00.000Z", "down", "server_error"),
        ("stripe", "2025-11-25T11:50:00.000Z", "", "up", ""),
    ]
    assert [row["end"] for row in exported("spans.parquet", what="spans")][:2] == [None, AT - timedelta(minutes=20)]


def test_a_span_that_began_before_and_reaches_in_is_there_and_one_that_ended_is_not(company: Company, exported: Export) -> None:
    early = [
        span(company.check("stripe/status_page"), NOON - 60 * 24 * HOUR, NOON - 50 * 24 * HOUR),
        span(company.check("blog/api"), 0, NOON),
    ]
    Writer(company.db).commit(Ledger(spans=early), epoch=company.epoch)
    assert [row["integration"] for row in exported("spans.csv", what="spans")] == ["blog", "paypal", "stripe", "stripe", "stripe"]
    assert exported("spans.csv", since="2025-11-26", what="spans", integration="blog") == []


def test_an_incident_has_its_verdict_its_instants_and_its_checks(exported: Export) -> None:
    (row,) = exported("incidents.csv", what="incidents")
    assert row == {
        "id": "1", "kind": "vendor", "integration": "stripe", "title": "Charges fail", "started": "2025-11-25T11:40:00.000Z",
        "opened": "2025-11-25T11:41:30.000Z", "acknowledged": "", "resolved": "2025-11-25T11:50:00.000Z",
        "closed": "2025-11-25T11:51:00.000Z", "closed_as": "", "status": "down", "cause": "server_error", "party": "theirs",
        "confidence": "medium", "headline": "Not acknowledged by Stripe.", "severity": "1", "group": "", "checks": "stripe/api",
    }  # fmt: skip
    assert exported("incidents.csv", what="incidents", integration="paypal") == []
    assert exported("incidents.csv", since="2025-11-26", what="incidents") == []
    assert exported("incidents.parquet", what="incidents")[0]["started"] == AT - timedelta(minutes=20)


def test_what_is_more_than_a_page_is_all_there_once(company: Company, exported: Export) -> None:
    stripe, many = company.check("stripe/api"), incident_lines.PAGE + 1
    troubles = [incident(10 + n, 3, stripe, NOON - HOUR + n, NOON) for n in range(many)]
    short = [
        span(company.check("blog/api"), NOON - 10 * MINUTE + 2 * n, NOON - 10 * MINUTE + 2 * n + 1) for n in range(span_lines.PAGE + 1)
    ]
    Writer(company.db).commit(Ledger(incidents=troubles, spans=short), epoch=company.epoch)
    assert [int(row["id"]) for row in exported("incidents.csv", what="incidents")] == [1, *range(10, 10 + many)]
    starts = [row["start"] for row in exported("spans.parquet", what="spans", integration="blog")]
    assert len(starts) == len(set(starts)) == len(short)
    assert starts == sorted(starts)


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_no_text_of_others_is_a_formula(start: str, company: Company, exported: Export) -> None:
    trouble = replace(incident(2, 3, company.check("stripe/api"), NOON), title=f"{start} evil\x1b[0m")
    Writer(company.db).commit(Ledger(incidents=[trouble]), epoch=company.epoch)
    title = exported("incidents.csv", what="incidents")[1]["title"]
    assert title.startswith("'")
    assert "\x1b" not in title
    assert exported("incidents.parquet", what="incidents")[1]["title"].lstrip("\t").endswith("evil[0m")


def test_numbers_of_any_size_are_exact(company: Company, exported: Export) -> None:
    check = company.check("blog/api")
    results = [result(check, NOON + n, Cause.TIMEOUT, us, kept=False) for n, us in enumerate((0, 1, 999, 1_000, 2_147_483_647))]
    Writer(company.db).commit(Ledger(results=results), epoch=company.epoch)
    written = ["0.000", "0.001", "0.999", "1.000", "2147483.647"]
    assert [row["total_ms"] for row in exported("results.csv", integration="blog")] == written
    assert [row["total_us"] for row in exported("results.parquet", integration="blog")] == [0, 1, 999, 1_000, 2_147_483_647]


def test_a_script_hears_what_was_written(company: Company, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "spans.parquet"
    export(company.settings, out, "2025-11-01", "2025-12-01", None, what="spans", as_json=True)
    assert json.loads(capsys.readouterr().out) == {
        "file": str(out), "what": "spans", "format": "parquet", "rows": 4, "bytes": out.stat().st_size,
        "since": "2025-11-01T00:00:00+00:00", "until": "2025-12-01T00:00:00+00:00",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("out", "more", "says"),
    [
        ("a.csv", {"what": "spam"}, "--what takes results, spans, incidents, not 'spam'. Did you mean spans"),
        ("a.csv", {"form": "xlsx"}, "--format takes csv, parquet"),
        ("-", {"as_json": True}, "name a file"),
    ],
)
def test_what_makes_no_sense_is_one_sentence(company: Company, tmp_path: Path, out: str, more: dict[str, Any], says: str) -> None:
    with pytest.raises(Refusal, match=says) as refused:
        export(company.settings, Path(out) if out == "-" else tmp_path / out, None, None, None, **more)
    assert refused.value.code is Exit.USAGE
    assert not list(tmp_path.glob("a*"))


def test_a_parquet_file_is_written_in_groups_so_that_no_more_is_in_memory(tmp_path: Path) -> None:
    with (tmp_path / "many.parquet").open("wb") as file:
        form = forms.Parquet(file, columns(id=Kind.NUMBER))
        for _ in range(25):
            form.add([list(range(10_000))])
        form.end()
    meta = parquet.ParquetFile(tmp_path / "many.parquet").metadata
    assert [meta.row_group(n).num_rows for n in range(meta.num_row_groups)] == [100_000, 100_000, 50_000]
