"""The pages alone, served by the product's own frame: for browser tests that need no worker."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

app = st.App(Path(__file__).resolve().parents[2] / "pages" / "router.py")
