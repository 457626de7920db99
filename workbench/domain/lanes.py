"""Who is asked: lanes with their parameters, and the session that they belong to.

Apart from the rest of a conversation because the first screen needs these few and none of the others.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

ContextMode = Literal["own", "shared", "none"]


@dataclass(frozen=True, slots=True)
class Parameters:
    """What may be asked of any model; None leaves it to the provider. `extra` goes into the body as it is."""

    max_output_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()
    reasoning_effort: Literal["low", "medium", "high"] | None = None
    """Normalized; each vendor's own spelling is the adapter's business."""
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lane:
    """One column of a comparison."""

    id: str
    position: int
    target: str
    label: str = ""
    system: str | None = None
    parameters: Parameters = Parameters()
    enabled: bool = True


class LineUp(NamedTuple):
    """A saved set of lanes."""

    name: str
    lanes: tuple[Lane, ...]


@dataclass(frozen=True, slots=True)
class Session:
    """A conversation."""

    id: str
    title: str
    created_utc: str
    """ISO 8601, UTC."""
    kind: Literal["chat", "run", "demo"] = "chat"
    project: str = ""
    environment: str = ""
    tags: tuple[str, ...] = ()
    pinned: bool = False
    archived: bool = False
    origin: str = "app"
