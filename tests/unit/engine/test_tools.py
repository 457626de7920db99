"""Tool calls: checked against their schema; what is allowed; the tools that come with the program."""

import json

import pytest

from workbench.domain.conversation import ToolCall, ToolDefinition
from workbench.engine.builtin_tools import builtin_tools
from workbench.engine.calculator import calculate
from workbench.engine.tools import Approvals, validate_call

ADD = ToolDefinition(
    "add",
    "Adds.",
    {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"], "additionalProperties": False},
)


def call(arguments, name="add"):
    return ToolCall("c1", name, arguments)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ("", "'a' is a required property"),
        ('{"a": 1', "no valid JSON"),
        ("[1]", "an object, not a list"),
        ('"x"', "an object, not a text"),
        ("null", "an object, not null"),
        ('{"a": "1"}', "a: '1' is not of type 'integer'"),
        ('{"a": 1, "b": 2}', "'b' was unexpected"),
        ('{"a": 1, "a": 2}', "comes twice"),
        ('{"a": NaN}', "NaN is no JSON number"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a": "' + "x" * 1_000_000 + '"}', "longer than"),
    ],
)
def test_invalid_arguments_are_data(arguments, problem):
    """P07: whatever is wrong with arguments is said in one sentence; the raw text is kept and nothing is run."""
    checked = validate_call(ADD, call(arguments))

    assert not checked.valid
    assert checked.arguments is None
    assert problem in (checked.problem or "")
    assert checked.call.arguments == arguments


def test_valid_arguments():
    """A call that keeps the schema has its arguments as an object; none at all are an empty one."""
    assert validate_call(ADD, call('{"a": 1}')).arguments == {"a": 1}
    assert validate_call(ToolDefinition("f", "", {"type": "object"}), call("", "f")).arguments == {}


def test_an_unknown_tool_is_refused():
    """P08: a call for a tool that nobody offered is refused with its name."""
    assert validate_call(None, call("{}", "rm")).problem == "no tool is called 'rm'"


def test_a_schema_never_reaches_out():
    """A schema that refers to the network is unusable instead of being fetched."""
    remote = ToolDefinition("f", "", {"$ref": "http://127.0.0.1:9/schema.json"})

    assert "can't be used" in (validate_call(remote, call("{}")).problem or "")


def test_approvals_have_a_scope():
    """Once is asked again, a turn lasts as long as the turn, the session until its end."""
    approvals = Approvals()
    approvals.give("clock", "t1", "once")
    assert not approvals.given("clock", "t1")
    approvals.give("clock", "t1", "turn")
    assert approvals.given("clock", "t1")
    assert not approvals.given("clock", "t2")
    approvals.give("clock", "t2", "session")
    assert approvals.given("clock", "t3")
    assert not approvals.given("lookup", "t3")


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("2 + 3 * 4", 14),
        ("-(1/4)", -0.25),
        ("7 // 2 % 2", 1),
        ("2 ** 0.5", 2**0.5),
        ("max(1, sqrt(16)) + round(pi)", 7.0),
    ],
)
def test_the_calculator_computes(expression, value):
    """Arithmetic with a few functions has its value."""
    assert calculate(expression) == value


@pytest.mark.parametrize(
    "expression",
    [
        "__import__('os')",
        "1 + ",
        "9**9**9",
        "(1).__class__",
        "[1]*9",
        "1/0",
        "2**100000",
        "'a'*3",
        "True",
        "(" * 200,
        "1" * 301,
        "log(-1)",
        "10.0**400",
        "lambda: 1",
        "(-1)**0.5",
    ],
)
def test_the_calculator_refuses_everything_else(expression):
    """F11: nothing but bounded arithmetic is understood; the rest is a sentence, never an accident."""
    with pytest.raises(ValueError, match=r"\w"):
        calculate(expression)


def test_the_lookup_reads_one_named_file(tmp_path):
    """Lines that hold all words are found with their numbers; without a named file there is no lookup."""
    path = tmp_path / "notes.txt"
    path.write_text("Red apple\nGreen pear\nRED cherry apple\n")
    tool = builtin_tools(path)["lookup"]

    assert tool.run({"query": "apple red"}) == "1: Red apple\n3: RED cherry apple"
    assert tool.run({"query": "plum"}) == "no line holds all of these words"
    assert "lookup" not in builtin_tools()
    path.unlink()
    with pytest.raises(ValueError, match="can't be read"):
        tool.run({"query": "apple"})


def test_the_tools_schemas_are_json():
    """Every tool's schema can be sent as it is."""
    for tool in builtin_tools().values():
        assert json.loads(json.dumps(dict(tool.definition.parameters)))["type"] == "object"
