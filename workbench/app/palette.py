"""How the command palette tells its commands: in their own order, each with the key that does the same."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from workbench.app.widgets.response_pane import ResponsePane

if TYPE_CHECKING:
    from workbench.app.app import WorkbenchApp

_NAME = 31
"""Columns of the names; the keys stand under each other behind them."""


class Commands(Provider):
    """What the app lists for the screen that is below."""

    async def discover(self) -> Hits:
        """Everything, the most wanted first."""
        for command in self._app.get_system_commands(self.screen):
            line = self._line(Content(command.title), command.callback)
            yield DiscoveryHit(line, command.callback, command.title, command.help)

    async def search(self, query: str) -> Hits:
        """What matches the letters."""
        matcher = self.matcher(query)
        for command in self._app.get_system_commands(self.screen):
            if (score := matcher.match(command.title)) > 0:
                line = self._line(matcher.highlight(command.title), command.callback)
                yield Hit(score, line, command.callback, command.title, command.help)

    @property
    def _app(self) -> "WorkbenchApp":
        return self.app  # type: ignore[return-value]

    def _line(self, name: Content, callback: object) -> Content:
        fill = " " * max(2, _NAME - name.cell_length)
        return Content.assemble(name, fill, (self._key(callback), "not bold $text-muted"))

    def _key(self, callback: object) -> str:
        """Found by the action's name; a single letter works only where no text is typed."""
        action = getattr(callback, "__name__", "").removeprefix("action_")
        for binding in _bindings(type(self.screen), type(self.app)):
            if binding.id and binding.action == action:
                return self._app.key_of(binding.id, binding.key)
        for binding in _bindings(ResponsePane):
            if binding.id and binding.action == f"screen.{action}":
                return f"{self._app.key_of(binding.id, binding.key)} in a pane"
        return ""


def _bindings(*owners: type) -> Iterator[Binding]:
    for owner in owners:
        yield from (binding for binding in getattr(owner, "BINDINGS", ()) if isinstance(binding, Binding))
