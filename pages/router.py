"""The frame: Streamlit runs this script, and it runs the page that the address names."""

from __future__ import annotations

from pages import incidents, integrations, promises, wall
from ui.frame import Place, show

show(
    (
        Place("Wall", "", wall.render),
        Place("Incidents", "incident", incidents.render),
        Place("SLA", "sla", promises.render),
        Place("Integrations", "integration", integrations.render),
    )
)
