"""The frame: Streamlit runs this script, and it runs the page that the address names."""

from __future__ import annotations

from pages import deliveries, incidents, integrations, promises, system, trends, wall
from ui.frame import Place, moved, show

show(
    (
        Place("Wall", "", wall.render),
        Place("Incidents", "incident", incidents.render),
        Place("SLA", "sla", promises.render),
        Place("Trends", "trends", trends.render),
        Place("Integrations", "integration", integrations.render),
        Place("Deliveries", "deliveries", deliveries.render),
        Place("System", "system", system.render),
        Place("Incidents", "incidents", moved("incident"), hidden=True),
        Place("Integrations", "integrations", moved("integration"), hidden=True),
    )
)
