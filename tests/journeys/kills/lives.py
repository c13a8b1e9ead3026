"""Lives of the worker on one database, one after another, each ended by kill -9 at a point that is known afterwards."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

from tests.journeys.actors import ROOT, until
from tests.journeys.kills.points import AFTER, ALERTS, BEFORE, WITHIN, Doom, Point
from tests.journeys.kills.receivers import Receivers

PATIENCE_S: Final = 40.0
Key = tuple[int, int, int]
_ON_THE_WAY: Final = {Point.ASKED: (5, 70), Point.ANSWERED: (5, 70), Point.BETWEEN: (5, 70)}  # requests of a life
_BY_CHANCE: Final = (Point.ANSWERED, Point.BETWEEN)


@dataclass(frozen=True, slots=True)
class Life:
    """How one ended."""

    number: int
    doom: Doom
    code: int
    killed_s: float
    fell: Point  # where the kill fell, which chance may have made another point than the one meant


@dataclass(slots=True)
class Journal:
    """What the witnesses noted: results whose transaction began, was to be committed, had returned."""

    path: Path
    begun: set[Key] = field(default_factory=set)
    sent: set[Key] = field(default_factory=set)
    returned: set[Key] = field(default_factory=set)
    died_s: float | None = None
    begun_s: float = 0.0  # the newest flush of the newest life
    inside: bool = False  # it was under way when that life ended
    _read: int = 0

    def read_on(self) -> None:
        """The lines of one more life."""
        self.died_s, self.begun_s, self.inside = None, 0.0, False
        with self.path.open("rb") as file:
            file.seek(self._read)
            for line in file:
                self._read += len(line)
                self._take(json.loads(line))

    def _take(self, noted: Mapping[str, Any]) -> None:
        if noted["what"] == "died":
            self.died_s = noted["at"]
            return
        self.inside = noted["what"] != "returned"
        if noted["what"] == "begun":
            self.begun_s = noted["at"]
        {"begun": self.begun, "sent": self.sent, "returned": self.returned}[noted["what"]].update(map(tuple, noted["keys"]))


class Lives:
    """A context manager. `receivers` are who the worker asks and tells."""

    def __init__(self, folder: Path, env: Mapping[str, str], receivers: Receivers, seed: int) -> None:
        self._folder, self._env, self._receivers = folder, dict(env), receivers
        self._dice = Random(seed)
        self._nursery: subprocess.Popen[bytes] | None = None
        self.journal = Journal(folder / "journal")
        self.past: list[Life] = []

    def __enter__(self) -> Lives:
        (self._folder / "integrations.yaml").write_text(self._receivers.config())
        words = [sys.executable, "-m", "tests.journeys.kills.nursery", str(self._folder)]
        with (self._folder / "nursery.log").open("wb") as log:
            self._nursery = subprocess.Popen(
                words, cwd=ROOT, env=self._env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, bufsize=0, start_new_session=True
            )
        return self

    def __exit__(self, *_: object) -> None:
        """Whatever lives there: the group is ours alone."""
        assert self._nursery
        os.killpg(self._nursery.pid, signal.SIGKILL)
        self._nursery.wait()
        print(self.said[-20_000:])  # for whoever reads why a test failed

    @property
    def said(self) -> str:
        return "".join(
            path.read_text(errors="replace") for path in (self._folder / "nursery.log", self._folder / "lives.log") if path.exists()
        )

    @property
    def troubles(self) -> list[str]:
        """What the workers say of bugs, and lives that ended in another way than they were to."""
        errors = [line for line in self.said.splitlines() if '"level": "error"' in line or line.startswith("Traceback")]
        return errors + [str(life) for life in self.past if life.code != (0 if life.doom.nth == 0 else -signal.SIGKILL)]

    def doom(self, point: Point) -> Doom:
        """One occurrence of a point, by chance."""
        if point in _ON_THE_WAY:
            return Doom(point, self._dice.randint(*_ON_THE_WAY[point]))
        if point in ALERTS:
            return Doom(point, self._dice.randint(1, 2), AFTER if point is Point.CLAIMED else BEFORE)
        _, ends = WITHIN.get(point, ("", (BEFORE,)))
        return Doom(point, self._dice.randint(1, 3), self._dice.choice(ends))

    def live(self, doom: Doom) -> Life:
        """Until it is killed."""
        pid = self._begin(doom)
        return self._ended(doom, pid)

    def live_until(self, happens: Callable[[], object], what: str) -> Life:
        """One life that is not killed: it is asked to stop once something has happened."""
        doom = Doom(Point.BETWEEN, 0)
        pid = self._begin(doom)
        until(happens, what)
        os.kill(pid, signal.SIGTERM)
        return self._ended(doom, pid)

    def _begin(self, doom: Doom) -> int:
        assert self._nursery
        assert self._nursery.stdin
        self._receivers.drain()
        self._receivers.life = len(self.past) + 1
        self._nursery.stdin.write(json.dumps(doom.as_json()).encode() + b"\n")
        pid = int(next(self._words())["pid"])
        self._receivers.trap.set(pid, doom)
        return pid

    def _ended(self, doom: Doom, pid: int) -> Life:
        code = int(next(self._words())["ended"])
        self.journal.read_on()
        killed_s = self.journal.died_s or self._receivers.trap.sprung_s or time.time()
        life = Life(len(self.past) + 1, doom, code, killed_s, self._fell(doom.point, killed_s))
        self.past.append(life)
        return life

    def _fell(self, meant: Point, killed_s: float) -> Point:
        """What comes from outside may find a flush under way, or everything written."""
        if meant not in _BY_CHANCE:
            return meant
        if self.journal.inside:
            return Point.INSIDE
        waiting = [call for call in self._receivers.answered(len(self.past) + 1) if self.journal.begun_s < call < killed_s]
        return meant if waiting else Point.BETWEEN

    def _words(self) -> Iterator[dict[str, Any]]:
        """What the nursery says next, within a deadline that makes a test end."""
        assert self._nursery
        assert self._nursery.stdout
        ready, _, _ = select.select([self._nursery.stdout], [], [], PATIENCE_S)
        assert ready, f"the life that was to end at {self._receivers.trap.point} did not"
        yield json.loads(self._nursery.stdout.readline())
