"""What ten thousand checks a minute cost beside the probing itself: the scheduler's share of a core, lateness and memory.

Queue, prober, judge, recorder, writer and folding are the worker's own; a probe is answered at once, in the process.

python benchmarks/scheduling.py            all of it
python benchmarks/scheduling.py hold N S   N virtual seconds of ten thousand checks, S times as fast, as JSON: for a process of its own
"""

from __future__ import annotations

import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import cast

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import text

from benchmarks.beside import sleeper
from benchmarks.figures import say
from checks.runner import Finding, Job, Runner
from checks.vantage import Vantage
from core.declared import DeclaredCheck, DeclaredIntegration
from core.health import Outcome, Phases
from core.ledger import Ledger
from scheduler import interpreter
from scheduler import judge as judging
from scheduler.canary import Canaries, CanaryAnswer
from scheduler.clock import Clock
from scheduler.memory import Memory
from scheduler.prober import Heard, Prober
from scheduler.recorder import Recorder
from scheduler.work import Works
from storage import lease
from storage.catalogue import load_catalogue
from storage.engine import open_database
from storage.folding import Folder
from storage.migrate import migrate
from storage.sync import sync

CHECKS, EACH = 10_000, 10  # checks, and of those in an integration
MINUTE, FOLD_S = 60_000, 30
REAL_S, VIRTUAL_S, TIMES = 70, 600, 5
WARM_S, FULL_S = 120, 300  # seen a few times; and everything that is kept for some minutes is full
WELL = Finding(Outcome(None, 200), 200_000, Phases(2_500, 9_000, 20_000, 90_000, 400))


def main() -> None:
    with sleeper() as machine:
        real = held(REAL_S, 1)
        beside = machine()
    say("10,000 checks a minute, the scheduler's thread", 100 * real["loop_s"] / REAL_S, "<=", 2, "% of a core", seen=_shared(real))
    say("10,000 checks a minute, lateness p99", real["late_ms"], "<=", 50, "ms", seen=f"{real['runs']:,.0f} runs; {beside}")
    fast = held(VIRTUAL_S, TIMES)
    seen = f"{fast['warm_mib']:.0f} and {fast['end_mib']:.0f} MiB; {fast['runs']:,.0f} runs, the clock {TIMES} times as fast"
    say("memory from the second minute to the tenth", fast["end_mib"] - fast["warm_mib"], "<=", 16, "MiB more", seen=seen)
    say(
        "memory from the fifth minute to the tenth",
        fast["end_mib"] - fast["full_mib"],
        "<=",
        4,
        "MiB more",
        seen="nothing is filled any more",
    )
    say("results stored for each run", fast["stored"] / fast["runs"], "=", 1, seen=f"{fast['stored']:,.0f} of {fast['runs']:,.0f}")


def _shared(seen: dict[str, float]) -> str:
    return (
        f"{seen['loop_s'] * 1e6 / seen['runs']:.0f} us a run; judging, writing and folding beside it {100 * seen['rest_s'] / REAL_S:.1f} %"
    )


def held(seconds: int, times: int) -> dict[str, float]:
    done = subprocess.run([sys.executable, __file__, "hold", str(seconds), str(times)], stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


async def hold(seconds: int, times: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(Path(folder), times)
        return await stage.run(seconds)


class Answering:
    """Stands where the runner stands: what a run costs is measured in transport.py."""

    async def run(self, job: Job) -> Finding:
        await asyncio.sleep(0)
        return WELL


async def nothing(_: Vantage) -> Outcome:
    return Outcome()


@dataclass
class Stage:
    """A worker's parts, put together as the worker does, over a database of their own."""

    folder: Path
    times: int
    late_ms: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        url = f"sqlite:///{self.folder / 'health.db'}"
        migrate(url)
        self.db = open_database(url)
        self.clock = _clock(self.times)
        now_ms = self.clock.now_ms()
        checks = tuple(DeclaredCheck(f"api-{n}", f"API {n}", "http", True, interval_ms=MINUTE) for n in range(EACH))
        declared = [DeclaredIntegration(f"v{n:04}", f"V{n}", f"v{n}", f"V{n}", "other", checks=checks) for n in range(CHECKS // EACH)]
        sync(self.db, declared, now_ms)
        self.epoch = lease.take(self.db, None, now_ms)
        with self.db.read() as conn:
            self.plan = load_catalogue(conn).plan
        self.recorder = Recorder(self.db, self.epoch, self.clock, Memory(), self)
        self.recorder.memory = judging.load(self.plan)
        self.folder_of = Folder(self.db)
        self.folds = ThreadPoolExecutor(1)

    async def run(self, seconds: int) -> dict[str, float]:
        self.loop = asyncio.get_running_loop()
        canaries = Canaries((), self._no_canary, self.clock.now_ms)
        self.prober = Prober(cast("Runner", Answering()), canaries, self.clock, self.recorder.put)
        names = {ident: f"{self.plan.integrations[check.integration].slug}/{check.slug}" for ident, check in self.plan.checks.items()}
        jobs = {ident: Job(nothing, 1.0, provider=names[ident]) for ident in names}
        self.prober.adopt(self.plan, Works(jobs=jobs, names=names), ran=names)  # as after a restart: each in its phase
        interpreter.share()
        interpreter.settle()
        self.recorder.start()
        folding = asyncio.create_task(self._fold())
        running = asyncio.create_task(self.prober.run())
        used_s, loop_s = time.process_time(), time.thread_time()
        warm_mib = full_mib = 0.0
        ends = self.clock.now_ms() + seconds * 1000
        while self.clock.now_ms() < ends:
            await asyncio.sleep(0.5)
            if not warm_mib and self.clock.now_ms() > ends - (seconds - WARM_S) * 1000:
                warm_mib = own_mib()
            if not full_mib and self.clock.now_ms() > ends - (seconds - FULL_S) * 1000:
                full_mib = own_mib()
        end_mib = own_mib()
        loop_s, used_s = time.thread_time() - loop_s, time.process_time() - used_s
        late_ms = self.prober.pace.late_ms(self.clock.now_ms(), 99)[0] or 0
        self.prober.stop()
        await running
        folding.cancel()
        await asyncio.to_thread(self.folds.shutdown)  # one that is under way still writes
        await asyncio.to_thread(self.recorder.stop)
        runs = self.prober.pace.runs
        stored = self._stored()
        self.db.close()
        return {
            "loop_s": loop_s, "rest_s": used_s - loop_s, "late_ms": late_ms, "runs": runs, "stored": stored,
            "warm_mib": warm_mib, "full_mib": full_mib, "end_mib": end_mib,
        }  # fmt: skip

    async def _no_canary(self, host: str) -> CanaryAnswer:
        return CanaryAnswer(host, answered=True, took_us=0)

    async def _fold(self) -> None:
        while True:
            await asyncio.sleep(FOLD_S / self.times)
            await self.loop.run_in_executor(self.folds, partial(self.folder_of.fold, self.clock.now_ms(), epoch=self.epoch))

    def _stored(self) -> int:
        with self.db.read() as conn:
            return int(conn.execute(text("SELECT COUNT(*) FROM result")).scalar_one())

    # What the recorder tells, in its own thread, as scheduler.parts does.

    def committed(self, ledger: Ledger, memory: Memory, heard: Sequence[Heard]) -> None:
        self.folder_of.note(ledger)
        ran = [one.result for one in heard]
        gaps = [(result.check, memory.gap_ms(result.check, result.location), result.at_ms) for result in ran]
        self.loop.call_soon_threadsafe(self.prober.hasten_all, gaps)

    def idle(self, now_ms: int) -> None:
        return

    def tick(self, now_ms: int) -> None:
        self.recorder.change(lambda memory, now: judging.tick(memory, now))


def _clock(times: int) -> Clock:
    begun_wall, begun = time.time_ns(), time.monotonic_ns()

    def passed_ms() -> int:
        return (time.monotonic_ns() - begun) * times // 1_000_000

    return Clock(wall_ms=lambda: begun_wall // 1_000_000 + passed_ms(), monotonic_ms=passed_ms)


def own_mib() -> float:
    """Memory of its own, without pages of the database file that readers map and the kernel takes back at will; else its peak."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("RssAnon"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


if __name__ == "__main__":
    if sys.argv[1:2] == ["hold"]:
        print(json.dumps(asyncio.run(hold(int(sys.argv[2]), int(sys.argv[3])))))
    else:
        main()
