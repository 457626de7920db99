"""Themes are TOML files, one per theme: the program's own, and the user's in a folder of the configuration.

A file has `name`, `dark`, a table `[colors]` with Textual's colour names, `[lanes] tones` (up to 8, then they repeat)
and `[variables]` for anything else that a style sheet may name.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from textual.color import Color, ColorParseError
from textual.theme import Theme

from workbench.domain.clean import clean_line
from workbench.domain.errors import ConfigurationError

LANE_TONES = 8
"""A ninth lane has the first lane's colour again; its number tells them apart."""
DEFAULT = "workbench-dark"
_COLORS = frozenset(
    ("primary", "secondary", "accent", "success", "warning", "error", "foreground", "background", "surface", "panel")
)
_VARIABLE = r"[a-z][a-z0-9-]*"
_NAME = r"\w[\w -]{0,60}"
_VALUE = r"[#%\w. -]*"
_FALLBACK_LANES = ("#6fb3ff", "#f0a661", "#b795f2", "#5ed1ab", "#f28db1", "#d8c665", "#5cc5da", "#c8a183")


def lane_variable(number: int) -> str:
    """The theme variable of the lane with this number, counted from 1."""
    return f"lane-{(number - 1) % LANE_TONES + 1}"


def variable_defaults() -> dict[str, str]:
    """Our variables for themes that don't know them, such as Textual's own."""
    return {f"lane-{index}": tone for index, tone in enumerate(_FALLBACK_LANES, 1)} | {"code-ground": "#80808018"}


def own_themes() -> Iterator[Path]:
    """The files that ship with the program: in the wheel, or beside the package in its source tree."""
    shipped = Path(__file__).parents[1] / "themes"
    folder = shipped if shipped.is_dir() else shipped.parent.parent / "themes"
    yield from sorted(folder.glob("*.toml"))


def users_themes(folder: Path | None) -> Iterator[Path]:
    """The user's own files."""
    if folder is not None and folder.is_dir():
        yield from sorted(folder.glob("*.toml"))


def find(name: str, folder: Path | None) -> Path | None:
    """The file of a theme by its name or the file's; None when it is none of ours."""
    short = name.removeprefix("workbench-")
    for path in [*users_themes(folder), *own_themes()]:
        if path.stem in (name, short):
            return path
    return next((path for path in users_themes(folder) if _name_in(path) == name), None)


def _name_in(path: Path) -> str | None:
    """What a file calls itself, if it is a theme."""
    try:
        return load_theme(path).name
    except ConfigurationError:
        return None


def load_theme(path: Path) -> Theme:
    """One file as a theme of Textual.

    Raises:
        ConfigurationError: it can't be read, or a colour is none.
    """
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigurationError(f"no theme: {clean_line(str(error))}", str(path)) from error
    colors = {key: _color(path, key, value) for key, value in _table(path, found, "colors").items() if key in _COLORS}
    if "primary" not in colors:
        raise ConfigurationError("a theme needs at least colors.primary", str(path))
    tones = _table(path, found, "lanes").get("tones", _FALLBACK_LANES)
    if not isinstance(tones, list | tuple) or not tones:
        raise ConfigurationError("lanes.tones must be a list of colours", str(path))
    variables = {
        f"lane-{index + 1}": _color(path, "lanes.tones", tones[index % len(tones)]) for index in range(LANE_TONES)
    }
    for name, value in _table(path, found, "variables").items():
        if not re.fullmatch(_VARIABLE, name) or not isinstance(value, str) or not re.fullmatch(_VALUE, value):
            raise ConfigurationError(f"variables.{clean_line(name)} is no name and plain value", str(path))
        variables[name] = value
    name = str(found.get("name", path.stem))
    if not re.fullmatch(_NAME, name):
        raise ConfigurationError("name may have letters, digits, spaces, - and _", str(path))
    return Theme(
        name=name,
        dark=bool(found.get("dark", True)),
        variables=variables,
        **colors,  # type: ignore[arg-type]
    )


def _table(path: Path, found: dict[str, Any], key: str) -> dict[str, Any]:
    table = found.get(key, {})
    if not isinstance(table, dict):
        raise ConfigurationError(f"{key} must be a table", str(path))
    return table


def _color(path: Path, key: str, value: object) -> str:
    try:
        return Color.parse(str(value)).css
    except ColorParseError:
        raise ConfigurationError(f"{key}: {clean_line(str(value))!r} is no colour", str(path)) from None
