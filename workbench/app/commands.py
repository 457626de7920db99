"""The command palette: everything that can be done, by name."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from textual.app import SystemCommand
from textual.screen import Screen

from workbench.app.screens.compare.screen import CompareScreen

if TYPE_CHECKING:
    from workbench.app.app import WorkbenchApp


def commands(app: "WorkbenchApp", screen: Screen[object]) -> Iterator[SystemCommand]:
    """What works on this screen, the most wanted first."""
    if isinstance(screen, CompareScreen):
        yield SystemCommand("New session", "The same models, an empty page", screen.action_new_session)
        yield SystemCommand("Sessions", "Search, open, rename, delete what was asked before", screen.action_sessions)
        yield SystemCommand("Models", "Choose what to compare", screen.action_choose_models)
        yield SystemCommand("Change model", "Another model in this lane", screen.action_change_model)
        yield SystemCommand("Copy answer", "The focused answer as received", screen.action_copy_answer)
        yield SystemCommand("Copy…", "Answer, code block, marked answers, all, request", screen.action_copy_menu)
        yield SystemCommand("Mark answer", "Choose it for copying with others", screen.action_mark)
        yield SystemCommand("Export", "Turn or session as Markdown", screen.action_export)
        yield SystemCommand("Use this answer", "Go on from it, branch, edit, sample", screen.action_answer_menu)
        yield SystemCommand("Stop lane", "What streams or waits in this lane", screen.action_stop_lane)
        yield SystemCommand("Stop all", "Every stream of this session", screen.action_stop_all)
        yield SystemCommand("Retry", "Ask this lane again", screen.action_retry)
        yield SystemCommand("Retry failed", "Every lane that failed, was cut or stopped", screen.action_retry_failed)
        yield SystemCommand("Continue answer", "Go on from a partial answer", screen.action_continue_answer)
        yield SystemCommand("Samples", "More answers to the same prompt", screen.action_samples)
        yield SystemCommand("Edit prompt", "Change the prompt and ask again", screen.action_edit_prompt)
        yield SystemCommand("Inspect", "Request, parameters, events", screen.action_inspect)
        yield SystemCommand("Zoom", "One pane fills the room, or all are back", screen.action_zoom)
        yield SystemCommand(
            "Even panes", "As wide and high as each other; borders are dragged, < > move them", screen.action_even_panes
        )
        yield SystemCommand("Sidebar", "Show or hide the live numbers", screen.action_toggle_sidebar)
        yield SystemCommand("History of lanes", "Own, shared or none", screen.action_switch_context)
        yield SystemCommand("Attach file…", "Send an image, PDF, text or audio file along", screen.action_attach)
        if screen.attached:
            yield SystemCommand("Take attachment away", "The file that was attached last", screen.action_detach)
        yield SystemCommand("Tools…", "Clock, calculator, lookup in a file: on or off", screen.action_tools)
        yield SystemCommand("Search in pane", "Mark a word wherever it stands", screen.action_find)
        yield SystemCommand("Open link", "After showing where it really leads", screen.action_open_link)
        yield SystemCommand("Scroll together", "All panes to where this one is", screen.action_scroll_together)
        if app.services.suggested_prompts():
            yield SystemCommand("Suggested prompts", "Something worth trying", screen.action_suggest)
        yield SystemCommand("Open a line-up…", "Saved models, in a new session", screen.action_open_lineup)
        yield SystemCommand("Forget a line-up…", "One that was saved here", screen.action_forget_lineup)
        if screen.lanes:
            yield SystemCommand("Save these lanes as a line-up…", "To open them by name", screen.action_save_lineup)
    yield SystemCommand("Theme", "Colours, with a preview", app.action_change_theme)
    yield SystemCommand("Help", "Keys of what is focused first", app.action_help)
    yield SystemCommand("Quit", "Asks while something streams", app.action_ask_to_quit)
