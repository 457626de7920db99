"""Runs the app as a process: signals, crashes and the exit code."""

from workbench.app.services import Services, StartOptions


def run_app(services: Services, start: StartOptions) -> int:
    """Run until the user quits; the process's exit code."""
    from workbench.app.app import WorkbenchApp

    app = WorkbenchApp(services, start)
    app.run()
    return app.return_code or 0
