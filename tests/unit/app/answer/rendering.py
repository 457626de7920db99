"""Rows of a text as the view would show them, for the tests beside."""

from workbench.app.answer.look import Row
from workbench.app.answer.sheet import Sheet
from workbench.app.answer.text import Text


class Growing:
    """A text that comes in deltas, kept in a sheet as the view keeps it."""

    def __init__(self, width: int = 40) -> None:
        self.text = Text()
        self.sheet = Sheet()
        self.sheet.width = width

    def append(self, delta: str) -> None:
        """One delta and one frame."""
        self.text.append(delta)
        self.text.take()
        changed = self.text.settle()
        definitions = self.text.definitions
        self.sheet.replace_from(changed, self.text.leaves[changed:], definitions)
        for index in self.text.waiting_for_links():
            self.sheet.set_definitions(index, definitions)

    @property
    def rows(self) -> list[Row]:
        """All rows."""
        return [row for index in range(len(self.sheet.leaves)) for row in self.sheet.rows_of(index)]


def rows_of(text: str, width: int = 40) -> list[Row]:
    """Rows of a text that came at once."""
    growing = Growing(width)
    growing.append(text)
    return growing.rows


def lines_of(text: str, width: int = 40) -> list[str]:
    """What stands on the rows."""
    return [row.text.rstrip() for row in rows_of(text, width)]


def runs_of(text: str, width: int = 400) -> list[tuple[str, int]]:
    """Text and look of every run."""
    return [(run.text, run.look) for row in rows_of(text, width) for run in row.runs]


def described(rows: list[Row]) -> list[tuple[object, ...]]:
    """Rows as values that can be compared."""
    return [(row.runs, row.join, row.lead, row.fill) for row in rows]
