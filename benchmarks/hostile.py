"""What a hostile internet costs: fifty bad servers of a kind at once, the time past the deadline, the memory, and the neighbours' delay.

python benchmarks/hostile.py           the figures beside their goals
python benchmarks/hostile.py probe X   one prober that asks the servers of X (JSON of lab.gallery), and says what it saw as JSON
"""

from __future__ import annotations

import asyncio
import json
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.figures import say
from checks.kinds import kinds
from checks.lookups import Lookups, find_addresses
from checks.runner import Finding, Job, Runner, make_runner
from lab.faults import Kind

ROOT = Path(__file__).resolve().parent.parent
AT_ONCE = 50
TIMEOUT_S = 3.0
ROUNDS = 20  # of a neighbour's check
HANGING = 6
OWN = {Kind.SERVER_ERROR, Kind.REFUSED_KEY, Kind.MISSING_SCOPE, Kind.QUOTA, Kind.DEPRECATED, Kind.LATENCY}  # a vendor's words, no attack
HOSTILE = [kind for kind in Kind if kind not in OWN]


@dataclass
class Seen:
    """Of one kind: MiB above the start at the peak, seconds past the deadline at worst, a neighbour's slowest check, how they ended."""

    kind: str
    grown_mib: float
    late_s: float
    neighbour_s: float
    causes: dict[str, int]


def main() -> None:
    """Prints each figure beside its goal; exits 1 where one is missed."""
    with gallery(HOSTILE, AT_ONCE) as where:
        seen = [Seen(**one) for one in probed(where)]
    alone, *rest = seen
    hanging_s = asyncio.run(_beside_hanging_lookups())
    print(f"{'':<22}{'MiB':>8}{'late s':>8}{'beside s':>10}")
    for one in seen:
        print(f"{one.kind:<22}{one.grown_mib:>8.1f}{one.late_s:>8.2f}{one.neighbour_s:>10.2f}  {one.causes}")
    worst = max(seen, key=lambda one: one.grown_mib)
    held = [
        say(f"memory, {AT_ONCE} servers at once, of any kind", worst.grown_mib, "<=", 64, "MiB", seen=f"the most: {worst.kind}"),
        say("the end, past the deadline", max(one.late_s for one in seen), "<=", 0.5, "s", seen=f"of {len(seen)} kinds"),
        say("a neighbour's check, later than beside good servers", max(one.neighbour_s for one in rest) - alone.neighbour_s, "<=", 1, "s"),
        say(f"a check beside {HANGING} look-ups that hang", hanging_s, "<=", 1, "s"),
    ]
    sys.exit(0 if all(figure.held for figure in held) else 1)


@contextmanager
def gallery(faults: Sequence[Kind], copies: int = 1) -> Iterator[dict[str, Any]]:
    """The lab's gallery as a process of its own: where it is, as it says."""
    words = [sys.executable, "-m", "lab.gallery", *faults, "--copies", str(copies)]
    with subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdin
        assert running.stdout
        yield json.loads(running.stdout.readline())
        running.stdin.close()


def probed(where: dict[str, Any]) -> list[dict[str, Any]]:
    """What one prober saw of all of them, the good ones first."""
    done = subprocess.run(
        [sys.executable, __file__, "probe", json.dumps(where)], stdout=subprocess.PIPE, text=True, timeout=300, check=True
    )
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


async def _probe(where: dict[str, Any]) -> list[dict[str, Any]]:
    urls: dict[str, list[str]] = where["urls"]
    runner, well = _runner(where["ca_file"]), urls["well"]
    await _at_once(runner, well)
    start = _anew()
    found = [asdict(await _ask(runner, kind, urls[kind], well[0], start)) for kind in ["well", *(each for each in urls if each in HOSTILE)]]
    await runner.close()
    return found


async def _ask(runner: Runner, kind: str, urls: Sequence[str], neighbour: str, start: int) -> Seen:
    _anew()
    crowd = asyncio.ensure_future(_at_once(runner, urls))
    slowest = await _slowest(lambda: runner.run(_job(neighbour)))
    ended = await crowd
    causes = [str(finding.outcome.cause) for finding, _ in ended]
    late_s = max(took_s for _, took_s in ended) - TIMEOUT_S
    return Seen(kind, (_peak() - start) / 2**20, max(0.0, late_s), slowest, {cause: causes.count(cause) for cause in sorted(set(causes))})


async def _at_once(runner: Runner, urls: Sequence[str]) -> list[tuple[Finding, float]]:
    async def one(url: str) -> tuple[Finding, float]:
        begun = time.monotonic()
        finding = await runner.run(_job(url))
        return finding, time.monotonic() - begun

    return await asyncio.gather(*map(one, urls))


async def _slowest(check: Callable[[], Awaitable[Finding]]) -> float:
    took = []
    for _ in range(ROUNDS):
        begun = time.monotonic()
        finding = await check()
        took.append(time.monotonic() - begun)
        assert finding.outcome.cause is None, finding.outcome
    return max(took)


async def _beside_hanging_lookups() -> float:
    """How long a name takes while so many others hang."""
    release = threading.Event()

    def find(host: str) -> Sequence[str]:
        return find_addresses(host) if host == "localhost" else [str(release.wait(60))]

    runner = _runner(None, Lookups(find))
    hanging = [asyncio.ensure_future(runner.run(_job(f"http://hangs-{n}.example"))) for n in range(HANGING)]
    begun = time.monotonic()
    finding = await runner.run(_job("http://localhost:9"))  # nobody there: the name alone is what matters
    took_s = time.monotonic() - begun
    assert finding.outcome.cause != "dns", finding.outcome
    await asyncio.gather(*hanging)
    release.set()
    await runner.close()
    return took_s


def _runner(ca_file: str | None, lookups: Lookups | None = None) -> Runner:
    return make_runner(ca_file=ca_file, user_agent="benchmark", now=lambda: datetime.now(UTC), proxies=False, lookups=lookups)


def _job(url: str) -> Job:
    """Reads the body, as most checks do."""
    expect = {"json": [{"path": "$.ok", "equals": True}]}
    return Job(kinds()["http"].probe({"url": f"{url}/x", "expect": expect}), TIMEOUT_S, private_targets=True)


def _anew() -> int:
    """Bytes of this process at its peak, which begins anew here where the system can (Linux); elsewhere it only grows."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    return _peak()


def _peak() -> int:
    """The most that was resident, in bytes: Linux counts it in KiB, and only /proc forgets; macOS in bytes."""
    with suppress(OSError):
        line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) << 10
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most << 10


if __name__ == "__main__":
    if sys.argv[1:2] == ["probe"]:
        print(json.dumps(asyncio.run(_probe(json.loads(sys.argv[2])))))
    else:
        main()
