"""Look-ups for probes that open their own sockets: guarded, with a place at the target, under the run's deadline."""

from __future__ import annotations

from contextlib import AsyncExitStack

from checks.deadline import Deadline
from checks.guard import judge_addresses, judge_target
from checks.wire import Wire
from core.address import AddressPolicy, read_literal


class GuardedSockets:
    """One run's `Sockets`. A probe connects to an address it was given here, never to a name."""

    def __init__(self, wire: Wire, policy: AddressPolicy, deadline: Deadline) -> None:
        self._wire = wire
        self._policy = policy
        self._deadline = deadline
        self._place = AsyncExitStack()
        self.used = False
        self.lookup_us = 0

    async def resolve(self, host: str, port: int) -> list[str]:
        """Addresses the guard allows, in the resolver's order. Raises `Blocked` or `LookupFailed` (an `OSError`)."""
        self.used = True
        judge_target("tcp", host, port, self._policy)
        await self._place.aclose()  # one place at a time: holding two could lock two runs against each other
        await self._place.enter_async_context(self._wire.slots.hold(f"{host}:{port}", self._deadline))
        literal = read_literal(host)
        if literal is not None:
            return list(judge_addresses([str(literal)], self._policy))
        found = await self._wire.look_up(host, self._deadline)
        self.lookup_us = found.took_us
        return list(judge_addresses(found.addresses, self._policy))

    async def close(self) -> None:
        """Gives the place back."""
        await self._place.aclose()
