"""The calls of one answer at work: checked, approved, run one after the other, limited, told and recorded."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

from workbench.domain.clean import clean_line
from workbench.domain.conversation import Lane, Response, ToolCall, ToolOutcome
from workbench.engine.events import ToolAnswered, ToolCalled
from workbench.engine.means import Means
from workbench.engine.tools import CheckedCall, validate_call

MAX_RESULT = 50_000
"""Characters of a result; the rest is left out, and the model is told."""
MAX_AUDITED = 2_000
"""Characters of a call's arguments in the audit trail; the answer keeps them all."""
REFUSED = "Error: the user did not allow this call"


class ToolLoop:
    """The rounds of one answer. Each takes the model's calls and settles them in the calls' order."""

    def __init__(self, means: Means, lane: Lane, response: Response) -> None:
        self._means = means
        self._box = means.toolbox
        self._lane = lane
        self._response = response
        self._rounds = 0
        self._calls = 0
        self._corrections = means.options.tool_corrections
        self.settled: list[ToolCall] = []
        """The calls of the round under way that are settled; what is left of a round that was stopped."""

    @property
    def exhausted(self) -> bool:
        """No further round is allowed."""
        return self._rounds >= self._means.options.tool_rounds

    async def settle(self, calls: Sequence[ToolCall], number: int, at: int) -> tuple[ToolCall, ...]:
        """Check, ask and run; one call after the other, because a later one may depend on an earlier one.

        Args:
            calls: a round's calls as received.
            number: the round, from 1.
            at: characters of text before it.
        """
        self._rounds += 1
        self.settled = []
        checked = [await self._check(replace(call, round=number, at=at)) for call in calls]
        for one in checked:
            self._means.tell(ToolCalled(self._lane.id, self._response.id, one.call, one.problem))
        exhausted = self._rounds > self._means.options.tool_rounds
        for one in checked:
            self._calls += 1
            if exhausted:
                call, approval = self._ended(one, "unrun", "Error: not run, the limit of rounds is reached"), ""
            elif self._calls > self._means.options.tool_calls:
                call, approval = self._ended(one, "unrun", "Error: not run, there are too many calls"), ""
            else:
                call, approval = await self._one(one)
            self.settled.append(call)
            self._means.tell(ToolAnswered(self._lane.id, self._response.id, call, approval))
            self._record(call, approval)
        return tuple(self.settled)

    def goes_on(self, calls: Sequence[ToolCall]) -> bool:
        """Whether the results of a round are sent back: there is one, or a correction may be asked for."""
        if any(call.outcome not in ("invalid", "unrun") for call in calls):
            return True
        if self._corrections > 0 and any(call.outcome == "invalid" for call in calls):
            self._corrections -= 1
            return True
        return False

    async def _check(self, call: ToolCall) -> CheckedCall:
        tool = self._box.tools.get(call.name)
        return await asyncio.to_thread(validate_call, tool.definition if tool else None, call)

    async def _one(self, checked: CheckedCall) -> tuple[ToolCall, str]:
        tool = self._box.tools.get(checked.call.name)
        if tool is None:
            return self._ended(checked, "unknown", f"Error: {checked.problem}"), ""
        arguments = checked.arguments
        if arguments is None:
            return self._ended(checked, "invalid", f"Error: {checked.problem}"), ""
        approval = await self._box.approval(self._lane, self._response.id, self._response.turn, checked)
        if approval == "deny":
            return self._ended(checked, "denied", REFUSED), approval
        try:
            async with asyncio.timeout(self._means.options.tool_s):
                text = await _in_thread(lambda: tool.run(arguments))
        except ValueError as error:
            return self._ended(checked, "failed", f"Error: {error}"), approval
        except TimeoutError:
            limit = f"{self._means.options.tool_s:g} s"
            return self._ended(checked, "failed", f"Error: the tool did not answer within {limit}"), approval
        except Exception as error:
            self._means.tell_trouble("tool", error)
            return self._ended(checked, "failed", f"Error: the tool failed ({type(error).__name__})"), approval
        return self._ended(checked, "done", text), approval

    def _ended(self, checked: CheckedCall, outcome: ToolOutcome, text: str) -> ToolCall:
        if len(text) > MAX_RESULT:
            text = f"{text[:MAX_RESULT]}\n({len(text) - MAX_RESULT:,} characters are left out)"
        return replace(checked.call, outcome=outcome, result=text)

    def _record(self, call: ToolCall, approval: str) -> None:
        told = {
            "target": self._response.target,
            "round": call.round,
            "name": clean_line(call.name)[:200],
            "arguments": call.arguments[:MAX_AUDITED],
            "outcome": call.outcome,
            "approval": approval,
        }
        self._means.record(self._means.recorder.event, self._response.id, "tool_call", told)


async def _in_thread(run: Callable[[], str]) -> str:
    """In a thread that nobody has to wait for: a tool that hangs holds up neither the answer nor the program's end."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[str] = loop.create_future()

    def settle(text: str | None, error: Exception | None) -> None:
        if done.done():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(text or "")

    def work() -> None:
        text, failure = None, None
        try:
            text = run()
        except Exception as error:
            failure = error
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, text, failure)

    threading.Thread(target=work, name="tool", daemon=True).start()
    return await done
