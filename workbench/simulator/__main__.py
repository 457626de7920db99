"""`python -m workbench.simulator`: serve until standard input ends, so that it ends with whoever started it."""

import asyncio
import json
import os
import signal
import sys
import threading

from workbench.simulator.server import SimulatorServer


def main() -> int:
    """Print one JSON line with the port, then serve."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl+C in the parent's terminal is the parent's business
    asyncio.run(_serve())
    return 0


async def _serve() -> None:
    server = SimulatorServer()
    await server.start()
    sys.stdout.write(json.dumps({"port": server.port}) + "\n")
    sys.stdout.flush()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    threading.Thread(target=_wait_for_end, args=(loop, ended), name="stdin", daemon=True).start()
    await ended.wait()
    await server.close()


def _wait_for_end(loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
    while os.read(0, 4096):
        pass
    loop.call_soon_threadsafe(ended.set)


if __name__ == "__main__":
    sys.exit(main())
