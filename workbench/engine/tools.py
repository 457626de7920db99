"""Calls that a model asks for: checked against our schema, approved by the user, run in order, limited in rounds.

An invalid call is data, never an accident: its raw text is kept and the model is told what was wrong. What the tools
themselves do is in `builtin_tools.py`.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from workbench.domain.clean import clean_line
from workbench.domain.conversation import ToolCall, ToolDefinition, ToolResultPart

MAX_ROUNDS = 8
"""Times that results are sent back within one answer."""
MAX_ARGUMENTS = 100_000
"""Characters of a call's arguments."""
MAX_RESULT = 50_000
"""Characters of a result; the rest is left out, and the model is told."""
Scope = Literal["once", "turn", "session"]


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


class ToolRounds:
    """The rounds of one answer: each takes the model's calls and gives their results, in the calls' order."""

    def __init__(
        self,
        tools: Mapping[str, Tool],
        approve: Callable[[CheckedCall], Awaitable[bool]],
        max_rounds: int = MAX_ROUNDS,
    ) -> None:
        self._tools = tools
        self._approve = approve
        self._left = max_rounds
        self.checked: list[CheckedCall] = []
        """Every call so far, the invalid ones too."""

    @property
    def exhausted(self) -> bool:
        """No further round is allowed; the answer ends with its calls unanswered."""
        return self._left <= 0

    async def answer(self, calls: Sequence[ToolCall]) -> tuple[ToolResultPart, ...]:
        """Check, ask and run, one call after the other: a later one may depend on an earlier one.

        Raises:
            RuntimeError: the rounds are used up; ask `exhausted` first.
        """
        if self.exhausted:
            raise RuntimeError("the rounds of this answer are used up")
        self._left -= 1
        return tuple([await self._one(call, number) for number, call in enumerate(calls)])

    async def _one(self, call: ToolCall, number: int) -> ToolResultPart:
        tool = self._tools.get(call.name)
        checked = await asyncio.to_thread(validate_call, tool.definition if tool else None, call)
        self.checked.append(checked)
        call_id = call.call_id or f"call_{number}"
        if tool is None or checked.arguments is None:
            return ToolResultPart(call_id, call.name, f"Error: {checked.problem}", is_error=True)
        if not await self._approve(checked):
            return ToolResultPart(call_id, call.name, "Error: the user did not allow this call", is_error=True)
        try:
            text = await asyncio.to_thread(tool.run, checked.arguments)
        except ValueError as error:
            return ToolResultPart(call_id, call.name, f"Error: {error}", is_error=True)
        if len(text) > MAX_RESULT:
            text = f"{text[:MAX_RESULT]}\n({len(text) - MAX_RESULT:,} characters are left out)"
        return ToolResultPart(call_id, call.name, text)


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
