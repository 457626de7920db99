"""What pane frames and sidebar show."""

from dataclasses import replace

from workbench.app.figures import Figures, figures_of, figures_of_live, side_by_side, sum_cost, tries_of
from workbench.domain.conversation import Attempt, AttemptReason, Response
from workbench.domain.errors import ErrorInfo
from workbench.domain.timing import Timing
from workbench.domain.usage import Usage
from workbench.engine.live import LiveFigures

_DONE = Figures(state="complete", first_token_s=0.5, elapsed_s=2.0, speed=80.0, cost_nano=4_000_000)


def test_the_best_are_marked_once_all_ended():
    """Fastest first token, highest speed and lowest cost are marked, each in its own lane."""
    other = _DONE._replace(first_token_s=0.9, speed=120.0, cost_nano=2_000_000)

    first, second = side_by_side([_DONE, other])

    assert (first.best, second.best) == ({"first_token"}, {"speed", "cost"})


def test_nothing_is_best_while_something_runs_or_looks_alike():
    """A race has no winner before its end, and none when the figures read the same."""
    assert not any(found.best for found in side_by_side([_DONE, _DONE._replace(state="streaming", speed=500.0)]))
    assert not any(found.best for found in side_by_side([_DONE, _DONE._replace(first_token_s=0.5004, speed=80.2)]))
    assert not any(found.best for found in side_by_side([_DONE]))


def test_what_never_came_is_not_unknown():
    """A failed lane shows a dash for its first token, a running one nothing, an unknown price a question mark."""
    failed = Figures(state="failed")
    assert (failed.first_token, failed.rate, failed.cost) == ("–", "–", "$?")
    assert failed._replace(state="waiting").first_token == ""


def test_a_kept_answer_has_its_figures():
    """A reopened answer shows the numbers that it ended with."""
    response = Response(
        "r", "t", "l", "sim/a", state="complete", usage=Usage(100, 50), timing=Timing(first_token_s=0.5, end_s=1.5)
    )
    figures = figures_of(response)
    assert (figures.speed, figures.input_tokens, figures.output_estimated) == (50.0, 100, False)


def test_a_sum_says_when_it_is_not_all():
    """A lane of unknown price is told apart from an estimate; what never ran, or never was sent, is no unknown."""
    assert sum_cost([_DONE, _DONE]) == (8_000_000, False, False)
    assert sum_cost([_DONE, _DONE._replace(cost_nano=None)]) == (4_000_000, False, True)
    assert sum_cost([_DONE, Figures()]) == (4_000_000, False, False)
    assert sum_cost([_DONE, Figures(state="failed", sent=False)]) == (4_000_000, False, False)
    assert sum_cost([_DONE._replace(cost_estimated=True), Figures(state="waiting")]) == (4_000_000, True, False)


def test_an_answer_cut_short_wins_nothing():
    """Half an answer is cheap: that is no merit."""
    cut = _DONE._replace(state="truncated", cost_nano=1_000)
    first, second, third = side_by_side([_DONE, cut, _DONE._replace(cost_nano=5_000_000)])
    assert (first.best, second.best, third.best) == ({"cost"}, set(), set())


def test_what_was_never_sent_has_no_cost():
    """An answer that failed before any request shows a dash, not an unknown price."""
    unsent = Response("r", "t", "l", "sim/a", state="failed")
    assert figures_of(unsent).cost == "–"
    assert figures_of(replace(unsent, final_attempt="a")).cost == "$?"
    assert figures_of_live(LiveFigures("failed", "ended")).cost == "–"


def test_silence_is_said():
    """N05: an answer that stopped coming is not shown as lively."""
    live = LiveFigures("streaming", "writing", attempt=1, first_token_s=0.5, silent_s=4.0)
    assert figures_of_live(live).lively
    silent = figures_of_live(replace(live, silent_s=7.2))
    assert (silent.lively, silent.note) == (False, "stalled 7 s")


def test_tokens_are_shortened_by_whole_figures():
    """Reasoning goes first, then what was cached; half a figure is another figure."""
    figures = Figures(
        input_tokens=700, cached_tokens=640, output_tokens=517, reasoning_tokens=126, input_estimated=False
    )
    assert figures.token_texts("→") == ["700(640)→517(126)", "700(640)→517", "700→517", "→517"]


def test_costs_of_one_row_have_as_many_decimals():
    """Four, unless one is so small that four would hide it; a cost below the last decimal says so."""
    small = [_DONE._replace(cost_nano=41_000), _DONE._replace(cost_nano=4_100_000)]
    large = [*small, _DONE._replace(cost_nano=12_304_000_000), _DONE._replace(cost_nano=None)]

    assert [found.cost for found in side_by_side(small)] == ["$0.000041", "$0.004100"]
    assert [found.cost for found in side_by_side(large)] == ["<$0.0001", "$0.0041", "$12.3040", "$?"]


def test_kept_attempts_tell_their_tries():
    """What was said before each retry; a corrected request and a round of tools are no retries."""

    def attempt(n: int, reason: AttemptReason, error: ErrorInfo | None = None) -> Attempt:
        return Attempt(f"a{n}", "r", n, reason, "fake", "m", "2026-01-01T00:00:00Z", error=error)

    rate, refused = ErrorInfo("rate", "wait", status=429), ErrorInfo("bad_request", "no")
    kept = [attempt(1, "first", refused), attempt(2, "corrective", rate), attempt(3, "retry"), attempt(4, "tool")]

    assert tries_of(kept) == ("429",)
