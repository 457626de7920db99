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
from workbench.app.formatting import budget, first_fitting, fit, seconds, sparkline, total
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
    """None of it is estimated."""
    session_unknown: bool = False
    """Not all of it is known."""
    today_nano: int | None = None
    today_exact: bool = True
    today_unknown: bool = False
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
        tone = tones.state(
            "warning" if figures.stalled else sign.tone, row.number, bold=figures.lively and self._bright
        )
        muted, plain = tones.named("text-muted"), tones.named("foreground")
        elapsed = "" if figures.elapsed_s is None else seconds(figures.elapsed_s)
        queued = f"+{figures.queued}" if figures.queued else ""
        if room < 2:
            left = "" if idle else figures.note if figures.stalled else figures.first_token
            start = f"{row.number} {sign.sign} "
            rights = [f"{figures.rate:>7} {figures.cost:>8}", f"{figures.cost:>8}", figures.cost]
            right = "" if idle else first_fitting(rights, width - cell_len(start) - cell_len(left) - 1)
            if not right and not idle:
                left, right = "", first_fitting(rights, width - cell_len(start) - 1)
            return [
                self._spread(
                    [(f"{row.number} ", tones.lane(row.number, bold=True)), (sign.sign + " ", tone), (left, plain)],
                    [(right, plain)],
                    width,
                )
            ]
        name = fit(clean_line(row.name), max(4, width - 2 - len(elapsed) - len(queued) - 5))
        head = self._spread(
            [(f"{row.number} ", tones.lane(row.number, bold=True)), (name, tones.lane(row.number, bold=row.focused))],
            [] if idle else [(queued + " " if queued else "", muted), (sign.sign + " ", tone), (elapsed + " ", muted)],
            width,
        )
        if idle:
            return [head] + [[] for _ in range(min(room, 5) - 1)]
        waiting = figures.first_token_s is None and figures.running
        won = tones.named("success")
        ttft, rate, cost = [
            (self._starred(text, name, figures), won if name in figures.best else plain)
            for text, name in (
                ("" if waiting else figures.first_token, "first_token"),
                ("" if waiting or figures.stalled else figures.rate, "speed"),
                (figures.cost, "cost"),
            )
        ]
        label = figures.notes(sign.word) if waiting or figures.state == "failed" else ["first token", "first"]
        if figures.stalled and room == 2:
            label = figures.notes(sign.word)
        tokens = first_fitting(figures.token_texts(self.symbols.arrow), width - 3 - cell_len(cost[0]))
        silence: list[Part] = [("  " + figures.note, tones.named("warning"))]
        lines = [
            head,
            self._spread([("  " + first_fitting(label, width - 3 - cell_len(ttft[0].strip())), muted)], [ttft], width),
        ]
        if room >= 4 and figures.stalled:
            lines.append(self._spread(silence, [rate], width))
        elif room >= 4:
            spark_width = max(0, width - 8 - max(8, cell_len(rate[0]) + 1))
            spark = sparkline(list(figures.speeds), spark_width, self.symbols.bars) if figures.speeds else ""
            lines.append(
                self._spread(
                    [("  speed ", muted), (spark, tones.lane(row.number))],
                    [rate],
                    width,
                )
            )
        if room >= 4:
            lines.append(self._spread([("  " + tokens, muted)], [cost], width))
        elif room == 3:
            speed_or_silence: list[Part] = silence if figures.stalled else [("  ", plain), rate]
            lines.append(self._spread(speed_or_silence, [cost], width))
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
            wide = 12 if width < 110 else 18
            columns = [
                (f"{'' if idle else figures.first_token:>8}", "first_token"),
                (f"{'' if idle else figures.rate:>8}", "speed"),
                (f"{'' if idle else first_fitting(figures.token_texts(self.symbols.arrow), wide):>{wide}}", ""),
                (f"{'' if idle else figures.cost:>10}", "cost"),
            ]
            spark = 10 if width >= 96 else 0
            if width < 60:
                columns.pop(2)
            if width < 44:
                columns.pop(1)
            word = figures.notes(sign.word)[1] if figures.stalled else sign.word
            state = f"{sign.sign} {word:<12} " if width >= 72 else f"{sign.sign} "
            spare = width - len(state) - 3 - spark
            while len(columns) > 1 and sum(cell_len(text) + 1 for text, _ in columns) > spare:
                columns.pop(-2)
            right: list[Part] = []
            for text, name in columns:
                best = name in figures.best
                right.append((text + (self.symbols.best if best else " "), won if best else plain))
                if name == "speed" and spark:
                    right.append((sparkline(list(figures.speeds), spark, self.symbols.bars), tones.lane(row.number)))
            room = width - sum(cell_len(text) for text, _ in right) - len(state) - 3
            tone = tones.state(
                "warning" if figures.stalled else sign.tone, row.number, bold=figures.lively and self._bright
            )
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
        turn = sum_cost(row.figures for row in self._rows)
        started = any(row.figures.state != "idle" for row in self._rows)
        places = next((row.figures.cost_places for row in self._rows), None)
        rows: list[tuple[str, str]] = [("turn", total(*turn, places) if started else "")]
        if spent.session_nano is not None:
            coming = sum_cost(row.figures for row in self._rows if row.figures.running)
            estimated = not spent.session_exact or coming.estimated
            unknown = spent.session_unknown or coming.unknown
            rows.append(("session", total(spent.session_nano + coming.nano, estimated, unknown, places)))
        if spent.simulated:
            rows.append(("today", "not counted"))
        elif spent.today_nano is not None:
            of = f" of {budget(spent.budget_nano)}" if spent.budget_nano is not None else ""
            known = total(spent.today_nano, not spent.today_exact, spent.today_unknown, places)
            rows.append(("today", first_fitting([known + of, known], width - 6)))
        lines = []
        for name, value in rows:
            padded = first_fitting([value + " ", value], width - len(name) - 1)  # under the lanes' figures, star or not
            lines.append(self._spread([(name, muted)], [(padded, plain)], width))
        return lines

    def _starred(self, text: str, name: str, figures: Figures) -> str:
        """A figure with its star, or with the star's room."""
        return text + (self.symbols.best if name in figures.best else " ") if text else ""

    @staticmethod
    def _spread(left: list[Part], right: list[Part], width: int) -> list[Part]:
        used = sum(cell_len(text) for text, _ in left) + sum(cell_len(text) for text, _ in right)
        return [*left, (" " * max(1 if right else 0, width - used), ""), *right]
