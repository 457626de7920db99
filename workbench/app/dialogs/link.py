"""Opening a link: the real target is shown whole, and only then opened."""

import unicodedata
from urllib.parse import SplitResult, urlsplit

from textual.content import Content

from workbench.app.dialogs.menu import MenuDialog, MenuItem
from workbench.domain.clean import clean_line

_OPENABLE = frozenset({"http", "https", "mailto"})


def link_warnings(url: str) -> list[str]:
    """What a reader should know about this target; an empty list is a plain one."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ["this is no address"]
    warnings = []
    if parts.username or parts.password:
        warnings.append(f"the part before @ is no host: it goes to {clean_line(parts.hostname or '')}")
    host = parts.hostname or ""
    if host.startswith("xn--") or ".xn--" in host or not host.isascii():
        warnings.append("the host's name has letters that may look like others")
    if any(unicodedata.category(letter) in ("Cc", "Cf") for letter in url):
        warnings.append("it holds invisible characters")
    return warnings


def openable(url: str) -> bool:
    """Only http, https and mailto, with nothing that a command line or terminal could take for something else."""
    if not url or url[0] == "-" or any(ord(letter) < 33 or ord(letter) == 127 for letter in url):
        return False
    try:
        parts: SplitResult = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme.lower() in _OPENABLE and bool(parts.netloc or parts.scheme.lower() == "mailto")


def open_link(url: str) -> bool:
    """Hand it to the browser of the desktop. The only place that does; blocking."""
    if not openable(url):
        return False
    import webbrowser

    return webbrowser.open(url)


class LinkDialog(MenuDialog):
    """Answers "open", "copy" or None."""

    def __init__(self, url: str) -> None:
        self._url = url
        allowed = openable(url)
        items = [
            MenuItem("open", "Open in the browser", "o", "" if allowed else "only http, https and mailto", allowed),
            MenuItem("copy", "Copy the address", "y"),
        ]
        super().__init__("Where this link leads", items)

    def compose(self):  # type: ignore[no-untyped-def]
        """The whole target above the choices."""
        from textual.containers import Vertical
        from textual.widgets import OptionList, Static
        from textual.widgets.option_list import Option

        with Vertical(id="box") as box:
            box.border_title = Content("Where this link leads")
            box.border_subtitle = Content("Enter choose · Esc close")
            yield Static(Content(clean_line(self._url)))
            for warning in link_warnings(self._url):
                yield Static(Content.styled(warning, "$warning"))
            yield OptionList(
                *(Option(self._line(item), id=item.id, disabled=not item.enabled) for item in self._items), markup=False
            )
