"""Calls that a model asks for, checked against our schema, and what the user has allowed.

An invalid call is data, never an accident: its raw text is kept and the model is told what was wrong. What the tools
themselves do is in `builtin_tools.py`, when they are run in `tool_loop.py`.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from workbench.domain.clean import clean_line
from workbench.domain.conversation import ToolCall, ToolDefinition

MAX_ARGUMENTS = 100_000
"""Characters of a call's arguments."""
Scope = Literal["once", "turn", "session"]
Approval = Literal["once", "turn", "session", "deny"]
"""What a user says to a call: this one, this tool for the rest of the turn or of the session, or no."""


@dataclass(frozen=True, slots=True)
class Tool:
    """Something harmless that a model may ask for."""

    definition: ToolDefinition
    run: Callable[[Mapping[str, Any]], str]
    """Blocks briefly; raises `ValueError` with a sentence for the model."""


@dataclass(frozen=True, slots=True)
class CheckedCall:
    """A call, and what was found when it was checked."""

    call: ToolCall
    arguments: Mapping[str, Any] | None
    """None: the call is invalid."""
    problem: str | None = None
    """What is wrong with it, in one sentence for people and models."""

    @property
    def valid(self) -> bool:
        """Whether it may be run."""
        return self.problem is None


def validate_call(definition: ToolDefinition | None, call: ToolCall) -> CheckedCall:
    """Check a call's raw arguments against its tool's schema; None stands for a tool that nobody offered."""
    if definition is None:
        return CheckedCall(call, None, f"no tool is called {clean_line(call.name)[:100]!r}")
    if len(call.arguments) > MAX_ARGUMENTS:
        return CheckedCall(call, None, f"the arguments are longer than {MAX_ARGUMENTS:,} characters")
    try:
        arguments = json.loads(call.arguments.strip() or "{}", object_pairs_hook=_unique, parse_constant=_no_constant)
    except RecursionError:
        return CheckedCall(call, None, "the arguments are nested too deeply")
    except ValueError as error:
        return CheckedCall(call, None, f"the arguments are no valid JSON: {error}")
    if not isinstance(arguments, dict):
        return CheckedCall(call, None, f"the arguments must be an object, not {_kind(arguments)}")
    problem = schema_problem(definition.parameters, arguments)
    return CheckedCall(call, None if problem else arguments, problem)


def schema_problem(schema: Mapping[str, Any], value: Any) -> str | None:
    """The most telling reason why a value does not satisfy a schema, None if it does; references are never fetched."""
    import jsonschema
    import referencing
    import referencing.exceptions

    try:
        validator = jsonschema.Draft202012Validator(schema, registry=referencing.Registry())
        error = jsonschema.exceptions.best_match(validator.iter_errors(value))
    except (jsonschema.exceptions.SchemaError, referencing.exceptions.Unresolvable) as trouble:
        return f"the tool's schema can't be used: {clean_line(str(trouble))[:200]}"
    except RecursionError:
        return "the arguments are nested too deeply"
    if error is None:
        return None
    place = clean_line(error.json_path).removeprefix("$.").removeprefix("$")
    message = clean_line(str(error.message))[:300]
    return f"{place}: {message}" if place else message


def schema_fault(schema: Mapping[str, Any]) -> str | None:
    """Why this is no JSON schema, None when it is one."""
    import jsonschema

    try:
        jsonschema.Draft202012Validator.check_schema(schema)
    except jsonschema.exceptions.SchemaError as trouble:
        return clean_line(str(trouble.message))[:200]
    except RecursionError:
        return "it is nested too deeply"
    return None


def answer_problem(schema: Mapping[str, Any], text: str) -> str | None:
    """Why an answer is not what a schema demands; None when it is."""
    try:
        value = json.loads(text)
    except RecursionError:
        return "it is nested too deeply"
    except ValueError as error:
        return f"it is no valid JSON: {error}"
    return schema_problem(schema, value)


class Approvals:
    """What the user has allowed: once, a tool for the rest of a turn, or a tool for the session."""

    def __init__(self) -> None:
        self._session: set[str] = set()
        self._turns: set[tuple[str, str]] = set()

    def given(self, tool: str, turn: str) -> bool:
        """Whether this tool needs no question in this turn."""
        return tool in self._session or (tool, turn) in self._turns

    def give(self, tool: str, turn: str, scope: Scope) -> None:
        """Take over an answer; `once` is not remembered."""
        if scope == "session":
            self._session.add(tool)
        elif scope == "turn":
            self._turns.add((tool, turn))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name comes twice in one object")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    return {list: "a list", str: "a text", bool: "true or false"}.get(type(value), "a number")
