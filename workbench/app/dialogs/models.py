"""Choosing models: type to filter, Enter adds one, the same one twice if wanted."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from workbench.app.dialogs.dialog import Dialog
from workbench.app.formatting import count, fit, fit_end, plural, rate
from workbench.app.services import Choice, Services
from workbench.app.themes import lane_variable
from workbench.domain.catalog import parse_target
from workbench.domain.clean import clean_line
from workbench.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from workbench.app.app import WorkbenchApp

MOST_LANES = 12
_MOST_SHOWN = 200
_SIGN, _RIGHT, _PRICE = 2, 28, 16
"""Columns of the star, of window and price, and of the price alone."""
_ROOMY = 84
"""Where a row is narrower the window is left out, so that the notes can be read."""
_NAME, _NOTE = 26, 40
"""So much of the names is shown at least, and so much of a note at most, when there isn't room for both."""


def matching(choices: Iterable[Choice], query: str, favourites: Sequence[str]) -> list[Choice]:
    """Choices that hold every word of the query; favourites first, then usable ones, else in their own order."""
    folded = query.casefold()
    words = folded.split()
    found = [
        choice
        for choice in choices
        if all(word in f"{choice.target} {choice.label}".casefold() for word in words)
        and (not choice.repeats or choice.provider.casefold() in folded)
    ]
    rank = {target: index for index, target in enumerate(favourites)}
    return sorted(found, key=lambda choice: (rank.get(choice.target, len(rank)), not choice.usable))[:_MOST_SHOWN]


def _note(choice: Choice) -> str:
    """What is said beside the name; the word "simulated" once."""
    note = clean_line(choice.note)
    if choice.simulated and not note.startswith("simulated"):
        return f"simulated · {note}" if note else "simulated"
    return note


class ModelsDialog(Dialog[tuple[str, ...]]):
    """Answers with targets, one per lane, in order."""

    HELP_TITLE = "In the list of models"
    app: "WorkbenchApp"

    DEFAULT_CSS = """
    ModelsDialog > #box { width: 104; height: 80%; }
    ModelsDialog OptionList { height: 1fr; margin-top: 1; }
    ModelsDialog #chosen { height: auto; max-height: 6; }
    """
    BINDINGS = [  # noqa: RUF012
        Binding("ctrl+s", "accept", "use these", id="models.accept", priority=True),
        Binding("down", "move(1)", "next", id="models.next", show=False),
        Binding("up", "move(-1)", "previous", id="models.previous", show=False),
        Binding("pagedown", "move(10)", "next page", id="models.next_page", show=False),
        Binding("pageup", "move(-10)", "previous page", id="models.previous_page", show=False),
        Binding("backspace", "remove_last", "remove last", id="models.remove", show=False, priority=True),
    ]

    def __init__(self, services: Services, chosen: Sequence[str] = (), *, single: bool = False) -> None:
        super().__init__()
        self._services = services
        self._single = single
        self._chosen = [] if single else list(chosen)
        self._choices: Sequence[Choice] = ()
        self._shown: list[str] = []
        enter = "choose" if single else "add; again adds it once more"
        self.HELP_ROWS = (
            ("Enter", enter),
            ("Up, Down, PgUp, PgDn", "next and previous"),
            ("letters", "filter by name, or type provider/model in full"),
        )

    def compose(self) -> ComposeResult:
        """What is chosen, the filter, and what can be chosen."""
        with Vertical(id="box") as box:
            box.border_title = Content("Model of this lane" if self._single else "Models")
            yield Static(id="chosen", markup=False)
            yield Input(placeholder="type to filter, or provider/model", select_on_focus=False)
            yield OptionList(markup=False)

    def on_mount(self) -> None:
        """Show what is known and load the rest."""
        self.app.quiet_imports.hurry()  # prices are among what is being imported
        self.query_one(OptionList).can_focus = False
        self._show_chosen()
        self._load()

    @work(exclusive=True, group="choices")
    async def _load(self) -> None:
        self.query_one(OptionList).loading = True
        self._choices = await self._services.choices()
        self.query_one(OptionList).loading = False
        self._filter(self.query_one(Input).value)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        self._filter(event.value)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        index = self.query_one(OptionList).highlighted
        if index is not None and index < len(self._shown):
            self._add(self._shown[index])
        elif not event.value.strip() and self._chosen:
            self.action_accept()

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        self._add(self._shown[event.option_index])

    def action_move(self, step: int) -> None:
        """Up and down work while the filter is typed."""
        options = self.query_one(OptionList)
        if options.option_count:
            index = (options.highlighted if options.highlighted is not None else -1) + step
            options.highlighted = min(max(0, index), options.option_count - 1)

    def action_remove_last(self) -> None:
        """Backspace in an empty filter takes the last lane away."""
        if self._chosen:
            self._chosen.pop()
            self._show_chosen()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Backspace edits the filter as long as there is one."""
        if action == "remove_last":
            return not self._single and not self.query_one(Input).value
        return not (action == "accept" and self._single)

    def action_accept(self) -> None:
        """These lanes."""
        if self._chosen:
            self.dismiss(tuple(self._chosen))

    def _add(self, target: str) -> None:
        if self._single:
            self.dismiss((target,))
            return
        if len(self._chosen) >= MOST_LANES:
            self.app.notify(f"At most {MOST_LANES} lanes.", severity="warning", markup=False)
            return
        self._chosen.append(target)
        self.query_one(Input).action_select_all()  # Enter adds it again; what is typed next takes its place
        self._show_chosen()

    def _show_chosen(self) -> None:
        box = self.query_one("#box")
        if self._single:
            box.border_subtitle = Content("Enter choose · Esc cancel")
            self.query_one("#chosen").display = False
            return
        hint = f"Enter add · Backspace remove · Ctrl+S use {plural(len(self._chosen), 'lane')} · Esc cancel"
        box.border_subtitle = Content(hint)
        parts: list[tuple[str, str]] = []
        for number, target in enumerate(self._chosen, 1):
            parts.append((f"{number} {clean_line(target)}   ", f"${lane_variable(number)}"))
        parts = parts or [("no lanes yet: Enter adds one", "$text-muted")]
        self.query_one("#chosen", Static).update(Content.assemble(*parts))

    def _filter(self, query: str) -> None:
        options = self.query_one(OptionList)
        found = matching(self._choices, query.strip(), self._services.preferences.favourites)
        self._shown = [choice.target for choice in found]
        width = (self.query_one(Input).size.width or 90) - 4
        name = self._name_width(width)
        lines = [self._line(choice, width, name) for choice in found]
        typed = query.strip()
        if typed and typed not in self._shown:
            try:
                parse_target(typed)
            except ConfigurationError:
                pass
            else:
                self._shown.append(typed)
                lines.append(Content.assemble((clean_line(typed), "bold"), ("  as typed", "$text-muted")))
        options.clear_options()
        options.add_options([Option(line) for line in lines])
        if lines:
            options.highlighted = 0
        elif self._choices:
            words = f"nothing found for {clean_line(typed)}: type provider/model in full, or Ctrl+U to begin again"
            options.add_option(Option(Content.styled(words, "$text-muted"), disabled=True))

    def _name_width(self, width: int) -> int:
        """Columns of the names: the notes beside them are read in full where that is possible."""
        names = max((cell_len(clean_line(choice.target)) for choice in self._choices), default=0)
        notes = max((cell_len(_note(choice)) for choice in self._choices), default=0)
        both = width - _SIGN - (_RIGHT if width >= _ROOMY else _PRICE) - 2
        return max(8, min(names, max(_NAME, both - min(notes, _NOTE))))

    def _line(self, choice: Choice, width: int, name: int) -> Content:
        window = f"{count(choice.context_window)} window" if choice.context_window else ""
        price = "" if choice.simulated else "price ?"
        if choice.rates is not None and not choice.simulated:
            price = f"{rate(choice.rates.input)} in {rate(choice.rates.output)} out"
        star = f"{self.app.symbols.best} " if choice.target in self._services.preferences.favourites else "  "
        right = f"{price:>16}" if price else ""
        if width >= _ROOMY:
            right = f"{window:>11} {price:>16}"
        room = max(0, width - _SIGN - name - 1 - len(right) - 1)
        return Content.assemble(
            star,
            (f"{fit(clean_line(choice.target), name):<{name}} ", "" if choice.usable else "$text-muted"),
            (f"{fit_end(_note(choice), room):<{room}} ", "$text-muted" if choice.usable else "$warning"),
            (right, "$text-muted"),
        )
