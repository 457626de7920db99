"""The signs of states and marks: a sign never stands without its word or letter, colour never alone."""

from typing import NamedTuple


class StateSign(NamedTuple):
    """How a state of a response is shown."""

    sign: str
    word: str
    tone: str
    """A theme variable: success, warning, error or text-muted; "lane" is the lane's own colour."""


_WORDS = {
    "idle": ("ready", "text-muted"),
    "queued": ("queued", "text-muted"),
    "waiting": ("waiting", "lane"),
    "streaming": ("streaming", "lane"),
    "retrying": ("retrying", "warning"),
    "complete": ("complete", "success"),
    "truncated": ("truncated", "warning"),
    "refused": ("refused", "warning"),
    "filtered": ("filtered", "warning"),
    "empty": ("empty", "warning"),
    "cancelled": ("stopped", "text-muted"),
    "failed": ("failed", "error"),
    "interrupted": ("interrupted", "warning"),
}
_UNICODE = dict(zip(_WORDS, "··▸▸↻✓…⊘⊘∅■✗↯", strict=True))
_ASCII = dict(zip(_WORDS, "..>>r+:!!0#x%", strict=True))


class Symbols(NamedTuple):
    """One set of signs."""

    states: dict[str, StateSign]
    bars: str = "▁▂▃▄▅▆▇█"
    arrow: str = "→"
    dot: str = "·"
    marked: str = "◆"
    best: str = "★"
    follow: str = "↓"
    menu: str = "▾"
    cross: str = "✕"
    line: str = "─"
    heavy_line: str = "━"

    def state(self, name: str) -> StateSign:
        """The sign of a state; an unknown one is shown by its own name."""
        return self.states.get(name) or StateSign("?", name, "text-muted")


def _states(signs: dict[str, str]) -> dict[str, StateSign]:
    return {name: StateSign(signs[name], word, tone) for name, (word, tone) in _WORDS.items()}


UNICODE = Symbols(_states(_UNICODE))
ASCII = Symbols(
    _states(_ASCII),
    bars="_.-=+*#@",
    arrow=">",
    dot="|",
    marked="*",
    best="!",
    follow="v",
    menu="v",
    line="-",
    heavy_line="=",
    cross="x",
)
