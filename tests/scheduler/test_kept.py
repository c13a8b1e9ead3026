"""What the operator says of how long each kind of data is kept is what the worker's calendar goes by."""

from __future__ import annotations

from scheduler.beside import kept
from settings import load
from storage.retention import Retention


def test_each_kind_is_kept_as_long_as_its_own_setting_says() -> None:
    said = {"RETENTION_RESULTS": "62", "RETENTION_EVIDENCE": "1", "RETENTION_PHASES": "2", "RETENTION_FIGURES": "400"}
    assert kept(load(said)) == Retention(results_days=62, evidence_days=1, phases_days=2, figures_days=400)


def test_without_a_word_results_are_kept_thirteen_months_evidence_ninety_days_and_figures_five_years() -> None:
    assert kept(load({})) == Retention()
    assert (Retention().results_days, Retention().evidence_days, Retention().figures_days) == (400, 90, 1_827)
