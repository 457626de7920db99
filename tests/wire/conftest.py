"""The replay server, started once, and one set of clients per module's event loop."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.support.recordings import ABSENT, recordings, replay_server
from workbench.providers.clients import Clients


@pytest.fixture(scope="session")
def replay_port() -> Iterator[int]:
    """The port of a running replay server."""
    if not recordings():
        pytest.skip(ABSENT)
    with replay_server() as port:
        yield port


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def clients() -> AsyncIterator[Clients]:
    """Clients whose connections outlive one test."""
    made = Clients()
    yield made
    await made.close()
