"""Which parameter to change after a 400, read from the provider's words, and what each deployment has refused before.

Pure: it is given a body and an error, and gives back another body. A repair is tried once and remembered only if it
helped, so a server that refuses for another reason is not asked twice in vain.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from workbench.domain.errors import ErrorInfo, ProviderError
from workbench.domain.events import StreamEvent, Warn

Response = TypeVar("Response")
MAX_REPAIRS = 3
"""Different parameters that one request may have repaired."""


@dataclass(frozen=True, slots=True)
class Repair:
    """One change to a body: a parameter is left out, or takes another name."""

    path: tuple[str, ...]
    rename: str | None = None

    def __str__(self) -> str:
        name = ".".join(self.path)
        return (
            f"{name} was refused, {self.rename} is sent instead" if self.rename else f"{name} was refused and left out"
        )

    def applies(self, body: Mapping[str, Any]) -> bool:
        """Whether the body holds the parameter."""
        return _holder(body, self.path) is not None

    def apply(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """A copy of the body with the change made."""
        key, rest = self.path[0], self.path[1:]
        changed = dict(body)
        if rest:
            inner = Repair(rest, self.rename).apply(changed[key])
            if inner:
                changed[key] = inner
            else:
                del changed[key]
        else:
            value = changed.pop(key)
            if self.rename:
                changed[self.rename] = value
        return changed


_RENAMES = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}
_DROPPED: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...] = (
    # what the provider names, and where it may stand; nested places before the whole
    (r"include_usage", (("stream_options", "include_usage"),)),
    (r"include_obfuscation", (("stream_options", "include_obfuscation"),)),
    (r"stream_options", (("stream_options",),)),
    (r"temperature", (("temperature",), ("generationConfig", "temperature"))),
    (r"top_p|topP", (("top_p",), ("generationConfig", "topP"), ("p",))),
    (r"top_k|topK", (("top_k",), ("generationConfig", "topK"), ("k",))),
    (r"random_seed", (("random_seed",),)),
    (r"seed", (("seed",), ("generationConfig", "seed"))),
    (r"reasoning_effort", (("reasoning_effort",), ("reasoning", "effort"))),
    (r"reasoning\.effort", (("reasoning", "effort"),)),
    (r"reasoning\.summary|reasoning summar(?:y|ies)", (("reasoning", "summary"),)),
    (r"reasoning\.encrypted_content|encrypted content", (("include",),)),
    (
        r"thinking_?level|thinking_?budget|thinking_?config",
        (("generationConfig", "thinkingConfig"), ("thinking_budget",)),
    ),
    (r"chat_template_kwargs", (("chat_template_kwargs",),)),
    (r"enable_thinking", (("enable_thinking",),)),
    (r"think(?:ing)?", (("think",), ("generationConfig", "thinkingConfig"))),
    (r"store", (("store",),)),
    (r"include", (("include",),)),
)
_REFUSED = re.compile(
    r"unsupported|not (?:currently )?support|n't support|no longer support|unrecogni[sz]ed|unknown|unexpected"
    r"|extra (?:input|field)|extra_forbidden|not permitted|not allowed|not available|deprecated|must be verified"
    r"|can(?:not|'t) (?:both )?be (?:used|specified|set)|cannot both|invalid (?:parameter|argument|field)|instead",
    re.IGNORECASE,
)
_KINDS = frozenset({"bad_request", "permission", "not_found"})
_STATUSES = frozenset({400, 403, 404, 422})


def repair_for(info: ErrorInfo, body: Mapping[str, Any]) -> Repair | None:
    """The change that the provider's words ask for, None when they are about something else, such as a value."""
    if info.kind not in _KINDS or info.status not in _STATUSES or not _REFUSED.search(info.message):
        return None
    for name, other in _RENAMES.items():
        if name in body and _named(name, info.message):
            return Repair((name,), other)
    if "temperature" in body and "top_p" in body and re.search(r"both", info.message) and _named("top_p", info.message):
        return Repair(("top_p",))
    for pattern, paths in _DROPPED:
        if _named(pattern, info.message):
            for path in paths:
                if _holder(body, path) is not None:
                    return Repair(path)
    return None


class RepairMemory:
    """What the models of one provider have refused."""

    def __init__(self) -> None:
        self._known: dict[str, list[Repair]] = {}

    def of(self, model: str) -> tuple[Repair, ...]:
        """The repairs that helped with a model, in the order in which they were found."""
        return tuple(self._known.get(model, ()))

    def remember(self, model: str, repair: Repair) -> None:
        """Make this repair from the first request on."""
        known = self._known.setdefault(model, [])
        undone = Repair((repair.rename,), repair.path[0]) if repair.rename else None
        if undone in known:
            known.remove(undone)
        elif repair not in known:
            known.append(repair)

    async def send(
        self, model: str, body: dict[str, Any], send: Callable[[dict[str, Any]], Awaitable[Response]]
    ) -> tuple[Response, list[StreamEvent]]:
        """Send a body with what is known of the model, and repair what it refuses; with a warning for each repair.

        Raises:
            ProviderError: what can't be repaired.
        """
        notes: list[StreamEvent] = []
        for repair in self.of(model):
            if repair.applies(body):
                body = repair.apply(body)
                notes.append(Warn("repaired_parameter", str(repair)))
        tried: list[Repair] = []
        while True:
            try:
                response = await send(body)
            except ProviderError as error:
                found = repair_for(error.info, body)
                if found is None or found in tried or len(tried) == MAX_REPAIRS:
                    raise
                tried.append(found)
                body = found.apply(body)
                continue
            for repair in tried:
                self.remember(model, repair)
                notes.append(Warn("repaired_parameter", str(repair)))
            return response, notes


def _named(pattern: str, text: str) -> bool:
    return re.search(rf"(?<![\w-])(?:{pattern})(?!\w)", text, re.IGNORECASE) is not None


def _holder(body: Any, path: tuple[str, ...]) -> Any:
    """The object that holds the last name of a path, None where it isn't there."""
    for key in path[:-1]:
        body = body.get(key) if isinstance(body, Mapping) else None
    return body if isinstance(body, Mapping) and path[-1] in body else None
