"""No place in the app lets text from outside be markup."""

import ast
from pathlib import Path

import workbench.app

_ROOT = Path(workbench.app.__file__).parent
_SHOWS = {"Static", "Label", "notify", "update", "Button", "Checkbox"}
_SAFE_CALLS = {"Content", "styled", "assemble", "truncate", "rstrip"}


def _unsafe(tree: ast.AST) -> list[int]:
    lines = []
    shows = {"Static", "Label"} & {getattr(node, "name", "") for node in ast.walk(tree) if isinstance(node, ast.alias)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name not in _SHOWS or not node.args or (name == "update" and not shows):
            continue
        if any(key.arg == "markup" and getattr(key.value, "value", True) is False for key in node.keywords):
            continue
        first = node.args[0]
        called = first.func if isinstance(first, ast.Call) else None
        builder = getattr(called, "attr", getattr(called, "id", ""))
        plain = isinstance(first, ast.Constant) and "[" not in str(first.value)
        if not plain and builder not in _SAFE_CALLS and not isinstance(first, ast.Starred):
            lines.append(node.lineno)
    return lines


def test_every_widget_that_shows_text_is_told_that_it_is_no_markup():
    """C09, C10, C11: whatever is shown is a constant, a `Content`, or goes with `markup=False`."""
    found = [
        f"{path.relative_to(_ROOT)}:{line}"
        for path in _ROOT.rglob("*.py")
        for line in _unsafe(ast.parse(path.read_text("utf-8")))
    ]
    assert found == []


def test_lists_take_no_markup():
    """C09: every list of options is made with `markup=False`, whatever its lines are."""
    found = [
        f"{path.name}:{node.lineno}"
        for path in _ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "OptionList"
        and not any(key.arg == "markup" and getattr(key.value, "value", True) is False for key in node.keywords)
    ]
    assert found == []


def test_links_are_opened_in_one_place_only():
    """C13: only one module knows the browser, and no widget opens links by itself."""
    users = [path.name for path in _ROOT.rglob("*.py") if "webbrowser" in path.read_text("utf-8")]
    assert users == ["link.py"]
    assert not [path for path in _ROOT.rglob("*.py") if "open_links=True" in path.read_text("utf-8")]
