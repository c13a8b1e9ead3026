"""Where this process reads: the operator's settings and the database, opened once."""

from __future__ import annotations

from typing import Any

import streamlit as st

from settings import Settings, load
from storage.engine import Database, open_database

Snapshot = Any  # what `database().read()` gives, to be handed to storage's readers: the library behind it is storage's alone


@st.cache_resource(show_spinner=False)
def settings() -> Settings:
    """What the operator set; wrong values were refused before any page ran."""
    return load()


@st.cache_resource(show_spinner=False)
def database() -> Database:
    """Readers of this process share one; it was migrated before the pages came up."""
    return open_database(_url(settings()))


def _url(of: Settings) -> str:
    return of.database_url.get_secret_value() if of.database_url else f"sqlite:///{of.state_dir.absolute() / 'health.db'}"
