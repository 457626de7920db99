"""Our one JSON schema, compiled into what each protocol takes, with a report of what was lost on the way.

Rules are data: which keywords a dialect drops, and whether objects must be closed and complete. A lost keyword means
that the model is not held to it; the answer or call is still validated against the whole schema here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a protocol's schemas may hold."""

    name: str
    dropped: frozenset[str] = frozenset()
    """Keywords that are refused, and therefore left out."""
    closed: bool = False
    """Every object says `additionalProperties: false`."""
    inline_refs: bool = False
    """`$ref` is not known; definitions are put where they are used."""
    single_type: bool = False
    """`type` is one word; `null` among several becomes `nullable: true`."""


@dataclass(frozen=True, slots=True)
class CompiledSchema:
    """A schema in a dialect."""

    schema: dict[str, Any]
    lost: tuple[str, ...]
    """One line for each thing that the dialect can't say: `properties.age.minimum`."""


_ANNOTATIONS = frozenset({"$schema", "$id", "$comment", "$anchor", "examples"})
_NUMBERS = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"})
_TEXTS = frozenset({"minLength", "maxLength", "pattern"})
_LISTS = frozenset({"maxItems", "uniqueItems", "contains", "minContains", "maxContains", "prefixItems"})
_OBJECTS = frozenset({"patternProperties", "propertyNames", "minProperties", "maxProperties", "dependentRequired"})
_LOGIC = frozenset({"not", "if", "then", "else", "dependentSchemas", "unevaluatedProperties", "unevaluatedItems"})

PLAIN = Dialect("plain", dropped=frozenset({"$schema", "$id", "$comment"}))
"""Tools of every protocol that takes JSON schema as it is: nothing that matters is lost."""
OPENAI_STRICT = Dialect(
    "openai strict",
    dropped=_ANNOTATIONS | _LOGIC | (_OBJECTS - {"patternProperties"}) | frozenset({"default", "patternProperties"}),
    closed=True,
)
"""Source: OpenAI's guide to structured outputs, supported schemas."""
ANTHROPIC_FORMAT = Dialect(
    "anthropic output format",
    dropped=_ANNOTATIONS | _LOGIC | _OBJECTS | _NUMBERS | _TEXTS - {"pattern"} | _LISTS,
    closed=True,
)
"""Source: Anthropic's guide to structured outputs, JSON schema limitations."""
GEMINI = Dialect(
    "gemini",
    dropped=_ANNOTATIONS
    | _LOGIC
    | (_OBJECTS - {"minProperties", "maxProperties"})
    | frozenset({"exclusiveMinimum", "exclusiveMaximum", "multipleOf", "uniqueItems", "contains", "prefixItems"})
    | frozenset({"minContains", "maxContains", "additionalProperties", "const", "oneOf", "allOf"}),
    inline_refs=True,
    single_type=True,
)
"""The subset of OpenAPI 3.0 in `Schema`; source: the Gemini API's reference of `Schema`."""
COHERE = Dialect(
    "cohere",
    dropped=_ANNOTATIONS | _LOGIC | _OBJECTS | _NUMBERS | _TEXTS - {"pattern"} | _LISTS | frozenset({"minItems"}),
)
"""Source: Cohere's guide to structured outputs, unsupported schema features."""

_MAPS = ("properties", "$defs", "definitions", "patternProperties", "dependentSchemas")
_SINGLE = ("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames")
_MANY = ("anyOf", "oneOf", "allOf", "prefixItems")
_DEPTH = 32


def compile_schema(schema: Mapping[str, Any], dialect: Dialect) -> CompiledSchema:
    """The schema as the dialect takes it, and what it can't say."""
    lost: list[str] = []
    definitions = {**_mapping(schema.get("definitions")), **_mapping(schema.get("$defs"))}
    compiled = _compile(dict(schema), dialect, "", lost, definitions, 0)
    if dialect.inline_refs:
        compiled.pop("$defs", None)
        compiled.pop("definitions", None)
    return CompiledSchema(compiled, tuple(lost))


def all_required(schema: Any) -> bool:
    """Whether every object in a schema demands all of its properties, which strict modes insist on."""
    if isinstance(schema, list):
        return all(all_required(item) for item in schema)
    if not isinstance(schema, Mapping):
        return True
    properties = _mapping(schema.get("properties"))
    required = schema.get("required")
    if properties and not set(properties) <= set(required if isinstance(required, list) else ()):
        return False
    return all(all_required(value) for value in schema.values())


def _compile(
    node: dict[str, Any], dialect: Dialect, path: str, lost: list[str], definitions: Mapping[str, Any], depth: int
) -> dict[str, Any]:
    if dialect.inline_refs and isinstance(node.get("$ref"), str):
        target = definitions.get(node["$ref"].rsplit("/", 1)[-1])
        if isinstance(target, Mapping) and depth < _DEPTH:
            rest = {key: value for key, value in node.items() if key != "$ref"}
            return _compile({**target, **rest}, dialect, path, lost, definitions, depth + 1)
        lost.append(_join(path, "$ref"))
        return {"type": "object"}
    out: dict[str, Any] = {}
    for key, value in node.items():
        if dialect.inline_refs and key in ("$defs", "definitions"):
            continue
        if key in dialect.dropped:
            _drop(out, key, value, dialect, path, lost, definitions, depth)
        elif key in _MAPS and isinstance(value, Mapping):
            out[key] = {
                name: _sub(item, dialect, _join(path, f"{key}.{name}"), lost, definitions, depth)
                for name, item in value.items()
            }
        elif key in _SINGLE and isinstance(value, Mapping):
            out[key] = _sub(value, dialect, _join(path, key), lost, definitions, depth)
        elif key in _MANY and isinstance(value, list):
            out[key] = [
                _sub(item, dialect, _join(path, f"{key}.{n}"), lost, definitions, depth) for n, item in enumerate(value)
            ]
        else:
            out[key] = value
    if dialect.single_type:
        _one_type(out, path, lost)
    if out.get("type") == "object" or "properties" in out:
        _shape_object(out, dialect, path, lost)
    return out


def _sub(value: Any, dialect: Dialect, path: str, lost: list[str], definitions: Mapping[str, Any], depth: int) -> Any:
    if not isinstance(value, Mapping) or depth > _DEPTH:
        return value
    return _compile(dict(value), dialect, path, lost, definitions, depth + 1)


def _drop(
    out: dict[str, Any],
    key: str,
    value: Any,
    dialect: Dialect,
    path: str,
    lost: list[str],
    definitions: Mapping[str, Any],
    depth: int,
) -> None:
    """Leave a keyword out, or say it in another way that the dialect has."""
    if key == "const":
        out["enum"] = [value]
    elif key == "oneOf" and isinstance(value, list):
        out["anyOf"] = [
            _sub(item, dialect, _join(path, f"{key}.{n}"), lost, definitions, depth) for n, item in enumerate(value)
        ]
        lost.append(_join(path, key) + " (sent as anyOf)")
    elif key == "allOf" and isinstance(value, list) and len(value) == 1 and isinstance(value[0], Mapping):
        out.update(_sub(value[0], dialect, path, lost, definitions, depth))
    elif key not in _ANNOTATIONS:
        lost.append(_join(path, key))


def _shape_object(out: dict[str, Any], dialect: Dialect, path: str, lost: list[str]) -> None:
    if dialect.closed:
        if out.get("additionalProperties") not in (None, False):
            lost.append(_join(path, "additionalProperties"))
        out["additionalProperties"] = False


def _one_type(out: dict[str, Any], path: str, lost: list[str]) -> None:
    kinds = out.get("type")
    if isinstance(kinds, list):
        words = [kind for kind in kinds if kind != "null"]
        if "null" in kinds:
            out["nullable"] = True
        if len(words) == 1:
            out["type"] = words[0]
        else:
            del out["type"]
            if words:
                out["anyOf"] = [{"type": word} for word in words]
    if isinstance(out.get("enum"), list) and not all(isinstance(item, str) for item in out["enum"]):
        lost.append(_join(path, "enum") + " (only texts can be listed)")
        del out["enum"]
    if out.get("type") == "array" and "items" not in out:
        out["items"] = {"type": "string"}
        lost.append(_join(path, "items") + " (a list needs a type; sent as texts)")


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
