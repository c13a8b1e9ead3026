"""A job that calls a heartbeat's address when it has run, as a job of one's own would."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

import httpx

LOG: Final = logging.getLogger("integration_health.lab")
TIMEOUT_S: Final = 5.0


async def call_every(url: str, every_s: float) -> None:
    """Until it is cancelled. A call that fails is not repeated: the next one comes soon enough."""
    async with httpx.AsyncClient(timeout=TIMEOUT_S) as client:
        while True:
            try:
                await client.post(url)
            except httpx.HTTPError as error:
                LOG.info("the heartbeat was not heard: %s", type(error).__name__)
            await asyncio.sleep(every_s)
