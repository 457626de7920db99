"""Takes the pictures of the README from the real app on simulated models: `make screenshots`.

Each picture is a size, a few keys and a condition to wait for. The SVG holds no reference to anything outside, and
the PNG is drawn from it.
"""

import asyncio
import os
import re
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from textual.pilot import Pilot

FOLDER = Path(__file__).parent
FONT = "DejaVu Sans Mono"
"""Its letters are 0.602 of their size wide; the picture's cells are 12.2 wide."""
FONT_SIZE = 12.2 / 0.602
PROMPT = "Sort a list of people by age in Python, and say what each way costs"
PATIENCE_S = 40.0


@dataclass(frozen=True)
class Picture:
    """One picture."""

    name: str
    size: tuple[int, int]
    targets: tuple[str, ...]
    act: Callable[[Pilot[object]], Awaitable[None]]


async def _wait(pilot: Pilot[object], done: Callable[[], bool]) -> None:
    loop = asyncio.get_running_loop()
    end = loop.time() + PATIENCE_S
    while not done():
        if loop.time() > end:
            raise TimeoutError("what the picture shows never came")
        await pilot.pause(0.05)


def _figures(pilot: Pilot[object]) -> list[object]:
    return [pane.figures for pane in pilot.app.screen.stage.panes]  # type: ignore[attr-defined]


async def _send(pilot: Pilot[object], prompt: str) -> None:
    screen = pilot.app.screen
    await _wait(pilot, lambda: getattr(screen, "comparison", None) is not None)
    screen.send(prompt)  # type: ignore[attr-defined]


async def _look_around(pilot: Pilot[object]) -> None:
    await _wait(pilot, lambda: getattr(pilot.app.screen, "_found", None) is not None)
    await pilot.pause(0.2)


async def _streaming(pilot: Pilot[object]) -> None:
    await _send(pilot, PROMPT)
    await _wait(pilot, lambda: any((found.elapsed_s or 0) > 4.2 for found in _figures(pilot)))  # type: ignore[attr-defined]
    await pilot.press("f3")
    await pilot.pause(0.3)


async def _ended(pilot: Pilot[object]) -> None:
    await _send(pilot, PROMPT)
    await _wait(pilot, lambda: all(found.elapsed_s and not found.running for found in _figures(pilot)))  # type: ignore[attr-defined]
    await pilot.pause(0.6)


FOUR = ("sim/swift", "sim/steady", "sim/thinker", "sim/sage")
PICTURES = (
    Picture("welcome", (100, 28), (), _look_around),
    Picture("four-panes-streaming", (140, 44), FOUR, _streaming),
    Picture("failed-beside-good", (140, 40), ("sim/swift", "sim/steady@500", "sim/dropper"), _ended),
    Picture("small-80x24", (80, 24), ("sim/swift", "sim/coder"), _ended),
)


async def take(picture: Picture) -> None:
    """Run the app until the picture is there, and save it."""
    from workbench.app.app import WorkbenchApp
    from workbench.app.services import StartOptions
    from workbench.wiring.services import AppServices

    app = WorkbenchApp(AppServices(), StartOptions(targets=picture.targets))
    async with app.run_test(size=picture.size) as pilot:
        await picture.act(pilot)
        svg = closed(app.export_screenshot(title="workbench"))
    (FOLDER / f"{picture.name}.svg").write_text(svg, "utf-8")
    (FOLDER / f"{picture.name}.png").write_bytes(png_of(svg))


def closed(svg: str) -> str:
    """The picture without the fonts that it would fetch, and without characters that XML forbids."""
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    svg = re.sub(r"font-family: ?Fira Code", f"font-family: '{FONT}', 'Fira Code'", svg)
    svg = svg.replace("font-size: 20px", f"font-size: {FONT_SIZE:.2f}px")
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f]", "\ufffd", svg)


def png_of(svg: str) -> bytes:
    """Drawn half as large again, for sharp letters."""
    import resvg_py

    return bytes(resvg_py.svg_to_bytes(svg_string=svg, monospace_family=FONT, zoom=1.5))


def main() -> None:
    """Take all pictures, or those that are named."""
    wanted = set(sys.argv[1:])
    with tempfile.TemporaryDirectory() as folder:
        for name in list(os.environ):
            if name.startswith(("WORKBENCH_", "XDG_")) or name.endswith(("_API_KEY", "_TOKEN")):
                del os.environ[name]
        os.environ["HOME"] = folder
        for picture in PICTURES:
            if not wanted or picture.name in wanted:
                asyncio.run(take(picture))
                print(f"{picture.name}: {FOLDER / picture.name}.svg, .png")


if __name__ == "__main__":
    main()
