"""The same product against the fault lab: simulated vendors here, pages in a child, a worker in another, and ninety days of history."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from commands.output import say
from commands.progress import Progress
from commands.serve import require_free, when_parent_ends
from config.loading import load as load_config
from core.exits import Exit, Refusal
from core.plan import Plan
from lab import history
from lab.caller import call_every
from lab.demo_config import demo as write_demo
from lab.desk import Desk
from lab.running import LabThread
from lab.script import Script, set_paces
from scheduler import leader
from scheduler.clock import Clock
from scheduler.declarations import Declared, digest_of
from scheduler.instance import only_instance
from scheduler.replay import replay
from scheduler.setup import Setup, set_up
from scheduler.supervisor import Supervisor
from settings import Settings, load
from storage import notices
from storage.catalogue import load_catalogue
from storage.engine import Database, open_database
from storage.migrate import migrate

NOTICE: Final = "history"
MARK: Final = ".demo"
WEEKLY_WORK: Final = frozenset({"orders", "sessions"})
STOP_S: Final = 15
CALL_S: Final = 300.0


def demo(*, lab_only: bool) -> Exit:
    """Until Ctrl-C, or until the pipe on standard input closes when a page started it."""
    if lab_only:
        from lab.__main__ import main

        main([])
        return Exit.OK
    settings = load()
    require_free(settings.host, settings.port)
    folder = fresh_folder(settings.state_dir / "demo")
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    when_parent_ends(stopping.set)
    with ExitStack() as stack:
        lab = stack.enter_context(LabThread())
        Stage(settings, folder, lab, stopping).run(stack)
    return Exit.OK


class Stopped(Exception):
    """Told to end while the history is played."""


@dataclass
class Stage:
    """One demo: its lab, its files, its processes."""

    settings: Settings
    folder: Path
    lab: LabThread
    stopping: threading.Event
    url: str = ""

    def run(self, stack: ExitStack) -> None:
        written = write_demo(self.lab.lab, now=datetime.now(UTC))
        config = self.folder / "integrations.yaml"
        config.write_text(written.text, encoding="utf-8")
        url = self.url = f"sqlite:///{(self.folder / 'health.db').absolute()}"
        env = {**written.env, "CONFIG": str(config), "STATE_DIR": str(self.folder), "DATABASE_URL": url, "LAB_URL": self.lab.lab.slack_url}
        migrate(url)
        stack.callback(_ended, self._pages(env))
        say(f"Its Slack: {self.lab.lab.slack_url}")
        db = open_database(url)
        stack.callback(db.close)
        if self._history(db, config, written.text, {**os.environ, **written.env}):
            script = self.lab.call(self._open_desk)
            self.lab.start(script.play())
            worker = Supervisor(env={**env, "WORKER": "off"})
            worker.start()
            stack.callback(worker.stop)
            self._call(db)
            self.stopping.wait()

    def _call(self, db: Database) -> None:
        """The job that must call us: it runs here, and does."""
        with db.read() as conn:
            addresses = load_catalogue(conn).addresses.values()
        for address in addresses:
            self.lab.start(call_every(f"{self.settings.own_address}/ping/{address}", CALL_S))

    def _open_desk(self) -> Script:
        """Where people break and heal the lab, and the script that does so by itself."""
        lab = self.lab.lab
        set_paces(lab)
        script = Script(lab)
        say(f"Its desk, to break and heal vendors: {Desk(lab, script).url}/")
        return script

    def _pages(self, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
        """The web process, without a worker of its own; it ends when its standard input closes."""
        own = {**os.environ, **env, "WORKER": "off", "ENDS_WITH_PARENT": "1", "PORT": str(self.settings.port), "HOST": self.settings.host}
        return subprocess.Popen([sys.executable, "-m", "cli", "run"], stdin=subprocess.PIPE, env=own)

    def _history(self, db: Database, config: Path, text: str, env: Mapping[str, str]) -> bool:
        """Play the ninety days; False when told to stop meanwhile."""
        now_ms = Clock().now_ms()
        lock = leader.leader_lock(self.url)
        try:
            epoch = leader.lead(db, lock, process=None, now_ms=now_ms, wait_s=5)
            if epoch is None:
                raise Refusal(Exit.ALREADY_RUNNING, f"Another worker uses {self.folder}: stop it first.")
            setup = _declared(db, config, text, env, now_ms, epoch)
            self._play(db, setup, epoch, now_ms)
        except Stopped:
            return False
        finally:
            lock.release()
        return True

    def _play(self, db: Database, setup: Setup, epoch: int, now_ms: int) -> None:
        progress = Progress("Playing ninety days of history", history.DAYS + 1)

        def told(done: int) -> None:
            if self.stopping.is_set():
                raise Stopped
            progress.step(done)
            notices.put(db, NOTICE, {"done": done, "total": history.DAYS + 1}, now_ms)

        told(0)
        plan, ids = past_plan(setup.plan), ids_of(setup.plan)
        maintained = {frozenset(one.id for one in plan.integrations.values() if one.slug in WEEKLY_WORK): _weekly(now_ms)}
        days = history.history(ids, end_ms=now_ms)
        replay(db, plan, days, epoch=epoch, now_ms=now_ms, settings=setup.judge, maintained=maintained, told=told)
        notices.drop(db, NOTICE)
        progress.end()


def _declared(db: Database, config: Path, text: str, env: Mapping[str, str], now_ms: int, epoch: int) -> Setup:
    loaded = load_config(text, env, name=config.name)
    if loaded.config is None or loaded.errors:
        raise RuntimeError("the demo's own configuration is not valid: " + "; ".join(map(str, loaded.errors)))
    return set_up(db, Declared(loaded.config, loaded.declared, text, digest_of(text)), env, now_ms, epoch)


def past_plan(plan: Plan) -> Plan:
    """The plan those days ran by: every check at five minutes, and nothing configured since."""
    checks = {
        ident: replace(check, interval_ms=history.INTERVAL_MS, retry_ms=history.RETRY_MS, configured_at_ms=0)
        for ident, check in plan.checks.items()
    }
    integrations = {ident: replace(one, checks=tuple(checks[check.id] for check in one.checks)) for ident, one in plan.integrations.items()}
    return Plan(integrations, checks)


def ids_of(plan: Plan) -> dict[tuple[str, str], int]:
    return {(plan.integrations[check.integration].slug, check.slug): check.id for check in plan.checks.values()}


def _weekly(now_ms: int) -> list[tuple[int, int]]:
    return history.planned(now_ms - (history.DAYS + 1) * 86_400_000, now_ms)


def fresh_folder(folder: Path) -> Path:
    """An empty folder of the demo's own; one that holds anything else is left alone."""
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).exists():
        raise Refusal(Exit.STATE_NOT_WRITABLE, f"{folder} holds something that is no demo: move it away, or set STATE_DIR.")
    try:
        if folder.exists():
            only_instance(folder).release()
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        (folder / MARK).touch()
    except OSError as error:
        raise Refusal(Exit.STATE_NOT_WRITABLE, f"{folder} cannot be written: {(error.strerror or 'unknown').lower()}.") from None
    return folder


def _ended(process: subprocess.Popen[bytes]) -> None:
    if process.stdin:
        process.stdin.close()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
