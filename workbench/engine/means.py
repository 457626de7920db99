"""What answering needs, handed down from the comparison to its responses and attempts."""

import logging
import random as random_module
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from workbench.engine.events import EngineEvent
from workbench.engine.hosts import HostGates
from workbench.engine.options import EngineOptions
from workbench.engine.ports import Deployments, PriceBook, Recorder
from workbench.engine.toolbox import Toolbox

Listener = Callable[[EngineEvent], None]
_log = logging.getLogger(__name__)


def utc_now() -> str:
    """The wall clock as it is stored: ISO 8601, UTC, milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(slots=True)
class Means:
    """The ports, the clock and the chance of one comparison."""

    deployments: Deployments
    recorder: Recorder
    listener: Listener
    prices: PriceBook | None
    options: EngineOptions
    clock: Callable[[], float]
    """Monotonic seconds, the clock that stamps arrivals."""
    random: random_module.Random
    gates: HostGates
    toolbox: Toolbox = field(default_factory=Toolbox)
    """What is offered to every lane."""
    output_schema: Mapping[str, Any] | None = None
    """JSON schema that every answer must satisfy."""
    troubles: dict[str, int] = field(default_factory=dict)
    """How often a listener or recorder raised, by the exception's name: neither may end a stream."""

    def tell(self, event: EngineEvent) -> None:
        """Hand an event to the listener, which can't break a stream."""
        try:
            self.listener(event)
        except Exception as error:
            self.tell_trouble("listener", error)

    def record(self, method: Callable[..., None], *arguments: Any) -> None:
        """Call a method of the recorder, which can't break a stream."""
        try:
            method(*arguments)
        except Exception as error:
            self.tell_trouble("recorder", error)

    def tell_trouble(self, who: str, error: Exception) -> None:
        """Count an exception that must not end a stream, and log the first of its kind."""
        name = f"{who}: {type(error).__name__}"
        self.troubles[name] = self.troubles.get(name, 0) + 1
        if self.troubles[name] == 1:
            _log.warning("%s raised %s; the stream goes on", who, type(error).__name__, exc_info=error)
