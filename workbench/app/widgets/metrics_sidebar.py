"""Live numbers of all lanes: fixed in size, drawn a few times a second where something changed, without a layout."""

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len
from textual.content import Content
from textual.events import Click
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from workbench.app.figures import Figures, sum_cost
from workbench.app.formatting import budget, count, fit, money, seconds, sparkline
from workbench.app.symbols import UNICODE, Symbols
from workbench.app.tones import Tones
from workbench.domain.clean import clean_line

Part = tuple[str, object]


class LaneRow(NamedTuple):
    """One lane as the sidebar shows it."""

    number: int
    name: str
    figures: Figures
    focused: bool = False


class Spent(NamedTuple):
    """Nano-dollars of earlier turns; None is not known yet."""

    session_nano: int | None = None
    session_exact: bool = True
    today_nano: int | None = None
    today_exact: bool = True
    budget_nano: int | None = None
    simulated: bool = False


class MetricsSidebar(Widget):
    """The figures of every lane, and what it all costs."""

    DEFAULT_CSS = """
    MetricsSidebar {
        width: 28; height: 1fr; border: solid $secondary 50%; border-title-color: $text-muted; padding: 0 1;
        &.-folded { width: 1fr; height: auto; border: none; }
        &.-hidden { display: none; }
    }
    """

    class LaneClicked(Message):
        """The user pointed at a lane."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self, symbols: Symbols = UNICODE) -> None:
        super().__init__()
        self.symbols = symbols
        self._rows: Sequence[LaneRow] = ()
        self._spent = Spent()
        self._bright = True
        self._lines: list[list[Part]] = []
        self._strips: dict[int, Strip] = {}
        self._owners: list[int] = []
        """The lane number behind each line, 0 for none."""
        self._built_for: Size | None = None
        self.folded = False
        self.border_title = "live"

    def fold(self, folded: bool) -> None:
        """One line per lane, or the whole story."""
        if folded != self.folded:
            self.folded = folded
            self.set_class(folded, "-folded")
            self._build(whole=True)

    def show(self, rows: Sequence[LaneRow], spent: Spent, *, bright: bool = True) -> None:
        """Draw what changed."""
        resized = len(rows) != len(self._rows)
        self._rows, self._spent, self._bright = rows, spent, bright
        self._build(whole=False)
        if resized and self.folded:
            self.refresh(layout=True)

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """Folded: as many lines as lanes."""
        return max(1, len(self._rows))

    def on_mount(self) -> None:
        """A new theme means new colours."""
        self.app.theme_changed_signal.subscribe(self, lambda _theme: self._build(whole=True))

    def on_click(self, event: Click) -> None:
        """A lane's lines lead to its pane."""
        offset = event.get_content_offset(self)
        if offset is not None and offset.y < len(self._owners) and self._owners[offset.y]:
            self.post_message(self.LaneClicked(self._owners[offset.y]))

    def render_line(self, y: int) -> Strip:
        """One prepared line."""
        if self.size != self._built_for:
            self._prepare()
        strip = self._strips.get(y)
        if strip is None:
            width = self.size.width
            parts = self._lines[y] if y < len(self._lines) else []
            base = self.visual_style
            content = Content.assemble(*parts) if parts else Content("")  # type: ignore[arg-type]
            segments = content.truncate(width).render_segments(base)
            strip = Strip(segments).adjust_cell_length(width, base.rich_style)
            self._strips[y] = strip
        return strip

    def _build(self, *, whole: bool) -> None:
        if not self.is_attached or not self.size.width:
            return
        before = self._lines
        if whole or self.size != self._built_for:
            self._prepare()
            self.refresh()
            return
        self._arrange_lines()
        width = self.size.width
        for y in range(max(len(before), len(self._lines))):
            old = before[y] if y < len(before) else None
            new = self._lines[y] if y < len(self._lines) else None
            if old != new:
                self._strips.pop(y, None)
                self.refresh(Region(0, y, width, 1))

    def _prepare(self) -> None:
        """All lines for the size as it is now. A new size paints them all, so that nothing needs to ask for it."""
        self._built_for = self.size
        self._strips.clear()
        self._arrange_lines()

    def _arrange_lines(self) -> None:
        tones = Tones(self)
        self._owners = []
        self._lines = self._folded(tones) if self.folded else self._full(tones)

    def _full(self, tones: Tones) -> list[list[Part]]:
        height = self.size.height
        totals = self._totals(tones)
        lanes = max(1, len(self._rows))
        room = (height - len(totals) - 1) // lanes
        lines: list[list[Part]] = []
        for row in self._rows:
            block = self._lane(tones, row, room)
            lines += block
            self._owners += [row.number] * len(block)
        blank = height - len(totals) - len(lines)
        if blank >= 0:
            lines += [[] for _ in range(blank)] + totals
        return lines[:height]

    def _lane(self, tones: Tones, row: LaneRow, room: int) -> list[list[Part]]:
        figures, width = row.figures, self.size.width
        sign = self.symbols.state(figures.state)
        idle = figures.state == "idle"
        tone = tones.state(sign.tone, row.number, bold=figures.running and self._bright)
        muted, plain = tones.named("text-muted"), tones.named("foreground")
        elapsed = "" if figures.elapsed_s is None else seconds(figures.elapsed_s)
        queued = f"+{figures.queued}" if figures.queued else ""
        if room < 2:
            right = f"{figures.rate:>7} {figures.cost:>8}"
            left = "" if idle else figures.first_token
            return [
                self._spread(
                    [(f"{row.number} ", tones.lane(row.number, bold=True)), (sign.sign + " ", tone), (left, plain)],
                    [("" if idle else right, plain)],
                    width,
                )
            ]
        name = fit(clean_line(row.name), max(4, width - 2 - len(elapsed) - len(queued) - 5))
        head = self._spread(
            [(f"{row.number} ", tones.lane(row.number, bold=True)), (name, tones.lane(row.number, bold=row.focused))],
            [] if idle else [(queued + " " if queued else "", muted), (sign.sign + " ", tone), (elapsed, muted)],
            width,
        )
        if idle:
            return [head] + [[] for _ in range(min(room, 5) - 1)]
        best = self.symbols.best
        ttft = figures.first_token + (best if "first_token" in figures.best else "")
        waiting = figures.first_token_s is None and figures.running
        rate = figures.rate + (best if "speed" in figures.best else "")
        cost = figures.cost + (best if "cost" in figures.best else "")
        tokens = self._tokens(figures)
        won = tones.named("success")
        first: list[Part] = [
            ("  " + (figures.note or sign.word if waiting or figures.state == "failed" else "first token"), muted)
        ]
        lines = [
            head,
            self._spread(first, [("" if waiting else ttft, won if "first_token" in figures.best else plain)], width),
        ]
        if room >= 4:
            spark_width = max(0, width - 8 - 8)
            spark = sparkline(list(figures.speeds), spark_width, self.symbols.bars) if figures.speeds else ""
            lines.append(
                self._spread(
                    [("  speed ", muted), (spark, tones.lane(row.number))],
                    [("" if waiting else rate, won if "speed" in figures.best else plain)],
                    width,
                )
            )
            lines.append(
                self._spread([("  " + tokens, muted)], [(cost, won if "cost" in figures.best else plain)], width)
            )
        elif room == 3:
            lines.append(
                self._spread([("  " + rate, plain)], [(cost, won if "cost" in figures.best else plain)], width)
            )
        if room >= 5:
            lines.append([])
        return lines

    def _folded(self, tones: Tones) -> list[list[Part]]:
        width = self.size.width
        plain, won = tones.named("foreground"), tones.named("success")
        lines = []
        for row in self._rows:
            figures = row.figures
            sign = self.symbols.state(figures.state)
            idle = figures.state == "idle"
            columns = [
                (f"{'' if idle else figures.first_token:>8}", "first_token"),
                (f"{'' if idle else figures.rate:>8}", "speed"),
                (f"{'' if idle else self._tokens(figures):>12}", ""),
                (f"{'' if idle else figures.cost:>10}", "cost"),
            ]
            spark = 10 if width >= 96 else 0
            if width < 60:
                columns.pop(2)
            if width < 44:
                columns.pop(1)
            right: list[Part] = []
            for text, name in columns:
                best = name in figures.best
                right.append((text + (self.symbols.best if best else " "), won if best else plain))
                if name == "speed" and spark:
                    right.append((sparkline(list(figures.speeds), spark, self.symbols.bars), tones.lane(row.number)))
            state = f"{sign.sign} {sign.word:<11} " if width >= 72 else f"{sign.sign} "
            room = width - sum(cell_len(text) for text, _ in right) - len(state) - 3
            tone = tones.state(sign.tone, row.number, bold=figures.running and self._bright)
            left: list[Part] = [
                (f"{row.number} ", tones.lane(row.number, bold=True)),
                (state, tone),
                (fit(clean_line(row.name), max(0, room)), tones.lane(row.number, bold=row.focused)),
            ]
            lines.append(self._spread(left, right, width))
            self._owners.append(row.number)
        return lines

    def _totals(self, tones: Tones) -> list[list[Part]]:
        width, spent = self.size.width, self._spent
        muted, plain = tones.named("text-muted"), tones.named("foreground")
        turn, exact = sum_cost(row.figures for row in self._rows)
        started = any(row.figures.state != "idle" for row in self._rows)
        rows: list[tuple[str, str]] = [("turn", ("" if exact else "~") + money(turn) if started else "")]
        if spent.session_nano is not None:
            coming, sure = sum_cost(row.figures for row in self._rows if row.figures.running)
            mark = "" if spent.session_exact and sure else "~"
            rows.append(("session", mark + money(spent.session_nano + coming)))
        if spent.simulated:
            rows.append(("today", "not counted"))
        elif spent.today_nano is not None:
            of = f" of {budget(spent.budget_nano)}" if spent.budget_nano is not None else ""
            rows.append(("today", ("" if spent.today_exact else "~") + money(spent.today_nano) + of))
        return [self._spread([(name, muted)], [(value, plain)], width) for name, value in rows]

    def _tokens(self, figures: Figures) -> str:
        if figures.input_tokens is None and figures.output_tokens is None and figures.first_token_s is None:
            return ""
        cached = f"({count(figures.cached_tokens)})" if figures.cached_tokens else ""
        reasoning = f"({count(figures.reasoning_tokens)})" if figures.reasoning_tokens else ""
        return (
            f"{count(figures.input_tokens, figures.input_estimated)}{cached}{self.symbols.arrow}"
            f"{count(figures.output_tokens, figures.output_estimated)}{reasoning}"
        )

    @staticmethod
    def _spread(left: list[Part], right: list[Part], width: int) -> list[Part]:
        used = sum(cell_len(text) for text, _ in left) + sum(cell_len(text) for text, _ in right)
        return [*left, (" " * max(1 if right else 0, width - used), ""), *right]
