"""`python -m lab.gallery`: every way to misbehave, each on a port of its own, until standard input closes."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from lab.certificates import Authority
from lab.exchange import Reply, Request, json_reply
from lab.faults import Fault, Kind
from lab.server import Server

HUGE_MB: Final = 100
DRIP_S: Final = 0.1
ELSEWHERE: Final = "elsewhere"
WELL: Final = "well"


class Gallery:
    """Servers by the name of their fault, so many of each; `well` has none, and `elsewhere` is another origin, in plain HTTP."""

    def __init__(self, kinds: Iterable[Kind], copies: int = 1) -> None:
        self.authority = Authority()
        self.elsewhere = Server(ELSEWHERE, _seen)
        named = [(WELL, None), *((kind.value, kind) for kind in kinds)]
        self._servers = {name: [Server(name, _answer, authority=self.authority) for _ in range(copies)] for name, _ in named}
        self._kinds = dict(named)

    def start(self) -> None:
        self.elsewhere.start()
        for name, servers in self._servers.items():
            for server in servers:
                server.start()
                if kind := self._kinds[name]:
                    server.break_(self._fault(kind))

    async def stop(self) -> None:
        for server in (self.elsewhere, *(server for servers in self._servers.values() for server in servers)):
            await server.stop()

    @property
    def urls(self) -> dict[str, list[str]]:
        found = {name: [server.url for server in servers] for name, servers in self._servers.items()}
        return {**found, ELSEWHERE: [self.elsewhere.url]}

    def _fault(self, kind: Kind) -> Fault:
        size_mb = {Kind.HUGE: HUGE_MB, Kind.GIANT_HEADER: 1}.get(kind, Fault(kind).size_mb)
        return Fault(kind, size_mb=size_mb, delay_s=DRIP_S, target=f"{self.elsewhere.url}/seen")


def _answer(_request: Request) -> Reply:
    return json_reply({"ok": True, "access_token": "a-token-of-the-gallery", "expires_in": 3600})


def _seen(request: Request) -> Reply:
    """Answers with what it was told: whether a credential came along."""
    return json_reply({"ok": True, "headers": dict(request.headers), "target": request.target, "body": request.body.decode("latin-1")})


async def serve(kinds: Sequence[Kind], copies: int) -> None:
    gallery = Gallery(kinds, copies)
    gallery.start()
    with tempfile.TemporaryDirectory(prefix="gallery-") as folder:
        where: dict[str, Any] = {"ca_file": str(gallery.authority.write(Path(folder) / "ca.pem")), "urls": gallery.urls}
        sys.stdout.write(json.dumps(where) + "\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)
        await gallery.stop()


def main(words: Sequence[str] | None = None) -> None:
    """`words` are those of the command line; None: this process's own."""
    parser = argparse.ArgumentParser(prog="python -m lab.gallery", description=__doc__)
    parser.add_argument("kinds", nargs="*", type=Kind, default=tuple(Kind), help="which faults; default: all")
    parser.add_argument("--copies", type=int, default=1, help="servers of each")
    given = parser.parse_args(words)
    asyncio.run(serve(given.kinds, given.copies))


if __name__ == "__main__":
    main()
