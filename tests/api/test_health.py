"""`/healthz` and `/metrics`: what a machine that watches the monitor is told."""

from __future__ import annotations

import threading
from collections.abc import Callable

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from core.own_figures import OwnFigures, Slowed
from storage.faults import DatabaseBusy
from storage.pings import pings
from storage.processes import beat, end
from tests.api.conftest import State
from tests.storage.samples import NOON

pytestmark = pytest.mark.anyio


async def test_a_worker_that_beats_is_well(client: httpx.AsyncClient) -> None:
    answer = await client.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")


async def test_a_worker_that_was_stopped_is_noticed_within_30_s(client: httpx.AsyncClient, state: State) -> None:
    for second in range(1, 31):
        state.clock.at_ms = NOON + second * 1000
        if (await client.get("/healthz")).status_code == 503:
            break
    assert second == 11
    state.beat()
    state.clock.at_ms += 1000
    assert (await client.get("/healthz")).status_code == 200


async def test_a_writer_that_cannot_commit_cannot_beat(client: httpx.AsyncClient, state: State) -> None:
    held, release = threading.Event(), threading.Event()
    threading.Thread(target=hold, args=(state, held, release)).start()
    assert held.wait(5)
    with pytest.raises(DatabaseBusy):
        state.beat()
    state.clock.at_ms = NOON + 11_000
    assert (await client.get("/healthz")).status_code == 503
    release.set()


def hold(state: State, held: threading.Event, release: threading.Event) -> None:
    with state.db.write():
        held.set()
        release.wait(30)


async def test_a_worker_that_beats_and_writes_no_results_is_not_well(client: httpx.AsyncClient, state: State) -> None:
    beat(state.db, state.worker, NOON + 5_000, leads=True, body={"failing_since_ms": NOON})
    state.clock.at_ms = NOON + 5_000
    assert (await client.get("/healthz")).status_code == 200
    beat(state.db, state.worker, NOON + 10_000, leads=True, body={"failing_since_ms": NOON})
    state.clock.at_ms = NOON + 10_000
    assert (await client.get("/healthz")).status_code == 503


async def test_a_worker_that_ended_is_not_well(client: httpx.AsyncClient, state: State) -> None:
    end(state.db, state.worker, NOON)
    assert (await client.get("/healthz")).status_code == 503


async def test_a_database_that_cannot_be_read_is_not_well(client: httpx.AsyncClient, state: State) -> None:
    with state.db.write() as conn:
        conn.exec_driver_sql("DROP TABLE process")
    assert (await client.get("/healthz")).status_code == 503


async def test_asking_often_reads_the_database_once_a_second(client: httpx.AsyncClient, state: State) -> None:
    await client.get("/healthz")
    end(state.db, state.worker, NOON)
    assert (await client.get("/healthz")).status_code == 200
    state.clock.at_ms += 1000
    assert (await client.get("/healthz")).status_code == 503


async def metrics(client: httpx.AsyncClient) -> Callable[..., float | None]:
    answer = await client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    found = {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    return lambda name, **labels: found.get((f"integration_health_{name}", frozenset(labels.items())))


async def test_a_scraper_reads_status_availability_and_the_worker(client: httpx.AsyncClient) -> None:
    of = await metrics(client)
    assert of("status", integration="stripe", status="down") == 1
    assert of("status", integration="stripe", status="up") == 0
    assert of("availability_ratio", integration="stripe", window="24h") == pytest.approx(60 / 70)
    assert of("latency_p95_seconds", integration="paypal") == pytest.approx(0.12, rel=0.01)
    assert of("open_incidents", party="theirs") == 1
    assert of("alerts_waiting", channel="ops") == 1
    assert of("worker_up") == 1
    assert of("worker_measure", measure="queue") == 128


async def test_a_scraper_reads_how_the_monitor_itself_is(client: httpx.AsyncClient, state: State) -> None:
    figures = OwnFigures(
        lateness_p99_ms=2_500, free_bytes=10**9, growth_bytes=10**8, slowed=(Slowed("stripe/api", 60_000, 90_000, 60_000),)
    )
    said = {**figures.as_body(), "epoch": 7, "deadman": {"host": "alarm.example", "ok_ms": NOON, "failing_ms": NOON, "held": None}}
    beat(state.db, state.worker, NOON, leads=True, body=said)
    of = await metrics(client)
    assert of("lateness_p99_seconds") == 2.5
    assert of("lateness_p50_seconds") is None, "nothing known is no sample"
    assert of("disk_full_seconds") == 10 * 86_400
    assert of("worker_epoch") == 7
    assert of("alerts_oldest_unsent_seconds") is not None
    assert of("alerts_dead_last_day") == 0
    assert of("database_bytes") > 50_000
    assert of("own_trouble", trouble="late") == 0
    assert of("slowed_check_interval_achieved_seconds", check="stripe/api") == 90
    assert (of("deadman_failing"), of("deadman_last_ok_timestamp_seconds")) == (1, NOON / 1000)


async def test_every_metric_says_what_it_means(client: httpx.AsyncClient) -> None:
    text = (await client.get("/metrics")).text
    ours = [family for family in text_string_to_metric_families(text) if family.name.startswith("integration_health_")]
    assert [family.name for family in ours if len(family.documentation) < 12] == []


async def test_without_a_worker_the_database_is_still_told_of(client: httpx.AsyncClient, state: State) -> None:
    state.clock.at_ms += 2 * 86_400_000
    of = await metrics(client)
    assert of("worker_up") == 0
    assert of("alerts_oldest_unsent_seconds") > 86_400
    assert of("database_bytes") > 50_000


async def test_a_dead_worker_is_a_zero_and_not_a_gap(client: httpx.AsyncClient, state: State) -> None:
    state.clock.at_ms += 60_000
    of = await metrics(client)
    assert of("worker_up") == 0
    assert of("worker_beat_age_seconds") == 60


async def test_labels_hold_declared_names_only(client: httpx.AsyncClient) -> None:
    text = (await client.get("/metrics")).text
    labels = {label for family in text_string_to_metric_families(text) for sample in family.samples for label in sample.labels}
    assert labels <= {
        "integration",
        "status",
        "window",
        "party",
        "channel",
        "measure",
        "trouble",
        "check",
        "version",
        "implementation",
        "major",
        "minor",
        "patchlevel",
    }


@pytest.mark.parametrize(("path", "kind"), [("", "ok"), ("/start", "start"), ("/fail", "fail")])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_heartbeat_is_on_disk_when_it_is_answered(
    client: httpx.AsyncClient, state: State, path: str, kind: str, method: str
) -> None:
    answer = await client.request(method, f"/ping/{state.address}{path}", content="exported 12 rows" if method == "POST" else None)
    assert (answer.status_code, answer.text) == (200, "OK\n")
    with state.db.read() as conn:
        [stored] = pings(conn, state.check("stripe/nightly"), 0)
    assert (stored.kind, stored.at_ms) == (kind, NOON)
    assert stored.body == ("exported 12 rows" if method == "POST" else "")


@pytest.mark.parametrize("path", ["/ping/guess", "/ping/x/stop", "/ping/x/start/y"])
async def test_an_address_nobody_has_stores_nothing(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404


async def test_a_heartbeat_that_cannot_be_stored_is_not_answered_well(client: httpx.AsyncClient, state: State) -> None:
    address = state.address
    held, release = threading.Event(), threading.Event()
    threading.Thread(target=hold, args=(state, held, release)).start()
    assert held.wait(5)
    answer = await client.get(f"/ping/{address}", timeout=20)
    release.set()
    assert answer.status_code == 503


async def test_what_a_job_says_at_length_is_cut_and_junk_is_taken(client: httpx.AsyncClient, state: State) -> None:
    answer = await client.post(f"/ping/{state.address}", content=b"\xff\x00" * 50_000)
    assert answer.status_code == 200
    with state.db.read() as conn:
        [stored] = pings(conn, state.check("stripe/nightly"), 0)
    assert len(stored.body) <= 2_000


async def test_a_heartbeat_takes_no_other_method(client: httpx.AsyncClient, state: State) -> None:
    assert (await client.delete(f"/ping/{state.address}")).status_code == 405
