"""Tool calls: checked, approved, run in order, limited."""

import datetime
import json

import pytest

from workbench.domain.conversation import ToolCall, ToolDefinition
from workbench.engine.builtin_tools import builtin_tools
from workbench.engine.calculator import calculate
from workbench.engine.tools import Approvals, ToolRounds, validate_call

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


def rounds(allowed=True, max_rounds=8, asked=None):
    async def approve(checked):
        if asked is not None:
            asked.append(checked.call.name)
        return allowed

    now = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)
    return ToolRounds(builtin_tools(now=lambda: now), approve, max_rounds)


async def test_results_keep_the_order_of_the_calls():
    """Results come in the order of the calls, one for each, with the calls' ids; an invalid call asks nobody."""
    asked: list[str] = []
    work = rounds(asked=asked)
    results = await work.answer(
        [
            ToolCall("a", "clock", '{"timezone": "Europe/Berlin"}'),
            ToolCall(None, "calculator", '{"expression": "2^10"}'),
            ToolCall("c", "calculator", "{}"),
            ToolCall("d", "shell", "{}"),
        ]
    )

    assert [(result.call_id, result.is_error) for result in results] == [
        ("a", False),
        ("call_1", False),
        ("c", True),
        ("d", True),
    ]
    assert [result.text for result in results[:2]] == ["2026-01-02T04:04:05+01:00", "1024"]
    assert asked == ["clock", "calculator"]
    assert [checked.valid for checked in work.checked] == [True, True, False, False]


async def test_what_the_user_refuses_is_told_to_the_model():
    """A call that the user did not allow is not run; the model is told."""
    (result,) = await rounds(allowed=False).answer([ToolCall("a", "clock", "{}")])

    assert result.is_error
    assert "did not allow" in result.text


async def test_the_rounds_end():
    """P09: a model that calls for ever is stopped at the limit."""
    work = rounds(max_rounds=2)
    for _ in range(2):
        await work.answer([ToolCall("a", "clock", "{}")])

    assert work.exhausted
    with pytest.raises(RuntimeError, match="used up"):
        await work.answer([])


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
