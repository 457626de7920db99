"""Figures as people read them: `0.61 s`, `84/s`, `1.2k→310`, `$0.0041`; `~` is estimated, `?` is unknown.

Durations are seconds and money is nano-dollars everywhere else; only here do they become text.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from rich.cells import cell_len

UNKNOWN = "?"
NEVER = "–"
"""It did not happen, which is not unknown."""
_NANO = 1_000_000_000


def seconds(value: float | None) -> str:
    """`0.61 s`, `12.3 s`, `2:05 min`; `?` when unknown."""
    if value is None:
        return UNKNOWN
    value = max(0.0, value)
    if value < 9.995:
        return f"{value:.2f} s"
    if value < 99.95:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes}:{rest:02} min"


def speed(tokens_per_s: float | None, estimated: bool = False) -> str:
    """`84/s` (tokens); one decimal below ten."""
    if tokens_per_s is None:
        return UNKNOWN
    figure = f"{tokens_per_s:.1f}/s" if tokens_per_s < 9.95 else f"{count(round(tokens_per_s))}/s"
    return _mark(figure, estimated)


def count(value: int | None, estimated: bool = False) -> str:
    """`310`, `1.2k`, `13k`, `1.3M`."""
    if value is None:
        return UNKNOWN
    if value < 1_000:
        figure = str(value)
    elif value < 9_950:
        figure = f"{value / 1_000:.1f}k"
    elif value < 999_500:
        figure = f"{value / 1_000:.0f}k"
    else:
        figure = f"{value / 1_000_000:.1f}M"
    return _mark(figure, estimated)


def money(nano: int | None, estimated: bool = False, places: int | None = None) -> str:
    """`$12.30`, `$0.0041`, `$0.000041`, or with so many decimals; an unknown price is `$?`, never zero."""
    if nano is None:
        return "$" + UNKNOWN
    if nano == 0:
        return "$0"
    dollars = nano / _NANO
    if places is None:
        places = 2 if dollars >= 1 else 4 if dollars >= 0.001 else 6
    if nano < 10 ** (9 - places):
        return _mark(f"<${10**-places:.{places}f}", estimated)
    return _mark(f"${dollars:,.{places}f}", estimated)


def money_places(costs: Iterable[int | None]) -> int | None:
    """Decimals that fit all costs of a column: four, or six where one is below a tenth of a cent and none is large."""
    known = [nano for nano in costs if nano]
    if not known:
        return None
    return 6 if min(known) < _NANO // 1_000 and max(known) < _NANO else 4


def budget(nano: int) -> str:
    """A limit in dollars and cents: `$5.00`."""
    return f"${nano / _NANO:,.2f}"


def money_range(low: int | None, high: int | None) -> str:
    """`about $0.0100–0.0300`, or one figure when both ends look alike."""
    if low is None or high is None:
        return "$" + UNKNOWN
    first, last = money(low), money(high)
    if first == last:
        return f"about {first}"
    return f"about {first}–{last.removeprefix('$')}" if first.startswith("$") else f"up to {last}"


def rate(nano_per_million: int | None) -> str:
    """Dollars per million tokens: `$3`, `$0.25`."""
    if nano_per_million is None:
        return "$" + UNKNOWN
    dollars = nano_per_million / _NANO
    return f"${dollars:g}" if dollars == 0 or dollars >= 0.01 else f"${dollars:.4f}"


def characters(value: int) -> str:
    """`1 character`, `2,048 characters`."""
    return f"{value:,} character{'' if value == 1 else 's'}"


def plural(value: int, one: str, many: str | None = None) -> str:
    """`1 pane`, `3 panes`."""
    return f"{value:,} {one if value == 1 else many or one + 's'}"


def size(characters_: int) -> str:
    """A length of text: `812 characters`, `2.0 MB`."""
    if characters_ < 100_000:
        return characters(characters_)
    return f"{characters_ / 1_000_000:.1f} MB"


def bytes_size(number: int) -> str:
    """The size of a file: `812 B`, `12 kB`, `2.0 MB`."""
    if number < 1_000:
        return f"{number} B"
    return f"{number / 1_000:.0f} kB" if number < 1_000_000 else f"{number / 1_000_000:.1f} MB"


def day_and_time(iso_utc: str, now: datetime | None = None) -> str:
    """A stored UTC moment on the local clock: `today 14:03`, `12 Nov 14:03`, `12 Nov 2025`."""
    try:
        moment = datetime.fromisoformat(iso_utc).astimezone()
    except ValueError:
        return UNKNOWN
    now = now or datetime.now().astimezone()
    if moment.date() == now.date():
        return f"today {moment:%H:%M}"
    if moment.year == now.year:
        return f"{moment.day} {moment:%b %H:%M}"
    return f"{moment.day} {moment:%b %Y}"


def sparkline(values: list[float], width: int, levels: str = "▁▂▃▄▅▆▇█") -> str:
    """The last `width` values as bars, scaled to their own highest."""
    shown = values[-width:]
    top = max(shown, default=0.0)
    if top <= 0:
        return " " * width
    last = len(levels) - 1
    return "".join(levels[min(last, int(value / top * last + 0.5))] for value in shown).rjust(width)


def fit(text: str, width: int) -> str:
    """At most `width` columns, the middle left out: the ends of a model's name tell it apart."""
    if cell_len(text) <= width:
        return text
    if width <= 1:
        return "…"[: max(0, width)]
    tail = (width - 1) // 2
    head = width - 1 - tail
    return f"{_columns(text, head)}…{_columns(text[::-1], tail)[::-1]}"


def first_fitting(texts: Sequence[str], width: int) -> str:
    """The first of the texts, given from long to short, that stands in `width` columns whole; nothing if none does."""
    return next((text for text in texts if cell_len(text) <= width), "")


def total(nano: int, estimated: bool = False, unknown: bool = False, places: int | None = None) -> str:
    """A sum of money with what it leaves out: `$0.0041 + ?`; `$?` when nothing of it is known.

    `places` are those of the costs beside it; a smaller sum has its own.
    """
    if places is not None and nano < 10 ** (9 - places):
        places = None
    if unknown:
        return f"{money(nano, estimated, places)} + {UNKNOWN}" if nano else money(None)
    return money(nano, estimated, places)


def fit_end(text: str, width: int) -> str:
    """At most `width` columns, the end left out: a sentence is known by its beginning."""
    if cell_len(text) <= width:
        return text
    return _columns(text, width - 1).rstrip() + "…" if width > 1 else "…"[: max(0, width)]


def _columns(text: str, width: int) -> str:
    text = text[:width]
    while cell_len(text) > width:
        text = text[:-1]
    return text


def _mark(figure: str, estimated: bool) -> str:
    return "~" + figure if estimated else figure
