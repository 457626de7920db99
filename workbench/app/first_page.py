"""The plain rows that a pane shows until its Markdown is there: what parses is loaded after the first paint."""

from textual.content import Content
from textual.style import Style

from workbench.app.answer.cells import steady, wrap
from workbench.domain.clean import clean

AIR = 1
"""Columns left and right, as in the view that comes in its place."""


def first_page(
    prompt: str, text: str, muted: Style, *, width: int, height: int, from_end: bool, earlier: bool
) -> Content:
    """As many rows as there is room for, where the view will have them too.

    Args:
        prompt: stands above the answer.
        text: the answer, or the part of it that is to be seen.
        muted: how the prompt is drawn.
        width: of the pane inside.
        height: of the pane inside.
        from_end: the end is shown when not all fits.
        earlier: other turns will stand above.
    """
    room = max(width - 2 * AIR, 1)
    most = room * height
    asked = _rows(prompt[:most], max(room - 2, 1))
    answered = _rows((text[-most:] if from_end else text[:most]).strip("\n"), room)
    rows = [Content.styled(("  " if number else "> ") + row, muted) for number, row in enumerate(asked)]
    rows += [Content(), *map(Content, answered)]
    if not from_end:
        rows = rows[:height]
    elif earlier or len(rows) > height:
        rows = [*[Content()] * (height - len(rows)), *rows[-height:]]
    return Content("\n").join(row.pad_left(AIR) for row in rows)


def _rows(text: str, width: int) -> list[str]:
    drawn = steady(clean(text)).expandtabs(4)
    return [drawn[start:end] for start, end, _ in wrap(drawn, width)]
