"""The token counts of chat completions, wherever their vendors put them."""

from collections.abc import Mapping
from typing import Any

from workbench.domain.usage import Usage
from workbench.providers.assembly import count, mapping


def usage_of(raw: Mapping[str, Any]) -> Usage:
    """Chat completions' counts: the prompt includes what was cached, the completion includes reasoning.

    Where the vendor's own total shows that reasoning was counted apart (xAI), it is added.
    """
    read = mapping(raw.get("prompt_tokens_details"))
    written = mapping(raw.get("completion_tokens_details"))
    prompt, output = count(raw.get("prompt_tokens")), count(raw.get("completion_tokens"))
    reasoning = _first(written.get("reasoning_tokens"), raw.get("reasoning_tokens"))
    if prompt is not None and output is not None and reasoning:
        total = count(raw.get("total_tokens"))
        if total is not None and total == prompt + output + reasoning:
            output += reasoning
    return Usage(
        input_tokens=prompt,
        output_tokens=output,
        cached_input_tokens=_first(
            read.get("cached_tokens"), raw.get("prompt_cache_hit_tokens"), raw.get("cached_tokens")
        ),
        cache_write_tokens=_first(
            read.get("cache_write_tokens"),
            read.get("cache_creation_tokens"),
            read.get("cache_creation_input_tokens"),
        ),
        reasoning_tokens=reasoning,
        server_tools=_server_tools(raw),
    )


def _server_tools(raw: Mapping[str, Any]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for source in ("server_tool_use", "server_tool_use_details", "server_side_tool_usage_details"):
        for name, value in mapping(raw.get(source)).items():
            if (number := count(value)) is not None:
                counts[name] = number
    for name in ("num_search_queries", "num_sources_used"):
        if number := count(raw.get(name)):
            counts[name] = number
    return counts


def _first(*values: Any) -> int | None:
    """The first value that the provider gave, as a count."""
    return next((count(value) for value in values if value is not None), None)
