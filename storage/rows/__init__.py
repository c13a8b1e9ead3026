"""What the reading functions of storage return: plain frozen values, times in ms UTC, latencies in us."""

from __future__ import annotations

from storage.rows.catalogue import CheckRow, IntegrationRow
from storage.rows.incidents import AlertLine, DeliveryRow, IncidentDetail, IncidentLine
from storage.rows.operation import ConfigRow, NoticeRow, PeriodRow, PingRow, ProcessRow, RequestRow
from storage.rows.results import EvidenceRow, FailureLine, ResultLine
from storage.rows.wall import DayBar, Figures, OpenIncident, RollupRow, Summary

__all__ = [
    "AlertLine",
    "CheckRow",
    "ConfigRow",
    "DayBar",
    "DeliveryRow",
    "EvidenceRow",
    "FailureLine",
    "Figures",
    "IncidentDetail",
    "IncidentLine",
    "IntegrationRow",
    "NoticeRow",
    "OpenIncident",
    "PeriodRow",
    "PingRow",
    "ProcessRow",
    "RequestRow",
    "ResultLine",
    "RollupRow",
    "Summary",
]
