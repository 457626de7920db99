"""The numbers beside and in the frames of the panes, at widths where they don't all fit."""

import pytest
from textual.app import App, ComposeResult

from tests.app.fakes import screen_text
from workbench.app import themes
from workbench.app.figures import Figures
from workbench.app.widgets.lane_tabs import LaneTabs
from workbench.app.widgets.metrics_sidebar import LaneRow, MetricsSidebar, Spent
from workbench.app.widgets.preview_line import PreviewLine
from workbench.app.widgets.response_pane import ResponsePane
from workbench.domain.lanes import Lane

_LONG = Figures(
    state="complete",
    first_token_s=12.34,
    elapsed_s=65.0,
    speed=1234.0,
    input_tokens=700,
    cached_tokens=640,
    output_tokens=517,
    reasoning_tokens=126,
    cost_nano=8_100_000,
    best=frozenset({"cost"}),
)


class _Toned(App[None]):
    def get_theme_variable_defaults(self) -> dict[str, str]:
        return themes.variable_defaults()


class _Sidebar(_Toned):
    def __init__(self) -> None:
        super().__init__()
        self.sidebar = MetricsSidebar()

    def compose(self) -> ComposeResult:
        yield self.sidebar


@pytest.mark.parametrize("height", [8, 12, 16, 40])
@pytest.mark.parametrize("cost_nano", [8_100_000, 52_000, 123_456_000_000_000])
async def test_a_cost_is_never_cut(height, cost_nano):
    """Tokens give way to the cost, whole figures at a time; stars have a column of their own."""
    figures = _LONG._replace(cost_nano=cost_nano, cost_estimated=True)
    app = _Sidebar()
    async with app.run_test(size=(28, height)) as pilot:
        rows = [LaneRow(1, "groq/llama", figures), LaneRow(2, "x" * 60, figures._replace(best=frozenset()))]
        app.sidebar.show(rows, Spent(session_nano=52_000, session_unknown=True))
        await pilot.pause()
        shown = screen_text(app)
        lines = [line for line in shown.splitlines() if figures.cost in line]
        assert len(lines) >= 2
        assert len({line.index(figures.cost) for line in lines[:2]}) == 1
        assert "$0.000052 + ?" in shown


async def test_a_wait_is_never_cut():
    """The count of tries goes before the seconds do."""
    app = _Sidebar()
    async with app.run_test(size=(28, 20)) as pilot:
        figures = Figures(state="retrying", note="again in 12 s (12 of 12)", elapsed_s=3.0)
        app.sidebar.show([LaneRow(1, "a/b", figures)], Spent())
        await pilot.pause()
        shown = screen_text(app)
        assert "again in 12 s" in shown
        assert "(12 of 12" not in shown


async def _frame(width: int, figures: Figures, served: str | None = None) -> str:
    pane = ResponsePane(Lane("l", 0, "groq/llama"), 1)
    pane.served = served

    class _Pane(_Toned):
        def compose(self) -> ComposeResult:
            yield pane

    app = _Pane()
    async with app.run_test(size=(width, 8)) as pilot:
        pane.show(figures)
        await pilot.pause()
        return screen_text(app)


@pytest.mark.parametrize(
    ("width", "state", "words"),
    [
        (60, "complete", "429 → 429 → 429 → 429 → ✓ complete"),
        (46, "complete", "✓ complete · 5 attempts"),
        (36, "complete", "✓ 5 attempts"),
        (60, "failed", "429 → 429 → 429 → 429 → ✗ failed"),
        (46, "failed", "✗ failed · tried 5 times"),
        (36, "failed", "✗ tried 5 times"),
    ],
)
async def test_attempts_stay_visible(width, state, words):
    """What it took stands in the frame after the end, as long as there is room."""
    assert words in await _frame(width, _LONG._replace(state=state, tries=("429",) * 4))


async def test_figures_stand_still_when_the_best_is_known():
    """A star stands where a blank was before it was given; no figure moves or gives way for it."""
    everything = frozenset({"first_token", "speed", "cost"})
    starred, plain = [await _frame(42, _LONG._replace(best=best)) for best in (everything, frozenset())]

    assert " 12.3 s★· 1.2k/s★· 700→517 · $0.0081★ " in starred
    assert " 12.3 s · 1.2k/s · 700→517 · $0.0081 " in plain


async def test_a_first_token_after_retries_is_marked():
    """The time to first token of an answer that took more than one attempt is not like the others."""
    assert "↻ 12.3 s · " in await _frame(60, _LONG._replace(tries=("429",)))
    assert "↻" not in await _frame(60, _LONG)


async def test_the_served_model_is_whole_or_left_out():
    """P12: a model that was served under another name is told beside the target; two names never become one."""
    assert "groq/llama → llama-3.3-70b " in await _frame(60, _LONG, "llama-3.3-70b")
    narrow = await _frame(36, _LONG, "llama-3.3-70b")
    assert "groq/llama " in narrow
    assert "70b" not in narrow


async def test_a_silent_stream_says_so():
    """N05: the frame shows how long nothing came."""
    silent = _LONG._replace(state="streaming", note="stalled 7 s", stalled=True)
    assert "stalled 7 s" in await _frame(60, silent)


class _Tabs(_Toned):
    def __init__(self) -> None:
        super().__init__()
        self.tabs = LaneTabs()

    def compose(self) -> ComposeResult:
        yield self.tabs


@pytest.mark.parametrize(
    ("width", "lanes", "shown"),
    [
        (80, 4, [" 1 ✓ groq/llama  2 ✓ groq/llama  3 ✓ groq/llama  4 ✗ groq/llama"]),
        (30, 4, [" 1 ✓  2 ✓  3 ✓  4 ✗"]),
        (20, 4, ["1✓ 2✓ 3✓ 4✗"]),
        (20, 9, ["1✓2✓3✓4✓5✓6✓7✓8✓9✗"]),
        (20, 12, ["1✓2✓3✓4✓5✓6✓7✓8✓9✓", "10✓11✓12✗"]),
    ],
)
async def test_tabs_show_every_lane(width, lanes, shown):
    """Names give way, then the air between the tabs; number and state of each lane always stand there."""
    app = _Tabs()
    async with app.run_test(size=(width, 5)) as pilot:
        failed = Figures(state="failed")
        rows = [LaneRow(n, "groq/llama", failed if n == lanes else _LONG) for n in range(1, lanes + 1)]
        app.tabs.show(rows)
        await pilot.pause()
        found = [line[1:].rstrip() for line in screen_text(app).splitlines() if line.strip()]
        assert found == shown


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (80, "≈ 1.3k tokens in, about $0.0100–0.0300"),
        (50, "≈ 1.3k tokens in"),
        (24, ""),
    ],
)
async def test_what_sending_means_is_never_cut(width, shown):
    """The cost gives way, then the tokens, each whole; the context contract stays."""
    line = PreviewLine()

    class _Line(_Toned):
        def compose(self) -> ComposeResult:
            yield line

    app = _Line()
    async with app.run_test(size=(width, 3)) as pilot:
        line.words = "≈ 1.3k tokens in, about $0.0100–0.0300"
        await pilot.pause()
        first = screen_text(app).splitlines()[0]
        assert first.partition("own histories")[0].strip() == shown
        assert "own histories ▾" in first
