"""Every route of ours, for `st.App(routes=)`: each answers for its whole folder, so that 404 and 405 are ours too."""

from __future__ import annotations

from starlette.routing import BaseRoute, Mount

from api import heartbeats
from api.app import AT, application
from api.deps import Deps
from api.health import Health
from api.metrics import Metrics


def routes(deps: Deps) -> list[BaseRoute]:
    return [
        Mount(AT, application(deps)),
        Mount("/ping", routes=heartbeats.routes(deps)),
        Health(deps).route,
        Metrics(deps).route,
    ]
