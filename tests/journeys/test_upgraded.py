"""A year in the life of a state: left by the first release, upgraded, backed up while it runs, restored, and it goes on."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest

from core.exits import Exit, Refusal
from storage import incidents, wall
from storage.backup.lines import reader
from storage.backup.reading import opened
from storage.backup.restoring import restore
from storage.backup.shapes import Shape
from tests.journeys.actors import QUICK, Worker, answered_since, cli, environment, until
from tests.storage.backup.conftest import reading
from tests.storage.releases import RELEASED, lay_down
from tests.storage.samples import NOON

SECRET = "sk_live_ä/51H+7zq=never&seen"
FILE = f"""
version: 1
defaults: {QUICK}
integrations:
  - slug: billing
    provider: http
    vendor: Our billing service
    owner: payments
    checks:
      nightly: {{kind: heartbeat, every: 1d, grace: 30m}}
  - slug: stripe
    provider: stripe
    owner: payments
    secrets: {{secret_key: env:STRIPE_KEY}}
    private_targets: true
    settings: {{base_url: "https://127.0.0.1:9"}}
    checks: {{status_page: {{enabled: false}}, reachability: {{enabled: false}}}}
"""


@pytest.mark.parametrize("released", RELEASED)
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_released_state_is_upgraded_runs_and_comes_back_from_its_backup(
    kind: str, released: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = f"sqlite:///{tmp_path / 'health.db'}" if kind == "sqlite" else request.getfixturevalue("empty_postgres_url")
    lay_down(url, released)
    env = environment(tmp_path, url, STRIPE_KEY=SECRET)
    out = tmp_path / "backup.zip"
    with Worker(tmp_path, env, FILE) as worker:
        until(lambda: "leading" in worker.said, "a leader")
        shows_its_history(url)
        with reading(url) as db:
            until(lambda: answered_since(db, "stripe/api", NOON), "a new result")
        done = cli(env, "backup", str(out), "--json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["rows"]["incident"] >= 1
        with opened(out) as archive, pytest.raises(Refusal, match="is in use by") as caught:
            restore(url, archive, datetime.now(UTC))
        assert caught.value.code is Exit.STATE_IN_USE
        assert worker.stop() == 0
    holds_no_secret(out)
    done = cli(env, "restore", str(out))
    assert done.returncode == 0, done.stderr
    assert "The old database is kept: " in done.stdout
    with Worker(tmp_path, env) as worker:
        until(lambda: "leading" in worker.said, "a leader")
        shows_its_history(url)


def shows_its_history(url: str) -> None:
    with reading(url) as db, db.read() as conn:
        assert [one.plan.slug for one in wall.summaries(conn)] == ["billing", "stripe"]
        detail = incidents.incident(conn, 1)
        assert detail is not None
        assert (detail.incident.title, detail.integration and detail.integration.plan.slug) == ("Charges fail", "stripe")
        assert detail.deliveries


def holds_no_secret(out: Path) -> None:
    """Nor any form of it that is as good."""
    forms = {SECRET.encode(), quote(SECRET).encode(), quote(SECRET, safe="").encode(), base64.b64encode(SECRET.encode())}
    forms |= {json.dumps(SECRET)[1:-1].encode(), SECRET.encode().hex().encode(), SECRET.encode().hex().upper().encode()}
    said = b"\n".join(everything(out))
    assert b"env:STRIPE_KEY" in said
    assert b"POST" in said or b"GET" in said  # evidence, which is compressed in its row
    assert [form for form in forms if form in said] == []


def everything(out: Path) -> Iterator[bytes]:
    """As it lies in the file, and every blob that can be decompressed."""
    with opened(out) as archive:
        for entry in archive.manifest.tables:
            values = reader(Shape(entry.name, entry.columns))
            for line in archive.lines(entry):
                yield line
                yield from (inflated(value) for value in values(line.decode().removesuffix("\n")) if isinstance(value, bytes))


def inflated(value: bytes) -> bytes:
    try:
        return zlib.decompress(value)
    except zlib.error:
        return value
