"""What the operator says of how long each kind of data is kept is what the worker's calendar goes by."""

from __future__ import annotations

import pytest

from scheduler.beside import kept
from settings import Settings
from storage.retention import Retention


def test_each_kind_is_kept_as_long_as_its_own_setting_says(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, days in (("RESULTS", 62), ("EVIDENCE", 1), ("PHASES", 2), ("FIGURES", 400)):
        monkeypatch.setenv(f"RETENTION_{name}", str(days))
    assert kept(Settings()) == Retention(results_days=62, evidence_days=1, phases_days=2, figures_days=400)


def test_without_a_word_results_are_kept_thirteen_months_evidence_ninety_days_and_figures_five_years() -> None:
    assert kept(Settings()) == Retention()
    assert (Retention().results_days, Retention().evidence_days, Retention().figures_days) == (400, 90, 1_827)
