"""The first start where nothing can be reached: it is our network, no vendor is blamed, and its return is told once."""

from __future__ import annotations

import json
from pathlib import Path

from core.ledger import IncidentKind
from lab.running import LabThread
from storage import catalogue, incidents, notices
from storage.engine import open_database
from tests.journeys.actors import Worker, declared, environment, newest, roots, until, vendor

VENDORS = ("stripe", "sendgrid", "twilio", "hubspot", "sentry")


def test_a_lost_network_blames_nobody_and_its_return_is_told_once(tmp_path: Path, sqlite_url: str) -> None:
    db = open_database(sqlite_url)

    def of_kind(kind: IncidentKind) -> list[incidents.IncidentLine]:
        with db.read() as conn:
            return incidents.incidents(conn, incidents.IncidentFilter(kind=kind))

    def network() -> dict[str, object]:
        with db.read() as conn:
            found = notices.notices(conn).get("network")
        return dict(found.body) if found else {}

    with LabThread(only=VENDORS) as lab:
        lab.call(lab.lab.lose_network, messages=False)
        text = declared(*(vendor(lab, slug) for slug in VENDORS))
        with Worker(tmp_path, environment(tmp_path, sqlite_url, lab), text):
            until(lambda: of_kind(IncidentKind.BLIND), "our own network is said to be away", 20)
            until(lambda: network().get("answered") == 0, "the canaries' silence is shown", 20)
            with db.read() as conn:
                assert {row.plan.slug for row in catalogue.integrations(conn)} == set(VENDORS)
            until(lambda: all(newest(db, f"{slug}/api") == "observer" for slug in VENDORS), "every result is ours")

            lab.call(lab.lab.restore_network)
            until(lambda: all(newest(db, f"{slug}/api") is None for slug in VENDORS), "everybody answers")
            until(lambda: len(roots(lab)) == 1, "the one alert")

        assert of_kind(IncidentKind.VENDOR) == []
        (blind,) = of_kind(IncidentKind.BLIND)
        assert blind.incident.closed_as == "recovered"
        (told,) = roots(lab)
        assert "network" in json.dumps(told.blocks).lower()
    db.close()
