"""One response at work: its attempts, one after another, until one stands."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

from workbench.domain.catalog import ProviderConfig, parse_target
from workbench.domain.conversation import Attempt, AttemptReason, Lane, Message, ModelRequest, Response, ToolCall
from workbench.domain.errors import ConfigurationError, ErrorInfo, ProviderError, RoutingError
from workbench.domain.ids import new_id
from workbench.domain.prices import rates_as_mapping
from workbench.domain.timing import PackedDeltas, Timing
from workbench.domain.usage import Usage
from workbench.engine.abilities import capabilities_of, inability
from workbench.engine.accounting import rates_for, total_cost
from workbench.engine.attempt import AttemptRun
from workbench.engine.end_state import End, Received, end_of
from workbench.engine.estimate import request_tokens
from workbench.engine.events import ResponseStarted, RetryScheduled
from workbench.engine.means import Means, utc_now
from workbench.engine.moments import since
from workbench.engine.retry import Again, after_failure
from workbench.engine.rounds import Rounds
from workbench.engine.tool_loop import ToolLoop
from workbench.engine.tool_messages import round_messages, with_own_ids
from workbench.engine.tools import answer_problem
from workbench.providers.base import Provider

STOP_S = 1.0
"""How long a stopped stream may take to hang up before its response ends without it."""
REPAIRS = 3
"""Times that a refused request is corrected: each correction is another parameter, none is made twice."""

MessagesOf = Callable[[str], tuple[Message, ...]]
"""The messages to send, for the provider that will be asked; called when the response begins, not when it is queued."""


class ResponseRun:
    """Answers one prompt in one lane. `ended` holds the response once it is over."""

    def __init__(
        self,
        means: Means,
        lane: Lane,
        response: Response,
        messages_of: MessagesOf,
        on_end: Callable[["ResponseRun", Response], None],
        *,
        partial: Response | None = None,
    ) -> None:
        self.response = response
        self.ended: Response | None = None
        self.task: asyncio.Task[None] | None = None
        self.stopping = False
        self._means = means
        self._lane = lane
        self._messages_of = messages_of
        self._on_end = on_end
        self._partial = partial
        self._queued_at_s = means.clock()
        self._start_s: float | None = None
        self._attempts: list[Attempt] = []
        self._warnings: list[str] = []
        self._deltas = PackedDeltas()
        self._current: AttemptRun | None = None
        self._rounds = Rounds()

    @property
    def lane(self) -> Lane:
        """The lane as it was when the response was asked for."""
        return self._lane

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """The attempts that are over, in order."""
        return tuple(self._attempts)

    def stop(self) -> None:
        """End it as cancelled, keeping what was received."""
        self.stopping = True
        if self.task is not None:
            self.task.cancel()
            asyncio.get_running_loop().call_later(STOP_S, self.end, End("cancelled", "cancelled"))
        else:
            self.end(End("cancelled", "cancelled"))

    async def run(self) -> None:
        """Answer. Whatever happens, the response ends exactly once."""
        try:
            end = await self._answer()
        except asyncio.CancelledError:
            self.end(End("cancelled", "cancelled"))
            if not self.stopping:
                raise
        except Exception as error:
            said = f"a fault in this program ended the answer ({type(error).__name__}); please report it"
            self._means.tell_trouble("engine", error)
            self.end(end_of(self._received(), None, ErrorInfo("internal", said)))
        else:
            self.end(end)
        finally:
            if self._current is not None:
                await self._current.let_go()

    def end(self, end: End) -> None:
        """Settle the response, record it and hand it over; only the first call counts."""
        if self.ended is not None:
            return
        if self.stopping:
            end = End("cancelled", "cancelled")
        if self._current is not None and self._current.end is None:
            self._current.abandon()
            self._keep(self._current)
        self.ended = ended = self._settled(end)
        self._means.record(self._means.recorder.response_ended, ended)
        self._on_end(self, ended)

    async def _answer(self) -> End:
        means = self._means
        self._begin()
        try:
            target = parse_target(self._lane.target)
            config, provider = means.deployments.open(target)
        except (ConfigurationError, RoutingError) as error:
            return _refused(ErrorInfo("config", str(error)))
        except ProviderError as error:
            return _refused(error.info)
        self.response = replace(self.response, simulated=config.simulated)
        box, able = means.toolbox, capabilities_of(means.deployments, target)
        takes_tools = able.get("tools") is not False
        if box.tools and not takes_tools:
            self._warnings.append(f"tools_left_out: {target} takes no tools")
        request = ModelRequest(
            target.name,
            with_own_ids(self._messages_of(config.name)),
            self._lane.system,
            self._lane.parameters,
            box.definitions if takes_tools else (),
            output_schema=means.output_schema,
        )
        if unable := inability(target, able, request.messages):
            return _refused(ErrorInfo("config", unable))
        loop = ToolLoop(means, self._lane, self.response) if box.runs and takes_tools else None
        reason: AttemptReason = "first" if self._partial is None else "resume"
        while True:
            end, run, request = await self._round(config, provider, request, reason)
            if loop is None or end.state != "complete" or not run.assembly.has_tool_calls:
                break
            calls = await self._settle(loop, run)
            if not loop.goes_on(calls):
                self._warnings.append(_stopped(calls))
                break
            messages = round_messages(calls, run.assembly.text, self.response.opaque, config.name)
            request, reason = replace(request, messages=with_own_ids((*request.messages, *messages))), "tool"
        await self._check_schema(run.assembly.text if end.state == "complete" else "")
        return self._rounds.end(end, self.response)

    async def _settle(self, loop: ToolLoop, run: AttemptRun) -> tuple[ToolCall, ...]:
        """Have a round's calls run, and count the round to the answer; also when it is stopped in the middle."""
        number = 1 + max((call.round for call in self.response.tool_calls), default=0)
        before, asked = self.response, run.assembly.tool_calls
        answer = self.response = self._rounds.join(self.response, run, number)
        at = len(answer.text)
        shown = tuple(replace(call, round=number, at=at) for call in asked)
        calls: tuple[ToolCall, ...] = ()
        try:
            calls = await loop.settle(asked, number, at)
        finally:
            # Of a round that was stopped nothing goes back: its calls stay what was asked for, without an answer.
            settled = calls or (*loop.settled, *shown[len(loop.settled) :])
            self.response = replace(answer, tool_calls=(*before.tool_calls, *settled))
        return calls

    async def _check_schema(self, text: str) -> None:
        schema = self._means.output_schema
        if schema is not None and text.strip():
            problem = await asyncio.to_thread(answer_problem, schema, text)
            if problem:
                self._warnings.append(f"schema: the answer does not satisfy the schema: {problem}")

    async def _round(
        self, config: ProviderConfig, provider: Provider, request: ModelRequest, reason: AttemptReason
    ) -> tuple[End, AttemptRun, ModelRequest]:
        """One round: attempts until one stands. The request may have been corrected on the way."""
        means = self._means
        retries = repairs = 0
        while True:
            end, run = await self._attempt(config, provider, request, reason)
            failure = run.attempt.error
            if failure is None or run.assembly.has_content or run.assembly.finish is not None:
                return end, run, request
            self._warnings += [line for line in run.assembly.warnings if line not in self._warnings]
            repaired = self._repaired(provider, request, failure) if repairs < REPAIRS else None
            if repaired is not None:
                self._warnings.append(f"corrected: the request was changed after the provider said: {failure.message}")
                request, reason, repairs = repaired, "corrective", repairs + 1
                continue
            decision = after_failure(failure, retries, means.options, means.random)
            if not isinstance(decision, Again):
                return replace(end, error=decision.error), run, request
            retries, reason = retries + 1, "retry"
            means.tell(
                RetryScheduled(
                    self._lane.id, self.response.id, decision.wait_s, retries, means.options.retries, failure
                )
            )
            await asyncio.sleep(decision.wait_s)

    def _begin(self) -> None:
        """Tell that the response begins; a continued one begins with what was there."""
        means, response = self._means, self.response
        means.tell(ResponseStarted(response))
        for kind, text in (("reasoning", response.reasoning), ("text", response.text)):
            if text:
                self._deltas.add(0.0, len(text))
                means.record(means.recorder.delta, response.id, 0.0, kind, text)

    async def _attempt(
        self, config: ProviderConfig, provider: Provider, request: ModelRequest, reason: AttemptReason
    ) -> tuple[End, AttemptRun]:
        means = self._means
        waiting_since_s = means.clock() if self._attempts else self._queued_at_s
        async with means.gates.slot(config):
            estimate = request_tokens(request.messages, request.system)
            rates = rates_for(means.prices, config, request.model, None)
            attempt = Attempt(
                id=new_id(),
                response=self.response.id,
                n=len(self._attempts) + 1,
                reason=reason,
                provider=config.name,
                model_requested=request.model,
                start_utc=utc_now(),
                parameters=request.parameters,
                timing=Timing(queued_s=max(0.0, means.clock() - waiting_since_s)),
                usage=Usage(estimate, source="estimated"),
                rates=None if rates is None else rates_as_mapping(rates),
                price_version=None if rates is None else rates.version,
            )
            run = self._current = AttemptRun(
                means,
                self._lane.id,
                attempt,
                config,
                provider,
                request,
                input_estimate=estimate,
                response_start_s=self._start_s,
                deltas=self._deltas,
            )
            try:
                end = await run.run()
            finally:
                self._keep(run)
        return end, run

    def _keep(self, run: AttemptRun) -> None:
        """An attempt is over: its figures count."""
        if self._start_s is None:
            self._start_s = run.start_s
        if all(attempt.id != run.attempt.id for attempt in self._attempts):
            self._attempts.append(run.attempt)

    def _repaired(self, provider: Provider, request: ModelRequest, error: ErrorInfo) -> ModelRequest | None:
        """The request without what the provider refused, when its adapter knows how."""
        repair: Callable[[ModelRequest, ErrorInfo], ModelRequest | None] | None = getattr(provider, "repair", None)
        if repair is None:
            return None
        changed = repair(request, error)
        return None if changed == request else changed

    def _received(self) -> Received:
        if self._current is None:
            return Received()
        assembly = self._current.assembly
        return Received(assembly.has_text, bool(assembly.reasoning), assembly.has_tool_calls, assembly.has_refusal)

    def _settled(self, end: End) -> Response:
        """The whole response as it is now."""
        response, run = self.response, self._current
        cost, estimated = total_cost(self._attempts) if self._attempts else (None, False)
        changes = replace(
            response,
            state=end.state,
            finish_reason=end.finish_reason,
            finish_raw=end.finish_raw,
            error=end.error,
            cost_nano=cost,
            cost_estimated=estimated,
            deltas=self._deltas.packed(),
            warnings=tuple(self._warnings),
        )
        if run is None:
            queued_s = max(0.0, self._means.clock() - self._queued_at_s)
            return replace(changes, timing=Timing(queued_s=queued_s))
        assembly, attempt = run.assembly, run.attempt
        if self._rounds:
            return self._rounds.settled(changes, run, self._warnings, self._start_s or 0.0)
        offset_s = run.start_s - (self._start_s if self._start_s is not None else run.start_s)
        lines = [*self._warnings, *(line for line in assembly.warnings if line not in self._warnings)]
        return replace(
            changes,
            text=response.text + assembly.text,
            reasoning=response.reasoning + assembly.reasoning,
            refusal=assembly.refusal,
            tool_calls=assembly.tool_calls,
            citations=assembly.citations,
            opaque=assembly.opaque,
            warnings=tuple(lines),
            final_attempt=attempt.id,
            model_served=attempt.model_served,
            usage=attempt.usage,
            usage_raw=attempt.usage_raw,
            timing=replace(since(attempt.timing, offset_s), queued_s=self._attempts[0].timing.queued_s),
        )


def _stopped(calls: Sequence[ToolCall]) -> str:
    if any(call.outcome == "unrun" for call in calls):
        return "tool_limit: the model went on calling tools; the last calls were not run"
    return "tool_invalid: tool call invalid; it was not run"


def _refused(error: ErrorInfo) -> End:
    return End("failed", "error", None, error)
