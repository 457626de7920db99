"""Providers of every protocol against a server that misbehaves."""

from collections.abc import AsyncIterator

import pytest_asyncio

from workbench.providers.clients import Clients


@pytest_asyncio.fixture
async def clients() -> AsyncIterator[Clients]:
    """The program's HTTP clients, closed after the test."""
    made = Clients(connect_s=1.0)
    yield made
    await made.close()
