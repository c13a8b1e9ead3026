"""A running lab for each test, and a client that trusts it."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator

import httpx
import pytest

from lab.world import Lab


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def lab() -> AsyncIterator[Lab]:
    async with Lab() as running:
        yield running


@pytest.fixture
async def client(lab: Lab) -> AsyncIterator[httpx.AsyncClient]:
    """New connections for every request: faults of earlier stages would not show on kept ones."""
    trust = ssl.create_default_context(cafile=str(lab.ca_file))
    limits = httpx.Limits(max_keepalive_connections=0)
    async with httpx.AsyncClient(verify=trust, timeout=5.0, limits=limits) as asking:
        yield asking
