"""An answer with tools as one response: what its rounds said, used and took, put together."""

from collections.abc import Sequence
from dataclasses import replace

from workbench.domain.conversation import Response
from workbench.domain.usage import sum_of
from workbench.engine.attempt import AttemptRun
from workbench.engine.end_state import End
from workbench.engine.moments import across


class Rounds:
    """The attempts whose words are in the response already; none as long as no call was answered."""

    def __init__(self) -> None:
        self._runs: list[AttemptRun] = []

    def __bool__(self) -> bool:
        return bool(self._runs)

    def join(self, response: Response, run: AttemptRun, number: int) -> Response:
        """The response with what a round said, its calls apart; 0 is the number of the one that ends it."""
        self._runs.append(run)
        assembly = run.assembly
        return replace(
            response,
            text=response.text + assembly.text,
            reasoning=response.reasoning + assembly.reasoning,
            refusal=response.refusal + assembly.refusal,
            citations=tuple(dict.fromkeys((*response.citations, *assembly.citations))),
            opaque=(*response.opaque, *(replace(part, round=number) for part in assembly.opaque)),
        )

    def end(self, end: End, response: Response) -> End:
        """An answer that said something in an earlier round is neither failed nor empty."""
        if self and end.state == "failed":
            return replace(end, state="truncated", finish_reason="incomplete")
        if self and end.state == "empty" and response.text.strip():
            return replace(end, state="complete")
        return end

    def settled(self, response: Response, last: AttemptRun, warnings: Sequence[str], start_s: float) -> Response:
        """The response with everything that is known of all rounds; `last` is joined if it was not."""
        if last not in self._runs:
            response = self.join(response, last, 0)
            response = replace(response, tool_calls=(*response.tool_calls, *last.assembly.tool_calls))
        first = self._runs[0].attempt.timing
        timing = across([(run.start_s, run.attempt.timing) for run in self._runs], start_s)
        return replace(
            response,
            warnings=tuple(dict.fromkeys((*warnings, *(line for run in self._runs for line in run.assembly.warnings)))),
            final_attempt=last.attempt.id,
            model_served=last.attempt.model_served,
            usage=sum_of([run.attempt.usage for run in self._runs]),
            usage_raw=last.attempt.usage_raw,
            timing=replace(timing, queued_s=first.queued_s),
        )
