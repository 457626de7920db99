"""What can be done with lanes and their panes: focus, zoom, other models."""

from collections.abc import Sequence
from dataclasses import replace

from textual import on, work

from workbench.app.screens.compare.copy_actions import CopyActions
from workbench.app.widgets.lane_tabs import LaneTabs
from workbench.app.widgets.metrics_sidebar import MetricsSidebar
from workbench.app.widgets.response_pane import ResponsePane
from workbench.domain.ids import new_id
from workbench.domain.lanes import Lane

READING_WIDTH = 100
"""Columns of text in a zoomed pane: longer lines are hard to follow."""


class LaneActions(CopyActions):
    """Actions on panes and lanes."""

    def action_focus_pane(self, number: int) -> None:
        """By number."""
        self.show_pane(number)

    def action_cycle(self, step: int) -> None:
        """Prompt, pane 1, pane 2 … and round again."""
        panes = self.stage.panes
        current = self.focused_pane
        index = (current.number if current is not None else 0) + step
        index %= len(panes) + 1
        if index == 0:
            self.set_focus(self.prompt)
        else:
            self.show_pane(index)

    @on(MetricsSidebar.LaneClicked)
    @on(LaneTabs.TabClicked)
    def _lane_clicked(self, message: MetricsSidebar.LaneClicked | LaneTabs.TabClicked) -> None:
        self.show_pane(message.number)

    def action_zoom(self) -> None:
        """One pane fills the room, or all are back."""
        pane = self.pane_in_question
        if pane is None:
            return
        self.zoomed = not self.zoomed
        pane.view.reading_width = READING_WIDTH if self.zoomed else 0
        self.stage.shown = pane.number
        self.rearrange()
        self.set_focus(pane.view)

    def action_toggle_sidebar(self) -> None:
        """Room for text, or for numbers."""
        self.sidebar_wanted = not self.sidebar_wanted
        self.rearrange()

    def action_widen(self, cells: int) -> None:
        """The pane in question takes columns from its neighbour, or gives some."""
        if (pane := self.pane_in_question) is not None and self.stage.layout_now is not None:
            first = (pane.number - 1) % self.stage.layout_now.columns
            self.stage.room.widen(first, first + int(pane.styles.column_span) - 1, cells)

    def action_even_panes(self) -> None:
        """All panes as wide and as high as each other."""
        self.stage.room.even()

    def action_scroll_together(self) -> None:
        """All panes to where this one is, as a share of their length."""
        pane = self.pane_in_question
        if pane is None:
            return
        view = pane.view
        share = view.scroll_y / view.max_scroll_y if view.max_scroll_y else 0.0
        for other in self.stage.panes:
            if other is not pane:
                other.view.scroll_to(y=round(share * other.view.max_scroll_y), animate=False)

    @work(group="models", exclusive=True)
    async def action_choose_models(self) -> None:
        """Other lanes."""
        from workbench.app.dialogs.models import ModelsDialog

        targets = await self.app.push_screen_wait(ModelsDialog(self.app.services, [lane.target for lane in self.lanes]))
        if targets is not None:
            await self.use_lanes(lanes_of(targets, self.lanes))

    @work(group="models", exclusive=True)
    async def action_change_model(self) -> None:
        """Another model in this lane; its history stays."""
        from workbench.app.dialogs.models import ModelsDialog

        pane = self.pane_in_question
        if pane is None:
            return
        chosen = await self.app.push_screen_wait(ModelsDialog(self.app.services, single=True))
        if chosen:
            self.change_target(pane, chosen[0])

    def change_target(self, pane: ResponsePane, target: str) -> None:
        """Point a lane at another model, keeping the lane."""
        index = self.lanes.index(pane.lane)
        lane = replace(pane.lane, target=target, label="")
        self.lanes[index] = pane.lane = lane
        pane.served = None
        self.tell_source()
        if self.comparison is not None:
            self.comparison.set_lanes(self.lanes)
        self.teach()
        self.draw()
        self.preview()

    async def use_lanes(self, lanes: Sequence[Lane]) -> None:
        """Replace the lanes; panes of lanes that stay keep their text."""
        from workbench.app.screens.compare.lane_desk import LaneDesk

        kept = {pane.lane.id: pane for pane in self.stage.panes}
        self.lanes = list(lanes)
        if self.comparison is not None:
            self.comparison.set_lanes(self.lanes)
        same = [lane.id for lane in lanes] == list(kept)
        if same:
            return
        desks = {lane.id: self.desks[lane.id] for lane in lanes if lane.id in self.desks}
        for lane_id, pane in kept.items():
            if lane_id not in desks:
                await pane.remove()
        panes = []
        for number, lane in enumerate(lanes, 1):
            pane = kept.get(lane.id) or ResponsePane(lane, number, self.app.symbols, self.app.preferences.follow)
            pane.renumber(number)
            panes.append(pane)
        self.desks = {pane.lane.id: desks.get(pane.lane.id) or LaneDesk(pane) for pane in panes}
        await self.stage.use_panes(panes)
        self.only_lane = None
        self.invite()
        self.teach()
        self.tell_source()
        self.rearrange()
        self.preview()


def lanes_of(targets: Sequence[str], before: Sequence[Lane] = ()) -> list[Lane]:
    """A lane per target; a lane that had the target already is kept, with its history."""
    left = list(before)
    lanes = []
    for position, target in enumerate(targets):
        old = next((lane for lane in left if lane.target == target), None)
        if old is not None:
            left.remove(old)
            lanes.append(replace(old, position=position))
        else:
            lanes.append(Lane(new_id(), position, target))
    return lanes


def fresh(lanes: Sequence[Lane]) -> list[Lane]:
    """The same lanes for another session."""
    return [replace(lane, id=new_id(), position=position) for position, lane in enumerate(lanes)]
