"""Runs the app as a process: signals, crashes and the exit code; the terminal is left as it was found on every path."""

import asyncio
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from workbench.app.services import Services, StartOptions

if TYPE_CHECKING:
    from workbench.app.app import WorkbenchApp

INTERRUPTED = 130
GRACE_S = 1.5
"""After a signal the program is gone within this time, whatever still hangs."""
RESTORE_S = 0.3
_ENDING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGQUIT") if hasattr(signal, name))


def run_app(services: Services, start: StartOptions) -> int:
    """Run until the user quits; the process's exit code."""
    from workbench.app.app import WorkbenchApp
    from workbench.app.keyboard import mend_keyboard
    from workbench.app.lost_terminal import outliving

    mend_keyboard()
    app = WorkbenchApp(services, start)
    app.driver_class = outliving(app.driver_class)
    asyncio.run(_run(app))
    if app.crash is not None:
        with contextlib.suppress(OSError, ValueError):
            print(app.crash.words(), file=sys.stderr)
        return app.return_code or 1
    if app.ended_by is not None:
        return 128 + app.ended_by
    return app.return_code or 0


async def _run(app: "WorkbenchApp") -> None:
    loop = asyncio.get_running_loop()
    for number in _ENDING:
        signal.signal(number, _ending(app, loop))
    loop.add_signal_handler(signal.SIGINT, _interrupt(app))
    if hasattr(signal, "SIGUSR1"):
        loop.add_signal_handler(signal.SIGUSR1, _ignore)
    try:
        await app.run_async()
    finally:
        for number in _ENDING:
            signal.signal(number, signal.SIG_DFL)
        loop.remove_signal_handler(signal.SIGINT)


def _ending(app: "WorkbenchApp", loop: asyncio.AbstractEventLoop) -> Callable[[int, object], None]:
    """A handler that works even while the loop waits for a terminal that takes no more output."""

    def end(number: int, _frame: object) -> None:
        _give_up_later(app, number)
        loop.call_soon_threadsafe(app.terminated, number)

    return end


def _give_up_later(app: "WorkbenchApp", number: int) -> None:
    """A thread sees to it that leaving ends."""
    last_resort = threading.Timer(GRACE_S, _restore_and_exit, (app, 128 + number))
    last_resort.daemon = True
    last_resort.start()


def _interrupt(app: "WorkbenchApp") -> Callable[[], None]:
    """The first SIGINT does what Ctrl+C does, a second one within the grace ends the program."""
    times: list[float] = []

    def interrupted() -> None:
        now = asyncio.get_running_loop().time()
        if times and now - times[-1] < GRACE_S:
            _give_up_later(app, signal.SIGINT)
            app.terminated(signal.SIGINT)
            return
        times.append(now)
        app.call_later(app.action_interrupt)

    return interrupted


def _restore_and_exit(app: "WorkbenchApp", code: int) -> None:
    restoring = threading.Thread(target=_restore, args=(app,), daemon=True)
    restoring.start()
    restoring.join(RESTORE_S)
    os._exit(code)


def _restore(app: "WorkbenchApp") -> None:
    """The terminal's modes first: writing to it may never end."""
    driver = app._driver
    modes = getattr(driver, "attrs_before", None)
    if driver is None or modes is None:
        return
    import termios

    with contextlib.suppress(Exception):
        termios.tcsetattr(sys.__stdin__.fileno(), termios.TCSANOW, modes)  # type: ignore[union-attr]
    with contextlib.suppress(Exception):
        driver.stop_application_mode()
    with contextlib.suppress(Exception):
        driver.close()


def _ignore() -> None:
    pass
