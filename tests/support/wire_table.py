"""`make wire`: every recording through the real adapters over a real socket, as a table by vendor and feature."""

import asyncio
import collections
import sys
import time
from collections.abc import Sequence

from tests.support.answer import Answer, answer_of
from tests.support.recordings import (
    ABSENT,
    Recording,
    config_for,
    differences,
    recordings,
    replay_server,
    request_for,
)
from workbench.domain.catalog import ProviderConfig, Target
from workbench.domain.errors import ProviderError
from workbench.domain.events import StreamEvent
from workbench.providers.clients import Clients
from workbench.providers.registry import Registry

SHAPES: Sequence[str] = ("", "split=1", "midutf8", "once", "crlf", "comments", "gzip")
"""What the replay server does to the framing; the text must not change."""
BYTE_BY_BYTE = 40_000
"""Bytes above which a body is cut into pieces of seven instead of one, to save time: the server's, mostly."""


def shape_for(recording: Recording, shape: str) -> str:
    """A shape that is affordable for a recording."""
    return "split=7" if shape == "split=1" and len(recording.body) > BYTE_BY_BYTE else shape


async def play(recording: Recording, port: int, clients: Clients, faults: str = "") -> Answer:
    """One recording through the adapter of its protocol."""
    config = config_for(recording, port, faults)
    return await ask(config, recording, clients)


async def ask(config: ProviderConfig, recording: Recording, clients: Clients) -> Answer:
    """One request to whatever a configuration names."""
    _, provider = Registry({config.name: config}, lambda _: "test-key", clients=clients).open(
        Target("model", config.name, recording.stem)
    )
    events: list[StreamEvent] = []
    failure: ProviderError | None = None
    try:
        async for arrival in provider.stream(request_for(recording)):
            events.extend(arrival.events)
    except ProviderError as error:
        failure = error
    return answer_of(events, failure)


async def exactness(port: int, shapes: Sequence[str]) -> dict[tuple[str, str], list[str]]:
    """(stem, shape) to its differences."""
    clients = Clients()
    found: dict[tuple[str, str], list[str]] = {}
    for shape in shapes:
        for recording in recordings():
            try:
                answer = await play(recording, port, clients, shape_for(recording, shape))
                found[recording.stem, shape] = differences(answer, recording.expected, recording.facts["status"])
            except Exception as error:
                found[recording.stem, shape] = [f"{type(error).__name__}: {error}"]
    await clients.close()
    return found


def table(found: dict[tuple[str, str], list[str]]) -> list[str]:
    """One line per vendor and feature, then every difference."""
    cells: dict[tuple[str, str], collections.Counter[bool]] = collections.defaultdict(collections.Counter)
    by_stem = {recording.stem: recording for recording in recordings()}
    for (stem, _), wrong in found.items():
        recording = by_stem[stem]
        cells[f"{recording.vendor} {recording.protocol}", recording.feature][not wrong] += 1
    lines = [f"{'vendor and protocol':38} {'feature':18} exact"]
    for (vendor, feature), counts in sorted(cells.items()):
        mark = "" if not counts[False] else "  ✗"
        lines.append(f"{vendor:38} {feature:18} {counts[True]}/{counts.total()}{mark}")
    for (stem, shape), wrong in found.items():
        lines.extend(f"✗ {stem}{'@' + shape if shape else ''}: {line}" for line in wrong)
    exact = sum(not wrong for wrong in found.values())
    lines.append(f"{exact} of {len(found)} exact")
    return lines


def main(arguments: Sequence[str]) -> int:
    """Print the table; 1 when anything differs."""
    if not recordings():
        print(ABSENT)
        return 0
    started = time.perf_counter()
    with replay_server() as port:
        found = asyncio.run(exactness(port, arguments or SHAPES))
    print("\n".join(table(found)))
    print(f"{time.perf_counter() - started:.1f} s")
    return int(any(found.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
