"""Every table, in one place: what migrations are compared with."""

from __future__ import annotations

from typing import Final

from sqlmodel import SQLModel

from storage.tables.catalogue import Check, Config, Integration, Location, Window
from storage.tables.corrections import Correction
from storage.tables.history import Evidence, Pack, Page, Phase, PhaseHours, Result, Rollup, Signal, Span, State, Summary, Verdict
from storage.tables.incidents import Alert, Channel, Delivery, Event, Incident, Message
from storage.tables.operation import Lease, Notice, Period, Ping, Process, Request, Version

METADATA: Final = SQLModel.metadata

__all__ = [
    "METADATA",
    "Alert",
    "Channel",
    "Check",
    "Config",
    "Correction",
    "Delivery",
    "Event",
    "Evidence",
    "Incident",
    "Integration",
    "Lease",
    "Location",
    "Message",
    "Notice",
    "Pack",
    "Page",
    "Period",
    "Phase",
    "PhaseHours",
    "Ping",
    "Process",
    "Request",
    "Result",
    "Rollup",
    "Signal",
    "Span",
    "State",
    "Summary",
    "Verdict",
    "Version",
    "Window",
]
