"""Cells: what is painted line by line is what a full repaint shows, and no text moves a border."""

import random

import pytest

from tests.app.answer_app import AnswerApp, draw
from tests.unit.app.answer.test_prefixes import DOCUMENTS

WIDE = """# 你好 👨‍👩‍👧‍👦 family

ZWJ 👩🏽‍⚕️ 🏳️‍🌈 ❤️‍🔥, flags 🇩🇪🇫🇷 🏴󠁧󠁢󠁥󠁮󠁧󠁿, keycap 1️⃣, skin ✌🏽, hearts ❤️ ❤, ambiguous ±§°αβ─│, kana カタカナ ｶﾀｶﾅ, 한국어,
combining e\u0301 a\u0308\u0323, Thai ภาษาไทย, Hindi क्‍ष नमस्ते, Arabic مرحبا, Persian می‌خواهم, \u202eoverride\u2066.

| 名前 | 値 |
|---|---|
| 👨‍👩‍👧 | ❤️ |
| 長い長い長い長い長い文字列 | b |

```py
s = "全角文字列全角文字列全角文字列全角文字列全角文字列"  # 👩‍🚀
```

> 引用 🎉

"""


@pytest.mark.parametrize("text", [WIDE, "a" + "\u0301" * 50_000, "👨‍👩‍👧" * 2_000, "🇩🇪" * 300, "\u0301\u0301x\n" * 30])
async def test_borders_stand_whatever_is_between_them(text):
    """C19 C21: the right border of each pane is in its column in an independent terminal."""
    app = AnswerApp(2)
    async with app.run_test(size=(80, 40)) as pilot:
        terminal = app.attach(80, 40)
        await pilot.pause()
        for view in app.query("AnswerView"):
            view.append(text)
        await draw(pilot)
        for y in range(1, 36):
            line = terminal.buffer[y]
            assert [line[x].data for x in (0, 39, 40, 79)] == ["│"] * 4, terminal.display[y]


@pytest.mark.parametrize("name", ["mixed", "long code", "long table", "wide"])
async def test_painting_by_lines_equals_painting_all(name):
    """After every frame the terminal shows what a full repaint would show."""
    document = DOCUMENTS.get(name, WIDE * 3)
    dice = random.Random(name)
    app = AnswerApp(2)
    async with app.run_test(size=(90, 24)) as pilot:
        terminal = app.attach(90, 24)
        await draw(pilot)
        start = 0
        while start < len(document):
            end = start + dice.randint(1, max(len(document) // 60, 2))
            for view in app.query("AnswerView"):
                view.append(document[start:end])
            if dice.random() < 0.1:
                app.view.action_line(-3)
            if dice.random() < 0.1:
                app.view.follow()
            start = end
            await draw(pilot)
            by_lines = [*terminal.display]
            app.screen.refresh()
            await pilot.pause(0.05)
            assert by_lines == terminal.display


async def test_an_overlay_is_not_painted_over():
    """While something covers the view, Textual paints."""
    app = AnswerApp()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        terminal = app.attach(80, 24)
        app.notify("a word that stays above\n\nthe text\n\nand more", timeout=30)
        await pilot.pause(0.2)
        app.view.append("under\n\n" * 40)
        await draw(pilot)
        await pilot.pause(0.1)
        assert any("a word that stays above" in line for line in terminal.display)
        assert "under" in terminal.display[3]
