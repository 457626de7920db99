"""Looks to styles of the present theme, each worked out once."""

from functools import lru_cache
from typing import TYPE_CHECKING

from rich.style import Style

from workbench.app.answer.look import (
    BOLD,
    CODE,
    CURRENT,
    ERROR,
    GROUND,
    HEADING,
    ITALIC,
    LINK,
    MATCH,
    MUTED,
    RULE,
    SELECTED,
    STRIKE,
    TOKEN_SHIFT,
    TOKENS,
    WARNING,
)

if TYPE_CHECKING:
    from textual.widget import Widget

_CLASSES = (
    (GROUND, "answer--ground"),
    (HEADING, "answer--heading"),
    (CODE, "answer--code"),
    (LINK, "answer--link"),
    (MUTED, "answer--muted"),
    (RULE, "answer--rule"),
    (ERROR, "answer--error"),
    (WARNING, "answer--warning"),
    (MATCH, "answer--match"),
    (CURRENT, "answer--match-current"),
    (SELECTED, "answer--selected"),
)
COMPONENTS = frozenset({name for _, name in _CLASSES} | {f"answer--{token}" for token in TOKENS if token})

CSS = """
PaintedLines {
    & > .answer--ground { background: $foreground 6%; }
    & > .answer--heading { color: $text-primary; text-style: bold; }
    & > .answer--code { color: $text-accent; background: $foreground 6%; }
    & > .answer--link { color: $text-primary; text-style: underline; }
    & > .answer--muted { color: $text-muted; }
    & > .answer--rule { color: $text-disabled; }
    & > .answer--error { color: $text-error; }
    & > .answer--warning { color: $text-warning; }
    & > .answer--match { color: $text; background: $warning 40%; }
    & > .answer--match-current { color: $background; background: $warning; text-style: bold; }
    & > .answer--selected { background: $primary 40%; }
    & > .answer--comment { color: $text-muted; text-style: italic; }
    & > .answer--keyword { color: $text-accent; }
    & > .answer--string { color: $text-success; }
    & > .answer--number { color: $text-warning; }
    & > .answer--name { color: $text-primary; }
    & > .answer--builtin { color: $text-secondary; }
    & > .answer--operator { color: $foreground 80%; }
    & > .answer--inserted { color: $text-success; }
    & > .answer--deleted { color: $text-error; }
}
"""


class Palette:
    """The styles of one view until its theme changes."""

    def __init__(self, widget: "Widget") -> None:
        _, _, self.ground, colour = widget.colors
        self.base = Style(color=(self.ground + colour).rich_color, bgcolor=self.ground.rich_color)
        self.filters = widget.get_line_filters()
        """What Textual does to colours for the terminal at hand."""
        self._widget = widget
        self._parts: dict[str, Style] = {}
        self._styles: dict[int, Style] = {}

    def style(self, look: int, link: str | None = None) -> Style:
        """The style of a look on the view's ground; a link's also knows its target."""
        style = self._styles.get(look)
        if style is None:
            style = self._styles[look] = self._build(look)
        return style + _link_style(link) if link else style

    def _build(self, look: int) -> Style:
        style = self.base
        for flag, name in _CLASSES[:2]:
            if look & flag:
                style += self._part(name)
        if token := look >> TOKEN_SHIFT:
            style += self._part(f"answer--{TOKENS[token]}")
        for flag, name in _CLASSES[2:]:
            if look & flag:
                style += self._part(name)
        flags = {"bold": BOLD, "italic": ITALIC, "strike": STRIKE}
        return style + Style(**{name: True for name, flag in flags.items() if look & flag})  # type: ignore[arg-type]

    def _part(self, name: str) -> Style:
        """A component's own colours, blended with the ground so that a terminal can show them."""
        part = self._parts.get(name)
        if part is None:
            styles = self._widget.get_component_styles(name)
            ground = self.ground + styles.background if styles.has_rule("background") else self.ground
            colour = None
            if styles.has_rule("auto_color") and styles.auto_color:
                colour = ground + ground.get_contrast_text(styles.color.a)
            elif styles.has_rule("color"):
                colour = ground + styles.color
            part = styles.text_style + Style(
                color=None if colour is None else colour.rich_color,
                bgcolor=None if ground is self.ground else ground.rich_color,
            )
            self._parts[name] = part
        return part


@lru_cache(maxsize=512)
def _link_style(link: str) -> Style:
    return Style(meta={"target": link})
