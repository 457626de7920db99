"""The window's size, when sizes follow each other faster than they are taken.

The terminal's signal interrupts its own handler: the handler that read an older size can be the one that posts last,
and the program would stay at a size that the window no longer has.
"""

from textual import events
from textual.driver import Driver


def with_size_of_now(event: events.Resize, driver: Driver | None) -> events.Resize:
    """The event with the size that the window has now; terminals that report sizes in their input keep the order."""
    ask = getattr(driver, "_get_terminal_size", None)
    if ask is None or getattr(driver, "_in_band_window_resize", False):
        return event
    size = ask()
    return event if event.size == size else events.Resize.from_dimensions(size, None)
