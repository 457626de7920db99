"""Answers with tools: calls are run and sent back until the model is content, stopped, or at a limit."""

import asyncio
import datetime
import threading
from dataclasses import replace

import pytest

from tests.unit.engine.stage import KeptRecorder, Stage
from workbench.domain.conversation import (
    OpaquePart,
    TextPart,
    ToolCall,
    ToolCallPart,
    ToolDefinition,
    ToolResultPart,
)
from workbench.domain.events import BlockDelta, BlockEnd, BlockStart, Finish, Headers, UsageUpdate
from workbench.domain.timing import Timing, tokens_per_second
from workbench.domain.usage import Usage, sum_of
from workbench.engine.builtin_tools import builtin_tools
from workbench.engine.events import AttemptStarted, ToolAnswered, ToolCalled
from workbench.engine.live import LaneMeter
from workbench.engine.moments import across
from workbench.engine.options import EngineOptions
from workbench.engine.toolbox import Toolbox
from workbench.engine.tools import Tool
from workbench.providers.base import Arrival
from workbench.providers.scripted import ScriptedProvider, said

NOW = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)


class EventRecorder(KeptRecorder):
    """Keeps the audit trail too."""

    def __init__(self):
        super().__init__()
        self.audit = []

    def event(self, scope, kind, data):
        self.audit.append((scope, kind, dict(data)))


class Asked:
    """An approver that gives the answers it was told to, and remembers whom it was asked about."""

    def __init__(self, *answers):
        self.answers = list(answers) or ["once"]
        self.calls = []
        self.at_once = self.most = 0

    async def __call__(self, lane, response, call, definition):
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        self.calls.append((lane.id, call.call.name, call.call.arguments, definition.name))
        return self.answers[min(len(self.calls), len(self.answers)) - 1]


def calling(*calls, text="", opaque=None, usage=None):
    """A take that ends with tool calls: (id, name, arguments)."""
    events = [Headers(200, "r")]
    block = 0
    if opaque is not None:
        events += [BlockStart(0, "reasoning"), BlockDelta(0, "hm"), BlockEnd(0, opaque)]
        block = 1
    if text:
        events += [BlockStart(block, "text"), BlockDelta(block, text)]
        block += 1
    for call_id, name, arguments in calls:
        events.append(BlockStart(block, "tool", name, call_id))
        if arguments:
            events.append(BlockDelta(block, arguments))
        block += 1
    if usage is not None:
        events.append(UsageUpdate(usage, {}))
    return [Arrival(0.0, [*events, Finish("tool_calls", "tool_calls")])]


def stage(*takes, approver=None, tools=None, options=EngineOptions(), **more):
    box = Toolbox(tools or builtin_tools(now=lambda: NOW), approver)
    provider = ScriptedProvider(takes[0], *takes[1:], clock=asyncio.get_running_loop().time)
    return Stage(provider, toolbox=box, options=options, recorder=EventRecorder(), **more), provider


CLOCK = ("c1", "clock", "{}")


async def test_a_call_is_approved_run_and_answered():
    """A valid call is shown to the user, run, sent back with its result; the answer goes on in the same response."""
    asked = Asked()
    played, provider = stage(
        calling(CLOCK, text="Let me see. ", opaque={"signature": "s"}, usage=Usage(10, 5)),
        said("It is ", "four.", usage=Usage(20, 7)),
        approver=asked,
    )
    meter = LaneMeter("1")
    (answer,) = await played.ask("What time?")
    for event in played.events:
        meter.heard(event)

    assert (answer.state, answer.finish_reason) == ("complete", "stop")
    assert answer.text == "Let me see. It is four."
    (call,) = answer.tool_calls
    assert call == ToolCall("c1", "clock", "{}", 1, len("Let me see. "), "done", "2026-01-02T03:04:05+00:00")
    assert asked.calls == [("1", "clock", "{}", "clock")]
    assert [event.attempt.reason for event in played.told(AttemptStarted)] == ["first", "tool"]
    second = provider.requests[1]
    assert [tool.name for tool in second.tools] == ["clock", "calculator"]
    assert [message.role for message in second.messages] == ["user", "assistant", "tool"]
    assert second.messages[1].parts == (
        OpaquePart("p1", "openai-chat", {"signature": "s"}, 1),
        TextPart("Let me see. "),
        ToolCallPart("c1", "clock", "{}"),
    )
    assert second.messages[2].parts == (ToolResultPart("c1", "clock", "2026-01-02T03:04:05+00:00"),)
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (30, 12)
    assert answer.cost_nano == 30 * 3_000 + 12 * 15_000
    assert meter.figures().cost_nano == answer.cost_nano
    assert "".join(text for (_, kind), text in played.recorder.streamed.items() if kind == "text") == answer.text
    ((scope, kind, told),) = played.recorder.audit
    assert (scope, kind) == (answer.id, "tool_call")
    assert told | {"approval": "once", "outcome": "done", "target": "p1/m", "name": "clock"} == told


async def test_parallel_calls_keep_their_order_and_group():
    """Calls of one round are told together before the first is run, answered in order, and share a round."""
    calls = (
        ("a", "calculator", '{"expression": "1+1"}'),
        ("b", "clock", "{}"),
        ("c", "calculator", '{"expression": "3"}'),
    )
    played, provider = stage(calling(*calls), calling(CLOCK), said("done"), approver=Asked("session"))
    (answer,) = await played.ask()

    assert [(call.round, call.name, call.result) for call in answer.tool_calls] == [
        (1, "calculator", "2"),
        (1, "clock", "2026-01-02T03:04:05+00:00"),
        (1, "calculator", "3"),
        (2, "clock", "2026-01-02T03:04:05+00:00"),
    ]
    kinds = [type(event) for event in played.events if isinstance(event, ToolCalled | ToolAnswered)]
    assert kinds == [ToolCalled] * 3 + [ToolAnswered] * 3 + [ToolCalled, ToolAnswered]
    assert len(provider.requests[2].messages) == 5


async def test_calls_with_the_same_id_or_none():
    """P10: two calls with the same id and two without one get ids of their own; each result goes with its call."""
    calls = [("x", "calculator", f'{{"expression": "{n}"}}') for n in (1, 2)]
    calls += [(None, "calculator", f'{{"expression": "{n}"}}') for n in (3, 4)]
    played, provider = stage(calling(*calls), calling(("x", "clock", "{}")), said("ok"), approver=Asked("turn"))
    (answer,) = await played.ask()

    assert [call.call_id for call in answer.tool_calls] == ["x", "x", None, None, "x"]
    asked, told, again, clock = provider.requests[2].messages[1:]
    ids = [part.call_id for part in asked.parts]
    assert len({*ids, again.parts[0].call_id}) == 5
    assert all(ids)
    assert [(part.call_id, part.text) for part in told.parts] == list(zip(ids, "1234", strict=True))
    assert clock.parts[0].call_id == again.parts[0].call_id


async def test_an_invalid_call_is_not_run():
    """P07: a call that breaks its schema is shown, raw, with the reason; nobody is asked and nothing runs."""
    asked = Asked()
    played, provider = stage(calling(("c", "calculator", '{"expression": 5')), approver=asked)
    (answer,) = await played.ask()

    assert (answer.state, answer.finish_reason) == ("complete", "tool_calls")
    assert answer.tool_calls[0].arguments == '{"expression": 5'
    assert answer.tool_calls[0].outcome == "invalid"
    assert any("tool call invalid" in line for line in answer.warnings)
    assert "no valid JSON" in played.told(ToolCalled)[0].problem
    assert (asked.calls, len(provider.requests)) == ([], 1)


async def test_a_correction_where_it_is_allowed():
    """P07: where one correction is allowed, the model is told once what was wrong; a second invalid call ends it."""
    bad = calling(("c", "calculator", "[]"))
    played, provider = stage(bad, bad, said("never"), approver=Asked(), options=EngineOptions(tool_corrections=1))
    (answer,) = await played.ask()

    assert len(provider.requests) == 2
    assert "must be an object" in provider.requests[1].messages[-1].parts[0].text
    assert [call.outcome for call in answer.tool_calls] == ["invalid", "invalid"]


async def test_an_unknown_tool_is_refused_to_the_model():
    """P08: a call for a tool that was not offered is refused, the refusal goes back, and the answer goes on."""
    asked = Asked()
    played, provider = stage(calling(("c", "shell", '{"command": "rm -rf /"}')), said("I can't."), approver=asked)
    (answer,) = await played.ask()

    assert answer.tool_calls[0].outcome == "unknown"
    result = provider.requests[1].messages[-1].parts[0]
    assert (result.text, result.is_error) == ("Error: no tool is called 'shell'", True)
    assert asked.calls == []
    assert answer.text == "I can't."


async def test_what_the_user_denies_is_told():
    """A call that the user denies is not run; the model hears so and answers without it."""
    played, provider = stage(calling(CLOCK), said("Then I guess."), approver=Asked("deny"))
    (answer,) = await played.ask()

    assert answer.tool_calls[0].outcome == "denied"
    assert "did not allow" in provider.requests[1].messages[-1].parts[0].text


async def test_rounds_end():
    """P09: a model that calls for ever is stopped at the limit; all calls are kept, the last unrun, and it is told."""
    played, provider = stage(calling(CLOCK), approver=Asked("session"))
    (answer,) = await played.ask()

    assert len(provider.requests) == 9
    assert (answer.state, answer.finish_reason) == ("complete", "tool_calls")
    assert [call.outcome for call in answer.tool_calls] == ["done"] * 8 + ["unrun"]
    assert any(line.startswith("tool_limit") for line in answer.warnings)
    assert len(played.recorder.audit) == 9


async def test_calls_in_one_round_end_too():
    """P09: of two hundred calls at once only a limited number is run."""
    played, _ = stage(calling(*[CLOCK] * 200), said("ok"), approver=Asked("session"))
    (answer,) = await played.ask()

    assert [call.outcome for call in answer.tool_calls].count("done") == 100
    assert len(answer.tool_calls) == 200


async def test_approvals_last_as_long_as_was_said():
    """`turn` holds until the next prompt, `session` for all lanes; questions come one at a time."""
    asked = Asked("turn", "session")
    played, _ = stage(
        calling(CLOCK), calling(CLOCK), said("a"), calling(CLOCK), said("b"), calling(CLOCK), said("c"), approver=asked
    )
    for prompt in ("one", "two", "three"):
        await played.ask(prompt)

    assert len(asked.calls) == 2
    assert asked.most == 1


async def test_without_an_approver_calls_are_only_shown():
    """Nobody to ask: the calls are the answer, as they came."""
    played, provider = stage(calling(CLOCK))
    (answer,) = await played.ask()

    assert answer.tool_calls == (ToolCall("c1", "clock", "{}"),)
    assert (answer.state, answer.finish_reason, len(provider.requests)) == ("complete", "tool_calls", 1)


async def test_a_tool_that_hangs_or_breaks_is_left():
    """F11: a tool that takes too long, writes without end or raises is a result for the model; the answer goes on."""
    hang = threading.Event()

    def broken(_):
        raise KeyError("secret detail")

    schema = {"type": "object"}
    tools = {
        "sleeper": Tool(ToolDefinition("sleeper", "", schema), lambda _: str(hang.wait(60))),
        "talker": Tool(ToolDefinition("talker", "", schema), lambda _: "x" * 1_000_000),
        "broken": Tool(ToolDefinition("broken", "", schema), broken),
    }
    played, _ = stage(
        calling(*[("", name, "{}") for name in tools]),
        said("ok"),
        approver=Asked(),
        tools=tools,
        options=EngineOptions(tool_s=0.05),
    )
    (answer,) = await played.ask()
    hang.set()

    slow, long, odd = answer.tool_calls
    assert slow.result == "Error: the tool did not answer within 0.05 s"
    assert len(long.result) < 51_000
    assert long.result.endswith("characters are left out)")
    assert odd.result == "Error: the tool failed (KeyError)"


async def test_stopping_while_the_user_is_asked():
    """A response that is stopped while its call waits for an answer ends as cancelled, once, with what was received."""
    waiting = asyncio.Event()

    async def never(lane, response, call, definition):
        waiting.set()
        await asyncio.get_running_loop().create_future()

    played, provider = stage(calling(CLOCK, text="Wait"), approver=never)
    turn = played.comparison.send("hi")
    await waiting.wait()
    played.comparison.stop()
    await played.comparison.wait()
    (answer,) = played.answers(turn.id)

    assert (answer.state, answer.text, len(provider.requests)) == ("cancelled", "Wait", 1)
    assert [(call.name, call.outcome) for call in answer.tool_calls] == [("clock", None)]


async def test_a_later_round_that_fails_keeps_what_was_said():
    """A second round that can't be had leaves the first one's words: the answer is truncated, not failed."""
    from workbench.domain.errors import ErrorInfo, ProviderError

    played, _ = stage(calling(CLOCK, text="First. "), [ProviderError(ErrorInfo("bad_request", "no"))], approver=Asked())
    (answer,) = await played.ask()

    assert (answer.state, answer.text, answer.error.kind) == ("truncated", "First. ", "bad_request")
    assert answer.tool_calls[0].outcome == "done"


async def test_later_turns_know_the_calls():
    """The next prompt's history holds calls and results in their places, with what only the provider can read."""
    played, provider = stage(
        calling(CLOCK, text="A. ", opaque={"call": 0, "thoughtSignature": "sig"}),
        said("B."),
        said("next"),
        approver=Asked(),
    )
    await played.ask("first")
    await played.ask("second")

    messages = provider.requests[2].messages
    assert [message.role for message in messages] == ["user", "assistant", "tool", "assistant", "user"]
    assert messages[1].parts[0].data == {"call": 0, "thoughtSignature": "sig"}
    assert [message.text for message in messages] == ["first", "A. ", "", "B.", "second"]

    played.comparison.set_toolbox(Toolbox())
    await played.ask("third")
    plain = provider.requests[3].messages
    assert [message.role for message in plain] == ["user", "assistant", "user", "assistant", "user"]
    assert plain[1].parts == (TextPart("A. B."),)


async def test_an_answer_is_held_against_its_schema():
    """An answer that is not what the schema demands is kept, with a warning that says why."""
    schema = {"type": "object", "required": ["n"]}
    played, provider = stage(said('{"m": 1}'), said('{"n": 1}'), output_schema=schema)
    (bad,) = await played.ask()
    (good,) = await played.ask()

    assert provider.requests[0].output_schema == schema
    assert any("'n' is a required property" in line for line in bad.warnings)
    assert not any("schema" in line for line in good.warnings)


def test_the_time_between_rounds_is_a_pause():
    """An answer with rounds begins with the first round's token and ends with the last; waiting slows no model down."""
    rounds = [(10.0, Timing(first_token_s=1.0, end_s=2.0)), (30.0, Timing(first_token_s=1.0, end_s=2.0))]
    timing = across(rounds, 10.0)

    assert (timing.first_token_s, timing.end_s, timing.paused_s) == (1.0, 22.0, 19.0)
    assert tokens_per_second(20, timing) == pytest.approx(10.0)


def test_usage_of_rounds_is_one_sum():
    """What one round does not say is unknown of all; an estimate makes the sum one."""
    assert sum_of([Usage(1, 2), Usage(3, None, source="estimated")]) == Usage(4, None, source="estimated")
    assert sum_of([replace(Usage(1, 2), cached_input_tokens=1)]).cached_input_tokens == 1
