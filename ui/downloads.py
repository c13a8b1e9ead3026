"""The month's table as files: every form there is, equal to the last digit, made only when it is asked for."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.calendar import Period
from sla.formats import Format, formats
from ui import portfolio


def offer(period: Period, key: tuple[int, ...], now_ms: int) -> None:
    """One button for each form."""
    for form in formats().values():
        st.download_button(
            form.name.upper(),
            data=partial(_made, form, period, key, now_ms),
            file_name=form.file_name(portfolio.report(period, key, now_ms)),
            mime=form.media_type,
            key=f"download-{form.name}",
            on_click="ignore",
        )


def _made(form: Format, period: Period, key: tuple[int, ...], now_ms: int) -> bytes:
    return form.render(portfolio.complete(period, key, now_ms))
