"""Imports that wait for a pause in typing."""

import asyncio
import importlib
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench.app.quiet_imports import PAUSE_S, SWITCH_S, QuietImports, behind_keys


class Typing:
    """Someone who types: the seconds since the last key, as they are asked for; the last goes on."""

    def __init__(self, *since_key_s: float) -> None:
        self.asked = 0
        self.first = threading.Event()
        self._since_key_s = since_key_s

    def __call__(self) -> float:
        self.first.set()
        self.asked += 1
        return self._since_key_s[min(self.asked, len(self._since_key_s)) - 1]


@pytest.fixture
def vendor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A package that nothing else imports, with a module inside."""
    (tmp_path / "some_vendor").mkdir()
    (tmp_path / "some_vendor" / "__init__.py").write_text("from some_vendor import inside\n")
    (tmp_path / "some_vendor" / "inside.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    yield "some_vendor"
    for name in [name for name in sys.modules if name.startswith("some_vendor")]:
        del sys.modules[name]


@pytest.fixture
def installed() -> Iterator[list[QuietImports]]:
    """Whatever is put in here is stopped again."""
    made: list[QuietImports] = []
    yield made
    for imports in made:
        imports.stop()


def begin(installed: list[QuietImports], typing: Typing) -> QuietImports:
    imports = QuietImports(typing)
    imports.start()
    installed.append(imports)
    return imports


async def test_each_module_waits_for_a_pause(vendor: str, installed: list[QuietImports]) -> None:
    """A key before each of two modules holds each of them back until the keys stop."""
    nearly = PAUSE_S - 0.001
    typing = Typing(nearly, nearly, PAUSE_S, nearly, PAUSE_S)
    begin(installed, typing)
    with behind_keys():
        await asyncio.to_thread(importlib.import_module, vendor)
    assert f"{vendor}.inside" in sys.modules
    assert typing.asked == 5


async def test_what_is_asked_for_waits_no_longer(vendor: str, installed: list[QuietImports]) -> None:
    """While keys come without end nothing is imported, until something waits for it; afterwards there is time again."""
    typing = Typing(0.0)
    imports = begin(installed, typing)
    with behind_keys():
        loading = asyncio.create_task(asyncio.to_thread(importlib.import_module, vendor))
    async with asyncio.timeout(20):
        await asyncio.to_thread(typing.first.wait)
        assert not loading.done()
        imports.hurry()
        await loading
        await imports.pause()
    imports.take_time()
    waiting = asyncio.create_task(imports.pause())
    await asyncio.sleep(0)
    assert not waiting.done()
    imports.hurry()
    async with asyncio.timeout(20):
        await waiting


async def test_nothing_else_waits(vendor: str, installed: list[QuietImports]) -> None:
    """Keys hold back neither what somebody asked for, nor the program's own modules, nor the loop itself."""
    typing = Typing(0.0)
    begin(installed, typing)
    async with asyncio.timeout(20):
        with behind_keys():
            await asyncio.to_thread(importlib.import_module, "workbench.app.file_names")
            importlib.import_module(f"{vendor}.inside")
        del sys.modules[f"{vendor}.inside"]
        await asyncio.to_thread(importlib.import_module, f"{vendor}.inside")
    assert typing.asked == 0


async def test_a_module_that_is_held_back_keeps_no_other_waiting(
    vendor: str, installed: list[QuietImports], tmp_path: Path
) -> None:
    """While one thread waits with a module, the loop and other threads import what is new to them."""
    (tmp_path / "some_vendor_beside.py").write_text("")
    (tmp_path / "some_vendor_again.py").write_text("")
    typing = Typing(0.0)
    imports = begin(installed, typing)
    with behind_keys():
        held = asyncio.create_task(asyncio.to_thread(importlib.import_module, vendor))
    async with asyncio.timeout(20):
        await asyncio.to_thread(typing.first.wait)
        importlib.import_module("some_vendor_beside")
        await asyncio.to_thread(importlib.import_module, "some_vendor_again")
        assert not held.done()
        imports.hurry()
        await held
    assert sys.modules[vendor].__spec__.loader.__class__ is sys.modules["some_vendor_beside"].__spec__.loader.__class__


async def test_it_leaves_no_trace(installed: list[QuietImports]) -> None:
    """Threads give way sooner while it works; afterwards the interpreter is as it was."""
    finders, switch_s = [*sys.meta_path], sys.getswitchinterval()
    imports = begin(installed, Typing(0.0))
    assert sys.getswitchinterval() == pytest.approx(SWITCH_S)
    imports.stop()
    assert sys.meta_path == finders
    assert sys.getswitchinterval() == pytest.approx(switch_s)
