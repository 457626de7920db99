"""The application: themes, screens, and what all screens share."""

from textual.app import App

from workbench.app.services import Services, StartOptions


class WorkbenchApp(App[int]):
    """Compares language models."""

    def __init__(self, services: Services, start: StartOptions = StartOptions()) -> None:  # noqa: B008
        super().__init__()
        self.services = services
        self.start = start
