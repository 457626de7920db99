"""What one lane is doing: the answer that runs, the prompts that wait behind it, and the pane that shows them."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from workbench.app.answer.leaves import CodeBlock
from workbench.app.figures import Figures, figures_of, figures_of_live
from workbench.app.screens.compare.shown_answers import ShownAnswer, most_in_view, place_words
from workbench.app.tool_words import round_words
from workbench.app.widgets.response_pane import ResponsePane
from workbench.app.words import notice_of, shown_prompt
from workbench.domain.conversation import Lane, Response, ToolCall, TurnRecord
from workbench.domain.events import BlockDelta, BlockStart
from workbench.engine.events import (
    AttemptStarted,
    EngineEvent,
    Received,
    ResponseEnded,
    ResponseStarted,
    ToolAnswered,
    ToolCalled,
)
from workbench.engine.live import LaneMeter


@dataclass
class _Running:
    """An answer that is being received; samples of one prompt are received side by side, each in its own section."""

    shown: ShownAnswer
    meter: LaneMeter
    kinds: dict[int, str] = field(default_factory=dict)
    """Block number to kind, within the current attempt."""
    calls: list[ToolCall] = field(default_factory=list)
    """Of the round under way."""

    @property
    def section(self) -> int:
        """The place of the round under way."""
        return self.shown.sections[-1]


class LaneDesk:
    """Turns the engine's story of one lane into its pane's text and figures."""

    def __init__(self, pane: ResponsePane) -> None:
        self.pane = pane
        self.last: Response | None = None
        """The newest answer that is over."""
        self.shown: list[ShownAnswer] = []
        """Every answer in this pane, in order."""
        self.events: deque[EngineEvent] = deque(maxlen=200)
        """The last events of the current run, for the inspector."""
        self._waiting: dict[str, str] = {}
        self._running: list[_Running] = []
        self._last_figures = Figures()

    @property
    def lane(self) -> Lane:
        """The lane of the session."""
        return self.pane.lane

    @property
    def busy(self) -> bool:
        """Something streams or waits."""
        return bool(self._running or self._waiting)

    @property
    def current(self) -> Response | None:
        """The newest answer that runs."""
        return self._running[-1].shown.response if self._running else None

    @property
    def answers(self) -> list[Response]:
        """Those that are over, in the order shown."""
        running = [each.shown for each in self._running]
        return [one.response for one in self.shown if one not in running]

    @property
    def in_view(self) -> ShownAnswer | None:
        """The answer that is on the screen: the newest while the pane follows, else the one with the most rows."""
        if not self.shown:
            return None
        view = self.pane.view
        return self.shown[-1] if view.following else most_in_view(self.shown, view.rows_in_view())

    def teach(self, hint: Sequence[str], obstacle: str = "") -> None:
        """Say in a pane in which nothing was asked yet how to begin, or what stands in the way.

        Args:
            hint: the same from long to short; the first prompt takes it away.
            obstacle: why the lane can't be asked.
        """
        view = self.pane.view
        if not self.shown:
            view.clear_notices(0)
            if obstacle:
                view.add_notice(obstacle, "warning", 0)
            else:
                view.add_hint(hint, 0)

    def expect(self, response: Response, prompt: str) -> None:
        """A response that will start, now or when the lane is free."""
        self._waiting[response.id] = prompt
        self._show_queue()

    def load(self, records: Sequence[TurnRecord], tries: Mapping[str, tuple[str, ...]]) -> None:
        """Show what is kept of this lane; the newest revision of each answer.

        Args:
            records: all turns of the session.
            tries: what was said to the attempts before the last one, by the id of the newest answers.
        """
        for record in records:
            newest: dict[int, Response] = {}
            for response in record.responses:
                if response.lane == self.lane.id:
                    newest[response.sample] = response
            for sample in sorted(newest):
                response = newest[sample]
                one = ShownAnswer(response, [self.pane.view.start_turn(shown_prompt(record.turn))])
                notice, kind = notice_of(response)
                self.pane.view.append_reasoning(response.reasoning)
                self.pane.view.append(self._show_rounds(one))
                self.pane.view.finish(notice, kind)
                self.shown.append(one)
                self.last = response
                self._last_figures = figures_of(response, tries.get(response.id, ()))
                self.pane.served = response.model_served
        self.pane.view.show_kept()

    def queued(self, response: str, prompt: str) -> None:
        """A response has to wait for its lane."""
        self._waiting[response] = prompt
        self._show_queue()

    def heard(self, event: EngineEvent, prompt: str) -> None:
        """One event of this lane. Deltas only go into a buffer here: the frame clock draws them."""
        match event:
            case Received():
                self._received(event)
                return
            case ResponseStarted(response=response):
                shown = self._waiting.pop(response.id, None)
                self._begin(event, response, shown if shown is not None else prompt)
            case ResponseEnded(response=response):
                self._ended(event, response)
            case _:
                for running in self._running:
                    if not running.meter.heard(event):
                        continue
                    if type(event) is AttemptStarted:
                        running.kinds = {}
                        self._next_round(running)
                    elif isinstance(event, ToolCalled | ToolAnswered):
                        self._show_call(running, event)
        self.events.append(event)

    def figures(self, now: float) -> Figures:
        """The numbers to draw."""
        queued = len(self._waiting)
        if self._running:
            return figures_of_live(self._running[-1].meter.figures(now))._replace(queued=queued)
        if self._waiting:
            return Figures(state="queued", queued=queued)
        return self._last_figures

    def text_of(self, one: ShownAnswer) -> str:
        """An answer as received so far."""
        return "".join(self.pane.view.section_text(section) for section in one.sections)

    def codes_of(self, one: ShownAnswer) -> list[CodeBlock]:
        """Its code blocks, numbered as shown."""
        return [block for section in one.sections for block in self.pane.view.codes_in(section)]

    def words_of(self, one: ShownAnswer) -> str:
        """`the answer to turn 2 of pane 3`."""
        return f"the answer to {place_words(self.shown, one)} of pane {self.pane.number}"

    def _show_call(self, running: _Running, event: ToolCalled | ToolAnswered) -> None:
        """The round's block again, under the words that came before it."""
        view, call = self.pane.view, event.call
        if isinstance(event, ToolCalled):
            running.calls.append(call)
        else:
            place = next(n for n, known in enumerate(running.calls) if known.outcome is None)
            running.calls[place] = call
        view.clear_notices(running.section)
        self._add_block(running.calls, running.section)

    def _add_block(self, calls: Sequence[ToolCall], section: int = -1) -> None:
        tone: Literal["muted", "warning"] = "muted"
        if any(call.outcome == "invalid" for call in calls):
            tone = "warning"
        self.pane.view.add_notice(round_words(calls) + "\n", tone, section)  # apart from the words after it

    def _next_round(self, running: _Running) -> None:
        if running.calls:
            running.calls = []
            running.shown.sections.append(self.pane.view.add_section())

    def _show_rounds(self, one: ShownAnswer) -> str:
        """The rounds of a kept answer; what was said after the last of them."""
        view, response, said = self.pane.view, one.response, 0
        for number in sorted({call.round for call in response.tool_calls if call.outcome is not None}):
            calls = [call for call in response.tool_calls if call.round == number]
            view.append(response.text[said : calls[0].at])
            self._add_block(calls)
            one.sections.append(view.add_section())
            said = calls[0].at
        return response.text[said:] or ("" if said else response.refusal)

    def _received(self, event: Received) -> None:
        running = self._find(event.response)
        if running is None:
            return
        running.meter.heard(event)
        for part in event.events:
            if type(part) is BlockDelta:
                kind = running.kinds.get(part.block, "text")
                if kind in ("text", "refusal"):
                    self.pane.view.append(part.text, running.section)
                elif kind == "reasoning":
                    self.pane.view.append_reasoning(part.text, running.section)
            elif type(part) is BlockStart:
                running.kinds[part.block] = part.kind
        self.events.append(event)

    def _begin(self, event: EngineEvent, response: Response, prompt: str) -> None:
        label = prompt
        if response.sample:
            label = f"{prompt}\n(sample {response.sample + 1})"
        elif response.revision:
            label = f"{prompt}\n(again, {response.revision + 1})"
        if not self.shown:
            self.pane.view.clear_notices(0)
        section = self.pane.view.start_turn(label)
        if response.text:
            self.pane.view.append(response.text, section)
        running = _Running(ShownAnswer(response, [section]), LaneMeter(response.lane, response.id))
        running.meter.heard(event)
        self.shown.append(running.shown)
        self._running.append(running)
        self._show_queue()

    def _ended(self, event: ResponseEnded, response: Response) -> None:
        self._waiting.pop(response.id, None)
        running = self._find(response.id)
        if running is not None:  # else it was stopped in the queue and never had a place on screen
            running.meter.heard(event)
            self._running.remove(running)
            running.shown.response = response
            notice, kind = notice_of(response)
            self.pane.view.finish(notice, kind, running.section)
            self.pane.served = response.model_served
            self.last = response
            self._last_figures = figures_of_live(running.meter.figures())
        self._show_queue()

    def _find(self, response: str) -> _Running | None:
        for running in self._running:
            if running.shown.response.id == response:
                return running
        return None

    def _show_queue(self) -> None:
        behind = list(self._waiting.values()) if self._running else list(self._waiting.values())[1:]
        self.pane.show_queue(behind)
