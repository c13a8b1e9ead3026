"""The receiving end: vendors that keep a ledger of every request, a door before the lab's Slack, and traps that kill who asks."""

from __future__ import annotations

import asyncio
import os
import signal
import time
import urllib.request
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from lab.exchange import Reply, Request, json_reply
from lab.running import LabThread
from tests.journeys.actors import declared
from tests.journeys.kills.points import Doom, Point

PORTS: Final = 20  # origins: each is asked by so few checks that all of them fit, if every one timed out
STRETCH_S: Final = 3.0  # how long a vendor is well or ill
DRAIN: Final = "/drain"
TURNS: Final = 4  # one stretch in so many is an ill one


@dataclass(slots=True)
class Call:
    """One request, as a vendor saw it."""

    path: str
    life: int
    asked_s: float
    answered_s: float | None = None


@dataclass(slots=True)
class Trap:
    """Kills one process at the nth thing that comes by."""

    pid: int = 0
    left: int = 0
    point: Point | None = None
    sprung_s: float | None = None
    _dice: Random = field(default_factory=lambda: Random(7))

    def set(self, pid: int, doom: Doom) -> None:
        self.pid, self.left, self.point, self.sprung_s = pid, doom.nth, doom.point, None

    def pass_by(self, point: Point, after_s: float = 0.0) -> None:
        if self.point is not point or self.left <= 0:
            return
        self.left -= 1
        if self.left:
            return
        if after_s:
            asyncio.get_running_loop().call_later(after_s * self._dice.uniform(0.2, 1), self._spring)
        else:
            self._spring()

    def _spring(self) -> None:
        """The process is a child that was not waited for: its id is nobody else's."""
        self.sprung_s = time.time()
        os.kill(self.pid, signal.SIGKILL)


class Receivers:
    """`calls` and what `slack` holds are what is counted."""

    def __init__(self, lab: LabThread, *, integrations: int = 20, checks: int = 3) -> None:
        self._lab, self._integrations, self._checks = lab, integrations, checks
        self._dice = Random(3)
        self.calls: list[Call] = []
        self.trap = Trap()
        self.life = 0
        self.ill = True  # whether vendors fall ill at all
        self.told: list[tuple[int, str]] = []  # life and path of every request to Slack
        self._servers = [lab.call(lab.lab.open, f"ledger-{number}", self._answer) for number in range(PORTS)]
        self.slack = lab.call(lab.lab.open, "door", self._slack)

    def drain(self) -> None:
        """Let what a killed worker had sent be read before the next one lives: on a busy machine it would be taken for the next one's."""
        for server in self._servers:
            with urllib.request.urlopen(f"{server.url}{DRAIN}", timeout=30) as answer:
                answer.read()

    async def _answer(self, request: Request) -> Reply:
        if request.path == DRAIN:
            return json_reply({"ok": True})
        call = Call(request.path, self.life, request.at_s)
        self.calls.append(call)
        self.trap.pass_by(Point.ASKED)
        await asyncio.sleep(self._dice.uniform(0.02, 0.08))
        call.answered_s = time.time()
        self.trap.pass_by(Point.ANSWERED, after_s=0.1)
        self.trap.pass_by(Point.BETWEEN, after_s=0.5)
        return json_reply({"ok": False}, 503) if self._is_ill(request.path, call.answered_s) else json_reply({"ok": True})

    def _is_ill(self, path: str, now_s: float) -> bool:
        """A quarter of them at a time, in turn: many on their own, and never all at once."""
        number = int(path.split("/")[1].removeprefix("v"))
        return self.ill and (int(now_s / STRETCH_S) + number) % TURNS == 0

    async def _slack(self, request: Request) -> Reply:
        self.told.append((self.life, request.path))
        posts = request.path.endswith(("chat.postMessage", "chat.update"))
        if posts and self.trap.left % 2:
            self.trap.pass_by(Point.SENDING)  # received, and lost
        reply = await self._lab.lab.slack.answer(request)
        if posts:
            self.trap.pass_by(Point.SENDING)  # received, and shown
        return reply

    def answered(self, life: int) -> list[float]:
        """When each answer of a life was given."""
        return [call.answered_s for call in list(self.calls) if call.life == life and call.answered_s is not None]

    def config(self) -> str:
        """An integrations.yaml by which all of them are asked once a second."""
        return declared(*(self._integration(number) for number in range(self._integrations)))

    def _integration(self, number: int) -> dict[str, Any]:
        checks = {f"c{one}": self._check(number, one) for one in range(self._checks)}
        return {"slug": f"v{number}", "provider": "http", "vendor": f"Vendor {number}", "private_targets": True, "checks": checks}

    def _check(self, number: int, one: int) -> dict[str, Any]:
        url = self._servers[(number * self._checks + one) % PORTS].url
        return {"kind": "http", "url": f"{url}/v{number}/c{one}", "interval": "1s"}

    def names(self) -> list[str]:
        return [f"v{number}/c{one}" for number in range(self._integrations) for one in range(self._checks)]
