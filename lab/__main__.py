"""`python -m lab`: the lab by itself, with its script, until Ctrl-C. Prints where everything is."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TextIO

from lab.desk import Desk
from lab.script import Script, set_paces
from lab.world import Lab


async def serve(*, port: int, playing: bool, seconds: float | None, out: TextIO) -> None:
    """Until it is told to stop, or for so many seconds."""
    async with Lab(ports={"desk": port}) as lab:
        script = Script(lab, say=lambda words: print(f"  {words}", file=out, flush=True))
        desk = Desk(lab, script if playing else None)
        print(addresses(lab, desk), file=out, flush=True)
        set_paces(lab)
        task = asyncio.create_task(script.play()) if playing else None
        await _stopped(seconds)
        if task is not None:
            task.cancel()


def addresses(lab: Lab, desk: Desk) -> str:
    """Where everything is, one line each."""
    lines = [
        ("Desk", desk.url + "/"),
        ("Slack page", lab.slack_url),
        ("SLACK_BASE_URL", lab.slack_api),
        ("EXTRA_CA_FILE", str(lab.ca_file)),
    ]
    lines += [("CANARIES", " ".join(lab.canaries)), ("SMTP_URL", lab.mail.url), ("Webhook", lab.hook_url)]
    for slug, vendor in lab.vendors.items():
        page = f"   page {lab.status_url(slug)}" if vendor.page else ""
        lines.append((vendor.name, f"{lab.url(slug)}{page}"))
    return "\n".join(f"{name:<24}{value}" for name, value in lines)


async def _stopped(seconds: float | None) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()


def main(words: Sequence[str] | None = None) -> None:
    """`words` are those of the command line; None: this process's own."""
    parser = argparse.ArgumentParser(prog="python -m lab", description=__doc__)
    parser.add_argument("--port", type=int, default=8510, help="of the desk; another one where it is taken")
    parser.add_argument("--quiet", action="store_true", help="play no script: break things by hand")
    parser.add_argument("--seconds", type=float, default=None, help="stop by itself after so long")
    given = parser.parse_args(words)
    asyncio.run(serve(port=given.port, playing=not given.quiet, seconds=given.seconds, out=sys.stdout))


if __name__ == "__main__":
    main()
