"""Choosing colours: they change while the cursor moves; Esc brings back what was, Enter keeps what is."""

from typing import TYPE_CHECKING, NamedTuple

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from workbench.app import themes
from workbench.app.dialogs.dialog import Dialog
from workbench.app.formatting import fit
from workbench.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from workbench.app.app import WorkbenchApp

_PATIENCE_S = 0.08
"""The cursor rests so long before every style is computed anew."""
_NAME = 23


class _Row(NamedTuple):
    name: str
    origin: str


class ThemeDialog(Dialog[str]):
    """Answers with the theme that was chosen; by then it is on the screen."""

    DEFAULT_CSS = """
    ThemeDialog { align: right middle; background: $background 0%; }
    ThemeDialog > #box { width: 50; }
    ThemeDialog OptionList { text-wrap: nowrap; }
    """
    HELP_TITLE = "In the list of themes"
    HELP_ROWS = (("Enter", "keep this one"), ("Up, Down", "see the next and previous"))
    app: "WorkbenchApp"

    def __init__(self) -> None:
        super().__init__()
        self._before = self.app.theme
        self._rows = self._listed()
        self._preview: Timer | None = None

    def _listed(self) -> list[_Row]:
        """Those made for this program, then the user's own, read anew, then Textual's."""
        app, found = self.app, dict[str, str]()
        own = sorted(themes.own_themes(), key=lambda path: f"workbench-{path.stem}" != themes.DEFAULT)
        users = list(themes.users_themes(app.preferences.theme_folder))
        for origin, paths in (("made for workbench", own), ("yours", users)):
            for path in paths:
                try:
                    theme = themes.load_theme(path)
                except ConfigurationError:
                    continue  # told at the start
                app.register_theme(theme)
                found[theme.name] = origin
        found |= {name: "Textual's" for name in sorted(app.available_themes) if name not in found}
        return [_Row(*each) for each in found.items()]

    def compose(self) -> ComposeResult:
        """The list, at the side of what it changes."""
        with Vertical(id="box") as box:
            box.border_title = Content("Theme")
            box.border_subtitle = Content("Enter keep · Esc as before")
            yield OptionList(*(Option(self._line(row), id=row.name) for row in self._rows), markup=False)

    def on_mount(self) -> None:
        """Begin where we are."""
        names = [row.name for row in self._rows]
        self.query_one(OptionList).highlighted = names.index(self._before) if self._before in names else 0

    def _line(self, row: _Row) -> Content:
        mark = self.app.symbols.best if row.name == self._before else " "
        return Content.assemble(f"{mark} {fit(row.name, _NAME):<{_NAME}} ", (row.origin, "$text-muted"))

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Show it, once the cursor rests."""
        if self._preview is not None:
            self._preview.stop()
        if (name := event.option_id) and name != self.app.theme:
            self._preview = self.set_timer(_PATIENCE_S, lambda: self._show(name))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """By Enter or click."""
        if event.option_id:
            self._show(event.option_id)
            self.dismiss(event.option_id)

    def action_leave(self) -> None:
        """Nothing happened."""
        self._show(self._before)
        self.dismiss(None)

    def _show(self, name: str) -> None:
        if self._preview is not None:
            self._preview.stop()
        if self.app.theme != name:
            self.app.theme = name
