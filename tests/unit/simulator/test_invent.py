import jsonschema
import pytest

from workbench.simulator.invent import instance

SCHEMAS = [
    {"type": "string"},
    {"type": "string", "maxLength": 3},
    {"type": "integer", "minimum": 7},
    {"type": ["number", "null"]},
    {"type": "boolean"},
    {"type": "null"},
    {"enum": ["a", 2]},
    {"const": 5},
    {"anyOf": [{"type": "array", "items": {"type": "integer"}, "minItems": 2}, {"type": "null"}]},
    {
        "type": "object",
        "properties": {"a": {"type": "object", "properties": {"b": {"type": "boolean"}}}},
        "required": ["a"],
    },
    {"properties": {"a": {"type": "array"}}},
]


@pytest.mark.parametrize("schema", SCHEMAS, ids=str)
def test_an_instance_satisfies_its_schema(schema):
    """The invented value is valid."""
    jsonschema.validate(instance(schema, "hint"), schema)


def test_a_schema_without_end_ends():
    """Deep nesting stops instead of recursing for ever."""
    schema: dict = {"type": "object", "properties": {}}
    schema["properties"]["again"] = schema
    assert instance(schema, "hint")


def test_upper_case_types_are_known():
    """Gemini writes types in capitals."""
    assert instance({"type": "OBJECT", "properties": {"city": {"type": "STRING"}}}, "Oslo") == {"city": "Oslo"}
