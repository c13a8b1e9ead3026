"""A look at everything this installation stands on: what is fine, what is not, and what to do about it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from datetime import UTC, datetime
from typing import Final

import observe
from checks.runner import make_runner
from commands.diagnosis.certificates import certificates, unloadable
from commands.diagnosis.channels import channels
from commands.diagnosis.database import database
from commands.diagnosis.declared import access, configuration
from commands.diagnosis.finding import ICONS, Finding, Grade, in_time, wrong
from commands.diagnosis.network import network
from commands.diagnosis.running import port, running
from commands.output import answer, answer_json
from core.display import plural
from core.exits import Exit, Refusal
from scheduler.outside import USER_AGENT
from settings import Settings, load
from storage.address import parse

LONGEST_S: Final = 18.0  # for everything together: the command is promised to end within 20
PART_S: Final = 15.0


def doctor(*, as_json: bool) -> Exit:
    """Exit code 0 where nothing is wrong; what is only worth watching does not count. Nothing is written."""
    try:
        settings = load()
        observe.set_up(settings.model_copy(update={"log_level": "ERROR"}), role="command")
        found = asyncio.run(diagnosed(settings))
    except Refusal as refusal:
        found = [wrong("environment", refusal.sentence, "Correct the variable; everything else is looked at then.")]
    if as_json:
        answer_json({"ok": not _wrong(found), "findings": [_redacted(one) for one in found]})
    else:
        answer("\n".join([*map(_line, map(_redacted, found)), "", _sum(found)]))
    return Exit.FAILED if _wrong(found) else Exit.OK


async def diagnosed(settings: Settings) -> list[Finding]:
    """Every area at once, in the order they are read."""
    where = parse(settings.database)
    declared, config = configuration(settings.config_file)
    ca_file = _usable_ca(settings)
    runner = make_runner(ca_file=ca_file, user_agent=USER_AGENT, now=lambda: datetime.now(UTC), proxies=settings.use_proxy)
    try:
        parts: list[Awaitable[Sequence[Finding]]] = [
            in_time("database", PART_S, lambda: database(where)),
            in_time("worker", PART_S, lambda: running(where)),
            _at_once(declared),
            _at_once(list(access(settings))),
            _bounded("port", _one(port(settings, runner))),
            in_time("certificates", PART_S, lambda: certificates(settings.extra_ca_file)),
            _bounded("network", network(runner, settings.canaries)),
            *([] if config is None else [_bounded("alerts", channels(config, settings, runner, ca_file))]),
        ]
        return [finding for part in await asyncio.gather(*parts) for finding in part]
    finally:
        await runner.close()


def _usable_ca(settings: Settings) -> str | None:
    """One that does not load is a line of its own and must not be every other line, too."""
    path = settings.extra_ca_file
    return None if path is None or unloadable(path) else str(path)


async def _at_once(found: list[Finding]) -> list[Finding]:
    return found


async def _one(finding: Awaitable[Finding]) -> list[Finding]:
    return [await finding]


async def _bounded(area: str, part: Awaitable[Sequence[Finding]]) -> Sequence[Finding]:
    try:
        async with asyncio.timeout(LONGEST_S):
            return await part
    except TimeoutError:
        return [Finding(area, Grade.UNKNOWN, f"No answer within {LONGEST_S:.0f} s.")]
    except Exception as error:  # a bug of ours is a line, too: the other lines still help
        return [Finding(area, Grade.UNKNOWN, f"This could not be looked at: {type(error).__name__}.")]


def _wrong(found: Sequence[Finding]) -> int:
    return sum(one.grade is Grade.WRONG for one in found)


def _redacted(finding: Finding) -> Finding:
    """The last gate: whatever a library said, no secret that is known here gets through."""
    return Finding(finding.area, finding.grade, observe.secrets.redact(finding.says), observe.secrets.redact(finding.todo))


def _line(finding: Finding) -> str:
    todo = f"\n{' ' * 28}→ {finding.todo}" if finding.todo else ""
    return f"{ICONS[finding.grade]} {finding.grade:<8}{finding.area:<18}{finding.says}{todo}"


def _sum(found: Sequence[Finding]) -> str:
    watched = sum(one.grade is Grade.WATCH for one in found)
    said = f"{plural(_wrong(found), 'thing')} wrong, {watched} to watch, {plural(len(found), 'line')}."
    return f"Nothing is wrong. {said}" if not _wrong(found) else said
