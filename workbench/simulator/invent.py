"""JSON values that fit a schema: arguments of a tool call, structured answers."""

from collections.abc import Mapping
from typing import Any

_DEEPEST = 6


def instance(schema: Mapping[str, Any], hint: str, depth: int = 0) -> Any:
    """The simplest value that a JSON schema allows; texts are the hint, as far as nothing else is asked for."""
    for word in ("const", "default"):
        if word in schema:
            return schema[word]
    if schema.get("enum"):
        return schema["enum"][0]
    for word in ("anyOf", "oneOf", "allOf"):
        if schema.get(word):
            return instance(schema[word][0], hint, depth + 1)
    kind = schema.get("type")
    kind = str(kind[0] if isinstance(kind, list) else kind).lower()
    match kind:
        case "object" | "none" if depth < _DEEPEST:
            return {name: instance(part, hint, depth + 1) for name, part in (schema.get("properties") or {}).items()}
        case "array" if depth < _DEEPEST:
            count = max(1, int(schema.get("minItems", 1)))
            return [instance(schema.get("items") or {"type": "string"}, hint, depth + 1) for _ in range(count)]
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
        case "null":
            return None
        case "object" | "none":
            return {}
        case "array":
            return []
        case _:
            return hint[: int(schema.get("maxLength", 200))]
