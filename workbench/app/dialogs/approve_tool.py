"""May this call be run? The exact call stands first; nothing is allowed by a key that somebody was just typing."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from workbench.app.dialogs.dialog import Dialog
from workbench.app.tool_words import argument_lines
from workbench.domain.clean import clean_line
from workbench.domain.conversation import ToolCall

_CHOICES = (
    ("once", "Allow this call"),
    ("turn", "Allow {name} for the rest of this turn"),
    ("session", "Allow {name} until the session ends"),
    ("deny", "Deny"),
)


class ApproveToolDialog(Dialog[str]):
    """Answers "once", "turn", "session" or "deny"; None, when it is left, denies too.

    There are no letters to press: the dialog opens while its user may be typing. Denying is what Enter does first.
    """

    DEFAULT_CSS = """
    ApproveToolDialog > #box { width: 84; }
    ApproveToolDialog #call { height: auto; max-height: 40vh; scrollbar-size-vertical: 1; background: $surface; }
    ApproveToolDialog OptionList { margin-top: 1; }
    """
    BINDINGS = [  # noqa: RUF012
        Binding("pageup", "scroll_call(-1)", "scroll", id="approve.up", show=False, priority=True),
        Binding("pagedown", "scroll_call(1)", "scroll", id="approve.down", show=False, priority=True),
    ]

    def __init__(self, lane: str, call: ToolCall, description: str) -> None:
        super().__init__()
        self._lane, self._call, self._description = lane, call, description
        self._over = self._closed = False

    def compose(self) -> ComposeResult:
        """The call, who asks for it, and what can be said."""
        name = clean_line(self._call.name)
        arguments = argument_lines(self._call.arguments) or ["(no arguments)"]
        with Vertical(id="box") as box:
            box.border_title = Content("Run this tool?")
            box.border_subtitle = Content("↑ ↓ choose · Enter · PgUp PgDn scroll · Esc deny")
            with VerticalScroll(id="call", can_focus=False):
                yield Static(Content.assemble((name, "bold"), "\n", "\n".join(f"  {line}" for line in arguments)))
            yield Static(
                Content.styled(f"{clean_line(self._lane)} asks for it. {clean_line(self._description)}", "$text-muted")
            )
            yield OptionList(
                *(Option(Content(label.format(name=name)), id=choice) for choice, label in _CHOICES), markup=False
            )

    def on_mount(self) -> None:
        """The harmless answer is the nearest."""
        choices = self.query_one(OptionList)
        choices.highlighted = len(_CHOICES) - 1
        choices.focus()

    def on_screen_resume(self) -> None:
        """The answer was stopped while something else lay above this question."""
        if self._over:
            self.call_after_refresh(self._close)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """By Enter or click."""
        self.dismiss(event.option_id)

    def action_scroll_call(self, pages: int) -> None:
        """Long arguments."""
        call = self.query_one("#call", VerticalScroll)
        if pages < 0:
            call.scroll_page_up(animate=False)
        else:
            call.scroll_page_down(animate=False)

    def withdraw(self) -> None:
        """Nobody waits for the answer any more."""
        self._over = True
        self.call_after_refresh(self._close)  # it may not be mounted yet

    def _close(self) -> None:
        if self.is_current and not self._closed:
            self._closed = True
            self.dismiss(None)
