"""What a model is known not to take, found before anything is sent; what nobody knows is tried."""

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.domain.catalog import Target
from workbench.domain.conversation import FilePart, Message
from workbench.engine.ports import Deployments


def capabilities_of(deployments: Deployments, target: Target) -> Mapping[str, bool]:
    """What the model list says that a model can do; empty where there is none."""
    ask: Any = getattr(deployments, "capabilities", None)
    return {} if ask is None else ask(target)


def inability(target: Target, able: Mapping[str, bool], messages: Sequence[Message]) -> str | None:
    """Why a conversation can't be sent to a model, in one sentence; None when nothing speaks against it."""
    for message in messages:
        for part in message.parts:
            if not isinstance(part, FilePart) or part.media_type.startswith("text/"):
                continue
            if part.media_type.startswith("image/"):
                if able.get("images") is False:
                    return f"{target} takes no images ({part.name}); choose another model or leave it out"
            elif able.get("files") is False:
                return f"{target} takes no files ({part.name}); choose another model or leave it out"
    return None
