"""The portfolio as CSV (RFC 4180, UTF-8): one line for each integration, worst first."""

from __future__ import annotations

import csv
import io
from typing import Final

from sla.portfolio import Report
from sla.table import KEYS, cell, records

NAME: Final = "csv"
MEDIA_TYPE: Final = "text/csv; charset=utf-8"


def render(report: Report) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(KEYS)
    writer.writerows([cell(value) for value in record.values()] for record in records(report))
    return out.getvalue().encode()
