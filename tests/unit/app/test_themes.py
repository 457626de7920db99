"""Themes from TOML files."""

import pytest
from textual.color import Color

from workbench.app import themes
from workbench.domain.errors import ConfigurationError


@pytest.mark.parametrize("path", list(themes.own_themes()), ids=lambda path: path.stem)
def test_our_themes_are_whole(path):
    """Every theme that ships has eight lane tones that stand out from its background."""
    theme = themes.load_theme(path)

    background = Color.parse(theme.background)
    tones = [Color.parse(theme.variables[f"lane-{number}"]) for number in range(1, 9)]
    assert len({tone.hex for tone in tones}) == 8
    assert all(_contrast(tone, background) >= 4.5 for tone in tones)
    assert _contrast(Color.parse(theme.foreground), background) >= 7
    assert _contrast(Color.parse(theme.variables["text-muted"]), background) >= 4.5


def test_the_three_promised_themes_are_there():
    """Dark, light and high contrast."""
    assert {"dark", "light", "high-contrast"} <= {path.stem for path in themes.own_themes()}


@pytest.mark.parametrize(
    "text",
    [
        "name = 'x'",
        "[colors]\nprimary = 'no colour'",
        "[colors]\nprimary = 'red'\n[lanes]\ntones = []",
        "[colors]\nprimary = 'red'\n[variables]\n'a b' = 'x'",
        "[colors]\nprimary = 'red'\n[variables]\nx = 'red; } * { display: none'",
        "name = '[@click=app.quit]x'\n[colors]\nprimary = 'red'",
        "[[[",
    ],
)
def test_a_bad_theme_is_named(tmp_path, text):
    """A file that is no theme is an error with the file's name; nothing of it reaches a style sheet."""
    path = tmp_path / "bad.toml"
    path.write_text(text, "utf-8")

    with pytest.raises(ConfigurationError, match=r"bad\.toml"):
        themes.load_theme(path)


def test_lane_colours_repeat_after_eight():
    """The ninth lane has the first lane's tone again."""
    assert themes.lane_variable(9) == themes.lane_variable(1) == "lane-1"


def _contrast(one: Color, other: Color) -> float:
    def luminance(color: Color) -> float:
        parts = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in color.normalized]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_a_theme_is_found_by_the_name_in_its_file(tmp_path):
    """What a file calls itself is a name for it too, as that is what a choice in the app is kept by."""
    (tmp_path / "a-file.toml").write_text("name = 'My Own'\n[colors]\nprimary = 'red'\n")
    assert themes.find("My Own", tmp_path) == tmp_path / "a-file.toml"
