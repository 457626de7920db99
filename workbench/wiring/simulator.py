"""The simulated models, started as a child process when the first of them is called."""

import threading
from typing import TYPE_CHECKING

from workbench.domain.catalog import ProviderConfig
from workbench.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from workbench.simulator.child import SimulatorChild


class SimulatorOnDemand:
    """At most one child, shared by all who ask; a child that died is replaced."""

    def __init__(self) -> None:
        self._child: SimulatorChild | None = None
        self._lock = threading.Lock()

    def start(self) -> int:
        """Its port; blocks for the start, so call it from a thread first.

        Raises:
            ConfigurationError: it does not come up.
        """
        from workbench.simulator.child import SimulatorFailed, start_child

        with self._lock:
            if self._child is None or not self._child.alive:
                try:
                    self._child = start_child()
                except (SimulatorFailed, OSError) as error:
                    raise ConfigurationError(str(error)) from error
            return self._child.port

    def config(self, name: str) -> ProviderConfig:
        """How to call a simulated model, named with or without faults (`steady@429=2`).

        Raises:
            ConfigurationError: there is none of that name, or the simulator does not come up.
        """
        from workbench.simulator.catalog import find_model, sim_config

        model = find_model(name)
        if model is None:
            raise ConfigurationError(f"no simulated model is named {name!r}")
        return sim_config(model, self.start())

    def close(self) -> None:
        """End it."""
        with self._lock:
            if self._child is not None:
                self._child.close()
                self._child = None
