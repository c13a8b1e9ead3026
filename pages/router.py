"""The frame: Streamlit runs this script, and it runs the page that the address names."""

from __future__ import annotations

from pages import incidents, integrations, wall
from ui.frame import Place, show

show(
    (
        Place("Wall", "", wall.render),
        Place("Incidents", "incident", incidents.render),
        Place("Integrations", "integration", integrations.render),
    )
)
