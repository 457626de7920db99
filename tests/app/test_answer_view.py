"""The answer view in an app: following, reading, searching, selecting."""

import gc
import time
from itertools import pairwise

import pytest
from textual.geometry import Offset
from textual.selection import Selection

from tests.app.answer_app import AnswerApp, draw
from workbench.app.answer import AnswerView
from workbench.app.answer.leaves import Leaf
from workbench.app.frame_clock import frame_clock_of

LONG = "".join(f"Paragraph {number} of the answer.\n\n" for number in range(60))


async def test_nothing_is_drawn_per_token():
    """Deltas wait in the buffer; the frame clock draws them, the end of the stream at once."""
    app = AnswerApp()
    async with app.run_test(size=(60, 20)) as pilot:
        await draw(pilot)
        frame_clock_of(app).stop()
        app.view.append("Hello **wor")
        app.view.append("ld**")
        assert app.text() == ""
        assert app.view.dirty
        app.view.finish("stopped by you after 12 characters", "warning")
        assert app.text() == "Hello world\n\nstopped by you after 12 characters"
        assert app.view.text == "Hello **world**"


async def test_the_page_stands_still_until_it_is_full():
    """Following by pages: the view moves by a third of its height, not by every line."""
    app = AnswerApp()
    async with app.run_test(size=(60, 23)) as pilot:
        await draw(pilot)
        places = []
        for paragraph in LONG.splitlines(keepends=True):
            app.view.append(paragraph)
            await draw(pilot)
            places.append(app.view.scroll_offset.y)
        steps = {later - earlier for earlier, later in pairwise(places)}
        assert 0 in steps
        assert len(set(places)) < 25
        assert "Paragraph 59" in app.text()
        assert app.view.following


async def test_smooth_following_keeps_the_end_at_the_bottom():
    """The option: every line scrolls."""
    app = AnswerApp()
    async with app.run_test(size=(60, 23)) as pilot:
        app.view.follow_mode = "smooth"
        app.view.append(LONG)
        await draw(pilot)
        assert app.text().splitlines()[-1] == "Paragraph 59 of the answer."


async def test_reading_from_the_top_stays_there():
    """The option: the text grows below, and a mark says so."""
    app = AnswerApp()
    async with app.run_test(size=(60, 23)) as pilot:
        app.view.follow_mode = "top"
        app.view.following = False
        app.view.append(LONG)
        await draw(pilot)
        assert app.text().startswith("Paragraph 0")
        assert "↓ new text" in app.text()


async def test_scrolling_up_stops_following_and_the_end_resumes_it():
    """Follow is a state; the screen is told when it changes, and what is below is marked."""
    told = []

    class Listening(AnswerApp):
        def on_answer_view_follow_changed(self, message: AnswerView.FollowChanged) -> None:
            told.append(message.following)

    app = Listening()
    async with app.run_test(size=(60, 23)) as pilot:
        app.view.focus()
        app.view.append(LONG)
        await draw(pilot)
        await pilot.press("k", "k")
        here = app.view.scroll_offset.y
        assert not app.view.following
        app.view.append("More.\n\n" * 30)
        await draw(pilot)
        assert app.view.scroll_offset.y == here
        assert "↓ new text" in app.text()
        await pilot.press("G")
        await draw(pilot)
        assert app.view.following
        assert "↓ new text" not in app.text()
        assert app.text().endswith("More.")
        await pilot.press("g")
        assert app.text().startswith("Paragraph 0")
        await pilot.press("end", "pageup")
        assert told == [False, True, False, True, False]


async def test_wheel_and_page_keys_scroll():
    """There is no scrollbar, but everything scrolls; the mark in the right air says where one is."""
    app = AnswerApp()
    async with app.run_test(size=(60, 23)) as pilot:
        app.view.append(LONG)
        await draw(pilot)
        app.view.focus()
        await pilot.press("home")
        assert app.view.scroll_offset.y == 0
        app.view._on_mouse_scroll_down(_wheel(app.view))
        assert app.view.scroll_offset.y > 0
        await pilot.press("pagedown")
        assert app.view.scroll_offset.y > 15
        assert any(line.rstrip("│").endswith("▐") for line in app.shown())


def _wheel(view):
    from textual.events import MouseScrollDown

    return MouseScrollDown(view, 5, 5, 0, 1, 0, False, False, False, 5, 5)


async def test_turns_stand_below_each_other():
    """Several prompts with their answers in one view; a new turn starts at the top of the page."""
    app = AnswerApp()
    async with app.run_test(size=(60, 23)) as pilot:
        app.view.start_turn("first prompt")
        app.view.append(LONG)
        app.view.finish()
        app.view.start_turn("second prompt")
        app.view.append("Short.")
        await draw(pilot)
        assert app.text() == "> second prompt\n\nShort."
        assert app.view.text == "Short."
        assert app.view.section_text(0) == LONG
        app.view.append(" Late.", section=0)
        await draw(pilot)
        assert app.view.section_text(0).endswith("Late.")
        assert "Short." in app.text()


async def test_reasoning_is_folded_until_it_is_opened():
    """One dim line with a counter; `t` shows what was thought."""
    app = AnswerApp()
    async with app.run_test(size=(60, 23)) as pilot:
        app.view.focus()
        app.view.start_turn("why")
        app.view.append_reasoning("because **it** is" * 100)
        app.view.append("So.")
        await draw(pilot)
        assert app.text() == "> why\n\n▸ reasoning · 1,700 characters · t opens\n\nSo."
        await pilot.press("t")
        assert "▾ reasoning · 1,700 characters · t closes\n▎ because it is" in app.text()
        app.view.append_reasoning(" more")
        await draw(pilot)
        await pilot.press("t")
        assert app.text() == "> why\n\n▸ reasoning · 1,705 characters · t opens\n\nSo."


async def test_headings_and_code_blocks_are_steps():
    """`[` and `]` go to the headings and code blocks."""
    app = AnswerApp()
    async with app.run_test(size=(60, 12)) as pilot:
        app.view.focus()
        app.view.append("# One\n\n" + "x\n\n" * 20 + "## Two\n\n" + "y\n\n" * 20 + "```py\n1\n```\n" + "z\n\n" * 20)
        await draw(pilot)
        await pilot.press("g", "right_square_bracket")
        assert app.text().startswith("Two")
        await pilot.press("right_square_bracket")
        assert app.text().startswith("py · 1")
        await pilot.press("left_square_bracket", "left_square_bracket")
        assert app.text().startswith("One")


async def test_a_search_marks_what_it_finds():
    """Search in the answer, across soft wraps, forwards and back."""
    app = AnswerApp()
    async with app.run_test(size=(40, 12)) as pilot:
        app.view.append("Needle here.\n\n" + LONG + "the end is a very long line until the nee**dle** comes\n")
        await draw(pilot)
        assert app.view.search("NEEDLE") == 2
        await draw(pilot)
        assert "needle" in app.text()
        assert app.view.next() == 1
        assert app.text().startswith("Needle here.")
        marked = [
            segment.text
            for strip in app.screen._compositor.render_strips()
            for segment in strip
            if segment.style and segment.style.bgcolor and segment.text == "Needle"
        ]
        assert marked == ["Needle"]
        assert app.view.previous() == 2
        assert app.view.search("") == 0


async def test_a_selection_is_the_text_without_its_decoration():
    """Soft wraps are undone; bars, padding and indentation stay behind."""
    app = AnswerApp()
    async with app.run_test(size=(40, 30)) as pilot:
        app.view.append("> a quote that is longer than one row of this view\n\n- item\n\n```py\nx = 1\n    y\n```\n")
        await draw(pilot)
        selected, _ = app.view.get_selection(Selection(None, None))
        assert selected == "a quote that is longer than one row of this view\n\n• item\n\nx = 1\n    y"
        part, _ = app.view.get_selection(Selection(Offset(3, 0), Offset(8, 1)))
        assert "a quote that is longer than one row".startswith(part[:10])


async def test_a_line_of_code_that_goes_on_is_selected_as_it_is():
    """The sign before a row that goes on is drawn, and neither selected nor copied nor found."""
    app = AnswerApp()
    async with app.run_test(size=(24, 12)) as pilot:
        app.view.append("```py\nlong = '123456789012345678901234567890'\n```\n")
        await draw(pilot)
        assert "↪" in app.text()
        selected, _ = app.view.get_selection(Selection(None, None))
        assert selected == "long = '123456789012345678901234567890'"
        (block,) = app.view.codes_in(-1)
        assert block.text == selected
        assert app.view.search("123456789012345678901234567890") == 1
        assert app.view.search("↪") == 0


async def test_a_drag_selects_only_where_it_began():
    """A drag that leaves the pane selects nothing in the next one."""
    app = AnswerApp(2)
    async with app.run_test(size=(80, 14)) as pilot:
        for view in app.query(AnswerView):
            view.append("alpha beta gamma\n\nsecond line\n\nthird line\n")
        await draw(pilot)
        first, second = app.query(AnswerView)
        await pilot.mouse_down(first, offset=(7, 0))
        await pilot.hover(first, offset=(4, 2))
        await pilot.hover(second, offset=(6, 2))
        await pilot.mouse_up(second, offset=(6, 2))
        text = app.screen.get_selected_text()
        assert text is not None
        assert text.startswith("beta gamma")
        assert "third" not in text
        assert text.count("alpha") == 0


async def test_a_link_shows_its_real_target_and_only_harmless_ones_are_offered():
    """C13 C14: text and target are told apart; other schemes are never handed on."""
    chosen = []

    class Listening(AnswerApp):
        def on_answer_view_link_chosen(self, message: AnswerView.LinkChosen) -> None:
            chosen.append(message.url)

    app = Listening()
    async with app.run_test(size=(60, 14)) as pilot:
        app.view.append("[bank](https://evil.example/x)\n\n[b](javascript:alert(1))\n\n![c](file:///etc/passwd)\n")
        await draw(pilot)
        await pilot.click(app.view, offset=(2, 0))
        await pilot.click(app.view, offset=(1, 2))
        await pilot.click(app.view, offset=(3, 4))
        assert chosen == ["https://evil.example/x"]
        await pilot.hover(app.view, offset=(2, 0))
        assert str(app.view.tooltip) == "https://evil.example/x"
        assert [(link.target, link.offered) for link in app.view.links] == [
            ("https://evil.example/x", True),
            ("javascript:alert(1)", False),
            ("file:///etc/passwd", False),
        ]


async def test_code_blocks_are_copied_as_received():
    """By number, without fence and list indentation, controls and all."""
    app = AnswerApp()
    async with app.run_test(size=(60, 14)):
        app.view.append("```py title\nx\t= '\x1b'\n```\n\n1. do\n   ```sh\n   ls\n     -l\n   ```\n\n~~~\nopen")
        blocks = [(block.number, block.language, block.text) for block in app.view.codes_in(-1)]
        assert blocks == [(1, "py", "x\t= '\x1b'"), (2, "sh", "ls\n  -l"), (3, "", "open")]


async def test_a_resize_keeps_the_place():
    """The line at the top stays at the top; all is wrapped anew."""
    app = AnswerApp()
    async with app.run_test(size=(60, 20)) as pilot:
        app.view.append("".join(f"Paragraph {n} with some words more than fit in a row.\n\n" for n in range(60)))
        await draw(pilot)
        app.view.focus()
        await pilot.press("g", "pagedown", "pagedown")
        await draw(pilot)
        top = app.text().split(" with")[0].splitlines()[0]
        await pilot.resize_terminal(30, 20)
        await draw(pilot)
        assert top.split()[1] in app.text().splitlines()[0] or "row" in app.text().splitlines()[0]
        await pilot.resize_terminal(10, 5)
        await pilot.resize_terminal(1, 1)
        await pilot.resize_terminal(60, 20)
        await draw(pilot)
        assert app.view.text.startswith("Paragraph 0")


async def test_markup_is_text():
    """C09 C10 C11: square brackets run nothing, hide nothing, break nothing."""
    app = AnswerApp()
    async with app.run_test(size=(80, 20)) as pilot:
        text = "[@click=app.quit]x[/] [/] [bold] [INFO] ok x[i=1] [on] [a=b: [b + x"
        app.view.append(text)
        app.view.finish("[/nope] [b", "error")
        app.view.set_prompt("[@click=app.quit]p[/]")
        await draw(pilot)
        assert app.text() == f"> [@click=app.quit]p[/]\n\n{text}\n\n[/nope] [b"
        await pilot.click(app.view, offset=(20, 2))
        assert app.is_running


HOSTILE = {
    "10 MB token": "x" * 10_000_000,
    "1 MB line": "word " * 200_000,
    "1 MB fence": "```python\n" + "def f(x): return x\n" * 50_000,
    "500x10 table": "|".join("abcdefghij")
    + "\n"
    + "|".join("-" * 10)
    + "\n"
    + ("|".join(["a **b**"] * 10) + "\n") * 500,
    "10x500 table": "|".join(["h"] * 500) + "\n" + "|".join("-" * 500) + "\n" + ("|".join("c" * 500) + "\n") * 10,
    "2,000 items": "- item\n" * 2_000,
    "50,000 backticks": "`" * 50_000,
    "~~a": "~~a" * 20_000,
    "10,000 emoji": "👨‍👩‍👧" * 10_000,
    "2,000 quotes": ">" * 2_000 + " deep\n",
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_text_never_blocks_the_loop(name):
    """C15 C16 C17 C18 S12: every frame stays short, the text is all there, the prompt works."""
    app = AnswerApp()
    async with app.run_test(size=(100, 40)) as pilot:
        await draw(pilot)
        frame_clock_of(app).stop()
        gc.collect()
        gc.disable()
        try:
            app.view.append(HOSTILE[name])
            longest = 0.0
            while app.view.dirty:
                start = time.thread_time()
                app.view.draw_frame(0.0)
                longest = max(longest, time.thread_time() - start)
        finally:
            gc.enable()
        assert longest < 0.1
        assert app.view.text == HOSTILE[name]
        await pilot.click("Input")
        await pilot.press("o", "k")
        assert app.query_one("Input").value == "ok"


async def test_a_growing_paragraph_leaves_no_copies_of_itself() -> None:
    """What the open tail looked like in earlier frames is not held in memory."""
    app = AnswerApp()
    async with app.run_test(size=(60, 20)) as pilot:
        before = _laid_out()
        for number in range(100):
            app.view.append(f"word {number} ")
            await draw(pilot, app.view)
        assert _laid_out() - before < 5


def _laid_out() -> int:
    """Leaves with rows that anything still holds."""
    gc.collect()
    return sum(type(found) is Leaf and found.rows is not None for found in gc.get_objects())
