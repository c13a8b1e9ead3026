"""What runs: the worker by its beats, its own troubles, the port, the clock's steps; all of it without a worker, too."""

from __future__ import annotations

import errno
import socket
import time
from collections.abc import Iterator, Mapping
from typing import Any, Final

import httpx

from checks.runner import Runner
from commands.diagnosis.finding import Finding, Grade, fine, watch, wrong
from core.display import plural
from core.own_health import seconds, todo
from settings import Settings
from storage import notices, own, processes, revision
from storage.address import Address
from storage.examine import looked_at
from storage.faults import NO_ANSWER
from storage.rows import NoticeRow, ProcessRow

BEAT_MS: Final = 10_000
DAY_MS: Final = 86_400_000
STEPS_MS: Final = 7 * DAY_MS
LOG: Final = "Read the worker's log; killing it is safe, another one begins."


def running(address: Address) -> Iterator[Finding]:
    """Nothing where there is no database of this version: that is a line of its own."""
    if address.path is not None and not address.path.exists():
        yield Finding("worker", Grade.UNKNOWN, "No worker has ever run here.", "Start it: integration-health run.")
        return
    now_ms = time.time_ns() // 1_000_000
    try:
        with looked_at(address) as conn:
            if revision.found(conn) != revision.head():
                return
            leader, told = processes.leader(conn, now_ms - STEPS_MS), notices.notices(conn)
            troubles = own.own_troubles(conn)
    except (*NO_ANSWER, OSError):
        return
    yield from _worker(leader, now_ms)
    for row in troubles:
        says = row.verdict.facts[0].sentence if row.verdict and row.verdict.facts else row.title
        yield watch("worker", f"{row.title}: {says}", todo(row.key))
    yield from _steps(told, now_ms)


def _worker(leader: ProcessRow | None, now_ms: int) -> Iterator[Finding]:
    if leader is None:
        yield watch("worker", "No worker runs: nothing is asked.", "Start it: integration-health run, or worker where it runs apart.")
        return
    age_ms, body = now_ms - leader.beat_ms, leader.body
    who = f"The worker (process {leader.pid} on {leader.host})"
    if age_ms > BEAT_MS:
        yield wrong("worker", f"{who} has not beaten for {seconds(age_ms)}.", LOG)
    elif body.get("failing_since_ms"):
        yield wrong("worker", f"{who} cannot write: {body.get('error')}.", "See the database's lines here.")
    else:
        yield fine("worker", f"{who} leads, beat {seconds(max(0, age_ms))} ago and asks {plural(int(body.get('checks') or 0), 'check')}.")
    if age_ms <= BEAT_MS:
        yield from _deadman(body.get("deadman"))


def _deadman(said: object) -> Iterator[Finding]:
    state: Mapping[str, Any] = said if isinstance(said, Mapping) else {}
    if not state:
        yield watch(
            "dead man", "Nobody outside would miss this machine.", "Set DEADMAN_URL to somebody who raises an alarm when calls stay away."
        )
    elif state.get("failing_ms"):
        yield wrong(
            "dead man",
            f"The call to {state.get('host')} does not arrive: {state.get('error')}.",
            "See DEADMAN_URL and the network's lines here.",
        )
    else:
        yield fine("dead man", f"{state.get('host')} is called while the worker is well.")


def _steps(told: Mapping[str, NoticeRow], now_ms: int) -> Iterator[Finding]:
    """A machine that was put to sleep, or a clock that somebody set."""
    step = told.get("clock")
    if step is not None and now_ms - step.at_ms < STEPS_MS:
        yield watch(
            "clock",
            f"{step.body.get('text', 'It was changed.')} That was {seconds(max(0, now_ms - step.at_ms))} ago.",
            "Let NTP keep it; times of results grow all the same.",
        )


async def port(settings: Settings, runner: Runner) -> Finding:
    """Free, or ours already."""
    host = settings.host.strip("[]")
    try:
        taken = _taken(host, settings.port)
    except OSError as error:
        return wrong(
            "port",
            f"{host}:{settings.port} cannot be listened on: {(error.strerror or 'unknown').lower()}.",
            "Set HOST and PORT to what this machine has.",
        )
    if not taken:
        return fine("port", f"{host}:{settings.port} is free.")
    if await _answers(settings, runner):
        return fine("port", f"{host}:{settings.port} is served by Integration Health.")
    return wrong(
        "port",
        f"{host}:{settings.port} is taken by something else.",
        f"Stop that, or set PORT to another one, such as {settings.port + 1}.",
    )


def _taken(host: str, number: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, number))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return True
            raise
    return False


async def _answers(settings: Settings, runner: Runner) -> bool:
    """By its own words, well or not."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104
    where = f"[{host}]" if ":" in host else host
    try:
        answer = await runner.client(private_targets=True, timeout_s=6.0).get(f"http://{where}:{settings.port}/healthz")
    except httpx.HTTPError:
        return False
    return answer.text in ("ok\n", "not ok\n")
