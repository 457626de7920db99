"""What the engine can be told: deadlines, retries, concurrency."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """DESIGN 4's deadlines and limits; seconds everywhere, None switches a deadline off."""

    connect_s: float | None = 5.0
    """Kept by the providers' HTTP clients, which alone see the connection: `wiring` hands it to them."""
    first_token_s: float | None = 120.0
    """From the request to the first content; headers and pings are none."""
    first_token_local_s: float | None = 600.0
    """The same for local servers, which load models first."""
    idle_s: float | None = 60.0
    """Between content and content."""
    progress_idle_s: float = 600.0
    """For how long after the last content typed progress events keep an attempt alive."""
    total_s: float | None = None
    """For a whole attempt."""
    retries: int = 2
    """After the first attempt, and only as long as no content has come."""
    backoff_first_s: float = 0.5
    backoff_most_s: float = 8.0
    retry_after_cap_s: float = 60.0
    """A provider that asks for a longer wait is not waited for."""
    host_concurrency: int | None = None
    """Requests at once to one host; None is no limit."""
    host_limits: Mapping[str, int] = field(default_factory=dict)
    """The same for single hosts, by `host:port`; a provider's quirk `concurrency` says it too."""
    tool_rounds: int = 8
    """Times that results of tools are sent back within one answer."""
    tool_calls: int = 100
    """Calls that are run within one answer."""
    tool_s: float = 10.0
    """For one call of a tool."""
    tool_corrections: int = 0
    """Times that a round of nothing but invalid calls is sent back with what is wrong; a route may allow one."""
    close_s: float = 5.0
    """How long closing waits for connections to be hung up."""
