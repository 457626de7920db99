"""Searching on screen: from the key press to its results, in the program itself, with 100,000 responses kept.

What the terminal was sent is drawn afterwards by an emulator, so that looking at it costs the program nothing; a search
counts as shown when the rows of the list are those that the store finds for what was typed.

    python -m benchmarks.searching [--size N] [--keep FOLDER]
"""

import argparse
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pyte

from benchmarks.kept import Words, kept_history
from benchmarks.support import Program, median, quantile, say, say_where
from workbench.domain.clean import clean_line
from workbench.store.database import Store, open_store

COLUMNS, ROWS = 200, 50
LISTED = 15
"""Rows of the list that are looked at."""
KEY_EVERY_S = 0.25
_UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[(?:[<>=][0-9;]*[a-z]|\?[0-9;]*\$p)")
NOTHING = "Nothing found for"
Wanted = tuple[str, str]
"""The beginning of a row's title, and where its words were found."""


def typed_words(words: Words) -> Iterator[str]:
    """Common, middling, rare and absent words, long and short."""
    vocabulary = words.vocabulary
    for rank in (0, 5, 11, 40, 120, 300, 700, 3000, 20000):
        yield vocabulary[rank]
    yield f"{vocabulary[40]} {vocabulary[41]}"
    yield "zzzz"


class Emulator:
    """Draws what the program wrote, as far as a moment."""

    def __init__(self, program: Program) -> None:
        self._heard = program.heard
        self._drawn = 0
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)

    def draw_until(self, moment: float) -> None:
        """Everything written before."""
        while self._drawn < len(self._heard) and self._heard[self._drawn][0] < moment:
            self._draw()

    def shown_at(self, wanted: Sequence[Wanted], before: float) -> float | None:
        """When the list first had these rows."""
        while self._drawn < len(self._heard) and self._heard[self._drawn][0] < before:
            moment = self._heard[self._drawn][0]
            self._draw()
            if self.shows(wanted):
                return moment
        return None

    def shows(self, wanted: Sequence[Wanted]) -> bool:
        """Whether the list has these rows now."""
        display = self._screen.display
        if not wanted:
            return any(NOTHING in line for line in display)
        lines = [number for number, line in enumerate(display) if re.search(r"\d turns?\b", line)]
        if len(lines) < len(wanted) or len(lines) != len(wanted) < LISTED:
            return False
        return all(
            title in display[number] and (not snippet or _is_part(display[number + 1], snippet))
            for (title, snippet), number in zip(wanted, lines, strict=False)
        )

    def _draw(self) -> None:
        self._stream.feed(_UNKNOWN_TO_PYTE.sub(b"", self._heard[self._drawn][1]))
        self._drawn += 1


def _is_part(line: str, snippet: str) -> bool:
    shown = line.strip(" ▁▂▃▄▅▆▇█│┃▎").removesuffix("…")
    return bool(shown) and shown in snippet


def rows_of(store: Store, typed: str) -> list[Wanted]:
    """The rows that are to be seen."""
    rows = store.sessions.list(LISTED, query=typed)
    return [((row.title or "")[:24], clean_line(row.snippet)) for row in rows]


def measure(store: Store, data: Path, words: Words) -> tuple[list[float], list[str]]:
    """Seconds from each key press whose results differ to those results; and what was typed where they never came."""
    keys: list[tuple[float, str]] = []
    with Program("-m", "workbench", "-m", "sim/swift", columns=COLUMNS, rows=ROWS, data=data) as program:
        program.until("Enter send")
        program.calm_down()
        program.type("\x0f")
        program.until("search prompts")
        program.calm_down()
        for word in typed_words(words):
            for end in range(1, len(word) + 1):
                keys.append((program.type(word[end - 1]), word[:end]))
                program.rest(KEY_EVERY_S)
            program.type("\x1b")
            program.rest(2 * KEY_EVERY_S)
        emulator = Emulator(program)
    took: list[float] = []
    missing: list[str] = []
    for pressed, typed in keys:
        wanted = rows_of(store, typed)
        emulator.draw_until(pressed)
        if not emulator.shows(wanted):
            shown = emulator.shown_at(wanted, pressed + KEY_EVERY_S)
            if shown is None:
                missing.append(typed)
            else:
                took.append(shown - pressed)
    return took, missing


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=100_000, help="responses kept")
    parser.add_argument("--keep", type=Path, help="where the file stays; one that is there already is used again")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        path = kept_history(options.size, options.keep or Path(scratch))
        say_where(f"{options.size:,} responses, a pty at {COLUMNS}x{ROWS}, a key every {KEY_EVERY_S * 1000:.0f} ms")
        with closing(open_store(path)) as store:
            took, missing = measure(store, path.parent, Words())
    say(f"key press to its results on screen, {len(took)} searches, median", median(took) * 1e3, "{:.0f} ms")
    say("    p95", quantile(took, 0.95) * 1e3, "{:.0f} ms", 50)
    say("    worst", max(took, default=float("nan")) * 1e3, "{:.0f} ms")
    say("    searches whose results never came", len(missing), "{:.0f}", 0)
    if missing:
        print("   ", ", ".join(missing))


if __name__ == "__main__":
    main()
