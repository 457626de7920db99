"""Our one schema in each dialect, and what is reported as lost."""

from workbench.providers.tool_schema import ANTHROPIC_FORMAT, GEMINI, OPENAI_STRICT, PLAIN, all_required, compile_schema

SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "age": {"type": ["integer", "null"], "minimum": 0, "exclusiveMaximum": 200},
        "pet": {"$ref": "#/$defs/Pet"},
        "tags": {"type": "array", "items": {"type": "string", "pattern": "^a"}, "uniqueItems": True},
        "kind": {"const": "cat"},
    },
    "required": ["age", "pet", "tags", "kind"],
    "$defs": {"Pet": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}},
}


def test_plain_loses_nothing():
    """Where JSON schema is taken as it is, only its own address is left out."""
    compiled = compile_schema(SCHEMA, PLAIN)

    assert compiled.lost == ()
    assert compiled.schema == {key: value for key, value in SCHEMA.items() if key != "$schema"}


def test_gemini_gets_one_type_and_no_references():
    """Definitions are put in their place, null becomes `nullable`, a constant a list of one; the rest is reported."""
    compiled = compile_schema(SCHEMA, GEMINI)
    properties = compiled.schema["properties"]

    assert properties["age"] == {"type": "integer", "minimum": 0, "nullable": True}
    assert properties["pet"]["properties"] == {"name": {"type": "string"}}
    assert properties["kind"] == {"enum": ["cat"]}
    assert "$defs" not in compiled.schema
    assert compiled.lost == ("properties.age.exclusiveMaximum", "properties.tags.uniqueItems")


def test_a_reference_to_itself_ends():
    """A schema that holds itself is cut off at a depth instead of going on for ever."""
    tree = {
        "$ref": "#/$defs/Node",
        "$defs": {"Node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/Node"}}}},
    }
    compiled = compile_schema(tree, GEMINI)

    assert compiled.schema["type"] == "object"
    assert any(line.endswith("$ref") for line in compiled.lost)


def test_strict_dialects_close_objects():
    """Closed objects say so at every depth; limits on numbers are reported where they are refused."""
    strict = compile_schema(SCHEMA, OPENAI_STRICT)
    anthropic = compile_schema(SCHEMA, ANTHROPIC_FORMAT)

    assert strict.schema["additionalProperties"] is False
    assert strict.schema["$defs"]["Pet"]["additionalProperties"] is False
    assert "properties.age.minimum" in anthropic.lost
    assert anthropic.schema["properties"]["tags"]["items"] == {"type": "string", "pattern": "^a"}


def test_whether_everything_is_required():
    """Strict modes insist that every property of every object is required."""
    assert all_required(SCHEMA)
    assert not all_required({"type": "array", "items": {"type": "object", "properties": {"a": {}}}})
