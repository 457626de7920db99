"""The state of a compare screen, apart from what is done with it, so that actions can live in files of their own."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from textual.screen import Screen
from textual.timer import Timer

from workbench.app.screens.compare.stage import Stage
from workbench.app.widgets.banner import Banner
from workbench.app.widgets.metrics_sidebar import Spent
from workbench.app.widgets.preview_line import PreviewLine
from workbench.app.widgets.prompt_input import PromptInput
from workbench.app.widgets.response_pane import ResponsePane
from workbench.app.widgets.title_line import TitleLine
from workbench.app.words import shown_prompt
from workbench.domain.clean import clean_line
from workbench.domain.lanes import ContextMode, Lane, Session

if TYPE_CHECKING:
    from workbench.app.app import WorkbenchApp
    from workbench.app.screens.compare.lane_desk import LaneDesk
    from workbench.app.services import History, LastPage
    from workbench.domain.conversation import FilePart, Part, TurnRecord
    from workbench.engine.comparison import Comparison


def _is_simulated(lane: Lane) -> bool:
    return lane.target.startswith("sim/")


class CompareBase(Screen[None]):
    """One session and its lanes."""

    app: "WorkbenchApp"

    def __init__(
        self,
        session: Session,
        lanes: Sequence[Lane],
        turns: "Sequence[TurnRecord]" = (),
        *,
        lineup: str = "",
        draft: str = "",
        prompt: str | None = None,
        tries: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
        page: "LastPage | None" = None,
    ) -> None:
        super().__init__()
        self.session = session
        self.lanes = list(lanes)
        self.comparison: Comparison | None = None
        """None until everything behind the first paint is ready."""
        self.history: History | None = None
        self.context: ContextMode = "own"
        self.only_lane: str | None = None
        """The one lane that the next prompts go to; None for all."""
        self.sidebar_wanted = True
        self.zoomed = False
        self.editing: tuple[str, str | None] | None = None
        """The turn whose place the next prompt takes, and the one lane that is asked, None for all of it."""
        self.marks: dict[str, str] = {}
        """The answers chosen for copying: a lane's id to a response's."""
        self.attached: tuple[FilePart, ...] = ()
        """What the next prompt takes along."""
        self.kept_turns = list(turns)
        self.kept_tries = tries
        """What was said to the attempts before the last one, by the id of each lane's newest kept answer."""
        self.obstacles: Mapping[str, str] = {}
        """Why targets can't be called, by target; known once everything is prepared."""
        self.last_page = page
        """What is painted of a kept session whose turns are read after the first paint."""
        self._lineup = lineup
        self._first_draft = draft
        self._pending_prompt = prompt
        self._ticker: Timer | None = None
        self._draft_timer: Timer | None = None
        self._spent = Spent(simulated=not self.counted)
        self._bright = True
        self._prompts = {record.turn.id: shown_prompt(record.turn) for record in turns}
        self._turn_of: dict[str, str] = {}
        self._divided: object = None
        self._last_pane: ResponsePane | None = None
        self._escaped: tuple[float, ResponsePane | None] = (float("-inf"), None)
        self.desks: dict[str, LaneDesk] = {}
        """By the id of their lane; made after the first paint."""
        self.title_line = TitleLine()
        self.banner_line = Banner()
        self.preview_line = PreviewLine()
        self.prompt = PromptInput()
        self.stage: Stage

    @property
    def busy(self) -> bool:
        """Something streams or waits in this session."""
        return self.comparison is not None and self.comparison.busy

    @property
    def focused_pane(self) -> ResponsePane | None:
        """The pane that single keys speak to."""
        focused = self.focused
        for node in focused.ancestors_with_self if focused is not None else ():
            if isinstance(node, ResponsePane):
                return node
        return None

    @property
    def pane_in_question(self) -> ResponsePane | None:
        """The focused pane, else the one that was focused last, else the only or shown one."""
        found = self.focused_pane or self._last_pane
        if found is None or found not in self.stage.panes:
            panes = self.stage.panes
            found = panes[self.stage.shown - 1] if panes and self.stage.shown <= len(panes) else None
        return found

    @property
    def simulated(self) -> bool:
        """Whether some lane's words and numbers are invented."""
        return self.session.kind == "demo" or any(map(_is_simulated, self.lanes))

    @property
    def counted(self) -> bool:
        """Whether answers cost money that the day's sum counts: a demo's don't, nor those of simulated lanes."""
        return self.session.kind != "demo" and not (self.lanes and all(map(_is_simulated, self.lanes)))

    def tell_source(self) -> None:
        """The lanes are others now: say whose words and money these are."""
        self.title_line.simulated, self.title_line.counted = self.simulated, self.counted
        self.title_line.lineup = ""
        self._spent = self._spent._replace(simulated=not self.counted)

    @property
    def draft_key(self) -> str:
        """Where the draft is kept: under its session, or under "" while nothing was sent in it."""
        sent = self.last_page or self.kept_turns or (self.comparison is not None and self.comparison.turns)
        return self.session.id if sent else ""

    @property
    def turns(self) -> "Sequence[TurnRecord]":
        """Every turn of the session so far."""
        return self.comparison.turns if self.comparison is not None else self.kept_turns

    @property
    def desk_in_question(self) -> "LaneDesk | None":
        """What the pane in question is doing."""
        pane = self.pane_in_question
        return self.desks.get(pane.lane.id) if pane is not None else None

    def parts_of(self, text: str) -> "tuple[Part, ...] | str":
        """The prompt with what is attached."""
        if not self.attached:
            return text
        from workbench.domain.conversation import TextPart

        return (TextPart(text), *self.attached)

    @property
    def folder(self) -> Path | None:
        """Where files go that nobody named a place for."""
        return self.app.preferences.data_folder

    def say(self, words: str, *, warning: bool = False) -> None:
        """Tell the user in passing."""
        self.app.notify(clean_line(words), severity="warning" if warning else "information", markup=False)
