"""The product as its own processes, in an environment of the test's: the worker alone, everything on one port, a command."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self, TypeVar

import httpx

from checks.registry import providers
from core.health import Cause
from lab.running import LabThread
from storage import processes, timeline
from storage.catalogue import check_named
from storage.engine import Database
from storage.rows import ProcessRow

ROOT = Path(__file__).resolve().parents[2]
QUICK = "{interval: 1s, retry: 1s, timeout: 1s, fail_after: 2, recover_after: 1}"

T = TypeVar("T")


def until(happens: Callable[[], T], what: str, seconds: float = 30.0) -> T:
    """What `happens` gave once it was true. A deadline, so that a test that fails does end."""
    deadline = time.monotonic() + seconds
    while not (found := happens()):
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.05)
    return found


def environment(folder: Path, url: str | None = None, lab: LabThread | None = None, **more: str) -> dict[str, str]:
    """Nothing of the caller's but PATH. Without a lab nobody answers: neither canaries nor Slack."""
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "STATE_DIR": str(folder), "CONFIG": str(folder / "integrations.yaml")}
    if url is not None:
        env["DATABASE_URL"] = url
    if lab is None:
        return {**env, "CANARIES": "http://127.0.0.1:9/ http://127.0.0.1:19/", **more}
    there = lab.lab
    env |= {
        "EXTRA_CA_FILE": str(there.ca_file),
        "CANARIES": " ".join(there.canaries),
        "SLACK_BASE_URL": there.slack_api,
        "LAB_TOKEN": there.slack.token,
    }
    secrets = {f"LAB_{slug}_{name}".upper(): value for slug, vendor in there.vendors.items() for name, value in vendor.secrets.items()}
    return {**env, **secrets, **more}


def vendor(lab: LabThread, slug: str, **more: Any) -> dict[str, Any]:
    """One of the lab's vendors as an integration, asked by its key alone; `more` are further keys of the integration."""
    there = lab.lab
    others = {probe.slug for probe in providers()[slug].probes} - {"api"}
    entry: dict[str, Any] = {
        "slug": slug,
        "provider": slug,
        "private_targets": True,
        "secrets": {name: "env:" + f"LAB_{slug}_{name}".upper() for name in there.vendors[slug].secrets},
        "settings": {**there.vendors[slug].settings, "base_url": there.url(slug)},
        "checks": {other: {"enabled": False} for other in sorted(others)},
    }
    return {**entry, **more}


def declared(*integrations: Mapping[str, Any], defaults: str = QUICK, **more: Any) -> str:
    """An integrations.yaml (JSON is YAML) with a channel to the lab's Slack."""
    channels = {"ops": {"kind": "slack", "token": "env:LAB_TOKEN", "channel": "#ops"}}
    rest = {"channels": channels, "alerting": {"channel": "ops"}, "integrations": list(integrations), **more}
    return "version: 1\ndefaults: " + defaults + "\n" + "".join(f"{key}: {json.dumps(value)}\n" for key, value in rest.items())


def command(env: Mapping[str, str], *words: str, seconds: float = 60) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *words], cwd=ROOT, env=dict(env), capture_output=True, text=True, timeout=seconds)


def cli(env: Mapping[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return command(env, "cli", *words)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Process:
    """One process of ours; what it says goes to a file. A context manager that leaves nothing behind."""

    def __init__(self, folder: Path, env: Mapping[str, str], words: Sequence[str]) -> None:
        self.env, self.words = dict(env), tuple(words)
        self.log = folder / f"{words[-1]}-{id(self)}.log"
        self.running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as out:
            self.running = subprocess.Popen([sys.executable, "-m", *self.words], cwd=ROOT, env=self.env, stdout=out, stderr=out)

    @property
    def pid(self) -> int:
        assert self.running
        return self.running.pid

    def send(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        assert self.running
        self.running.kill()
        self.running.wait()

    def stop(self, seconds: float = 20) -> int:
        assert self.running
        self.running.send_signal(signal.SIGTERM)
        return self.running.wait(seconds)

    @property
    def said(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.running and self.running.poll() is None:
            self.running.send_signal(signal.SIGCONT)
            self.running.kill()
            self.running.wait()
        print(self.said)  # for whoever reads why a test failed


class Worker(Process):
    def __init__(self, folder: Path, env: Mapping[str, str], text: str | None = None) -> None:
        super().__init__(folder, env, ("scheduler",))
        if text is not None:
            (folder / "integrations.yaml").write_text(text)


class Site(Process):
    """`integration-health run`: pages, API and heartbeats on one port, and the worker beside them."""

    def __init__(self, folder: Path, env: Mapping[str, str], text: str | None = None) -> None:
        self.port = free_port()
        super().__init__(folder, {**env, "PORT": str(self.port)}, ("cli", "run"))
        if text is not None:
            (folder / "integrations.yaml").write_text(text)
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=10, trust_env=False)

    def __exit__(self, *_: object) -> None:
        self.http.close()
        try:
            if self.running and self.running.poll() is None:
                self.stop(25)
        finally:
            super().__exit__()

    def health(self) -> int:
        """The answer of /healthz; 0 when there is none."""
        try:
            return self.http.get("/healthz").status_code
        except httpx.TransportError:
            return 0

    def get(self, path: str) -> Any:
        answer = self.http.get(path)
        answer.raise_for_status()
        return answer.json()


@contextmanager
def held(path: Path) -> Iterator[None]:
    """As another process holds it that does not let go."""
    fd = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def alive(pid: int) -> bool:
    """A process that ended and was not waited for is not alive either."""
    try:
        if Path("/proc").exists():
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        os.kill(pid, 0)
    except (ProcessLookupError, FileNotFoundError):
        return False
    return True


def leader(db: Database, since_ms: int = 0) -> ProcessRow | None:
    with db.read() as conn:
        return processes.leader(conn, since_ms)


def newest(db: Database, name: str) -> Cause | str | None:
    """The cause of the newest result of `integration/check`; "" before the first, None when it is up."""
    with db.read() as conn:
        row, found = check_named(conn, name), timeline.newest(conn)
    return next((line.cause for (check, _), line in found.items() if row and check == row.plan.id), "")


def answered_since(db: Database, name: str, since_ms: int) -> bool:
    """Whether `integration/check` has a result that began after an instant."""
    with db.read() as conn:
        row, found = check_named(conn, name), timeline.newest(conn)
    return row is not None and any(line.at_ms + line.late_ms > since_ms for (check, _), line in found.items() if check == row.plan.id)


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def roots(lab: LabThread) -> list[Any]:
    """Messages in the lab's Slack that are no replies, newest first."""
    return lab.call(lambda: list(lab.lab.slack.workspace.roots))


def replies(lab: LabThread, ts: str) -> list[Any]:
    return lab.call(lambda: list(lab.lab.slack.workspace.thread(ts)))
