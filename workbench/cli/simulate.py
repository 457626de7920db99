"""`workbench simulate`: the simulated providers alone, for tests, demos and other programs."""

import argparse
import asyncio
import signal

from workbench.cli import exits
from workbench.domain.errors import ConfigurationError

_ENDINGS = {signal.SIGINT: exits.INTERRUPTED, signal.SIGTERM: exits.TERMINATED, signal.SIGHUP: exits.HANGUP}


def run(arguments: argparse.Namespace) -> int:
    """Serve until a signal comes.

    Raises:
        ConfigurationError: the port can't be used.
    """
    if not 0 <= arguments.port <= 65_535:
        raise ConfigurationError("a port is a number from 0 to 65535")
    try:
        return asyncio.run(_serve(arguments.port, as_json=arguments.json))
    except (OSError, OverflowError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ConfigurationError(f"port {arguments.port} can't be used: {reason}") from error


async def _serve(port: int, *, as_json: bool) -> int:
    from workbench.cli.json_form import dump
    from workbench.simulator.catalog import SIM_MODELS, sim_config
    from workbench.simulator.faults import FAULT_HELP
    from workbench.simulator.server import SimulatorServer

    loop = asyncio.get_running_loop()
    ended: asyncio.Future[int] = loop.create_future()
    for number, code in _ENDINGS.items():
        loop.add_signal_handler(number, _settle, ended, code)
    server = SimulatorServer()
    await server.start(port)
    first = next(iter(SIM_MODELS.values()))
    protocols = ("openai-chat", "openai-responses", "anthropic-messages", "gemini", "cohere", "ollama")
    addresses = {name: sim_config(first, server.port, protocol=name).base_url for name in protocols}  # type: ignore[arg-type]
    if as_json:
        print(dump({"port": server.port, "base_urls": addresses, "models": [*SIM_MODELS]}), flush=True)
    else:
        print(f"simulated providers on port {server.port} of this machine; Ctrl+C ends them\n")
        print("\n".join(f"  {name:<19} {address}" for name, address in addresses.items()))
        print("\nmodels:")
        print("\n".join(f"  {name:<10} {model.description}" for name, model in SIM_MODELS.items()))
        print(f"\n{FAULT_HELP.rstrip()}", flush=True)
    try:
        return await ended
    finally:
        await server.close()


def _settle(ended: asyncio.Future[int], code: int) -> None:
    if not ended.done():
        ended.set_result(code)
