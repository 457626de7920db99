"""What one lane is doing: the answer that runs, the prompts that wait behind it, and the pane that shows them."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from workbench.app.figures import Figures, figures_of, figures_of_live
from workbench.app.widgets.response_pane import ResponsePane
from workbench.app.words import notice_of
from workbench.domain.conversation import Lane, Response, TurnRecord
from workbench.domain.events import BlockDelta, BlockStart
from workbench.engine.events import (
    AttemptStarted,
    EngineEvent,
    Received,
    ResponseEnded,
    ResponseStarted,
)
from workbench.engine.live import LaneMeter


@dataclass
class _Running:
    """An answer that is being received; samples of one prompt are received side by side, each in its own section."""

    response: Response
    section: int
    """The number of its place in the pane."""
    meter: LaneMeter
    kinds: dict[int, str] = field(default_factory=dict)
    """Block number to kind, within the current attempt."""


class LaneDesk:
    """Turns the engine's story of one lane into its pane's text and figures."""

    def __init__(self, pane: ResponsePane) -> None:
        self.pane = pane
        self.last: Response | None = None
        """The newest answer that is over."""
        self.answers: list[Response] = []
        """Every answer in this pane that is over, in the order shown."""
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
        return self._running[-1].response if self._running else None

    def expect(self, response: Response, prompt: str) -> None:
        """A response that will start, now or when the lane is free."""
        self._waiting[response.id] = prompt
        self._show_queue()

    def load(self, records: Sequence[TurnRecord]) -> None:
        """Show what is kept of this lane; the newest revision of each answer."""
        for record in records:
            newest: dict[int, Response] = {}
            for response in record.responses:
                if response.lane == self.lane.id:
                    newest[response.sample] = response
            for sample in sorted(newest):
                response = newest[sample]
                self.pane.view.start_turn(record.turn.prompt)
                notice, kind = notice_of(response)
                self.pane.view.append_reasoning(response.reasoning)
                self.pane.view.append(response.text or response.refusal)
                self.pane.view.finish(notice, kind)
                self.answers.append(response)
                self.last = response
                self._last_figures = figures_of(response)

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
                    if running.meter.heard(event) and type(event) is AttemptStarted:
                        running.kinds = {}
        self.events.append(event)

    def figures(self, now: float) -> Figures:
        """The numbers to draw."""
        queued = len(self._waiting)
        if self._running:
            return replace(figures_of_live(self._running[-1].meter.figures(now)), queued=queued)
        if self._waiting:
            return Figures(state="queued", queued=queued)
        return self._last_figures

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
        section = self.pane.view.start_turn(label)
        if response.text:
            self.pane.view.append(response.text, section)
        running = _Running(response, section, LaneMeter(response.lane, response.id))
        running.meter.heard(event)
        self._running.append(running)
        self._show_queue()

    def _ended(self, event: ResponseEnded, response: Response) -> None:
        self._waiting.pop(response.id, None)
        running = self._find(response.id)
        if running is not None:  # else it was stopped in the queue and never had a place on screen
            running.meter.heard(event)
            self._running.remove(running)
            notice, kind = notice_of(response)
            self.pane.view.finish(notice, kind, running.section)
            self.pane.served = response.model_served
            self.last = response
            self._last_figures = figures_of_live(running.meter.figures())
            self.answers.append(response)
        self._show_queue()

    def _find(self, response: str) -> _Running | None:
        for running in self._running:
            if running.response.id == response:
                return running
        return None

    def _show_queue(self) -> None:
        behind = list(self._waiting.values()) if self._running else list(self._waiting.values())[1:]
        self.pane.show_queue(behind)
