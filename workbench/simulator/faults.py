"""What can be asked of a simulated model beyond its character, appended to its name or sent as a header.

    steady@429=2:1        the first two requests of each conversation get 429 with Retry-After: 1
    steady@tps=0@tokens=5000@split=1

The header `x-simulate: 429=2:1@slow` takes the same words. The model's own faults, those in its name and those in the
header add up, the last one wins. `:` may stand for the first `=` (`cut:20`). `FAULT_HELP` lists all of them.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

FAULT_HELP = """\
Faults and shaping: append them to a model's name (steady@429=2:1@slow) or send
them as header x-simulate. N counts content tokens, or bytes of the body when
written Nb.

  answer    @tokens=N       exactly N tokens
            @length=N       stops at N tokens with finish reason length
            @seed=N         another choice of chunks and ids
            @think          with reasoning
            @tool           calls a tool
            @refuse         declines
            @filter=N       content filter after N tokens
            @silent         finishes without a word
            @escape         full of escape sequences and markup
            @nousage        reports no token counts
            @nofinish       the body ends without its finish marker
  speed     @tps=N          tokens per second, 0 is full speed
            @ttft=S         seconds to the first token
            @slow[=F]       F (10) times slower
            @drip=S         S seconds between writes (@split=1: between bytes)
  refusals  @STATUS[=N[:A]] 401, 404, 429, 500, 529 ...: the first N requests of
                            each conversation, else all; A is the Retry-After
            @reject=FIELD   400 when the request holds this field
            @html[=STATUS]  a network's sign-in page, with status 200
            @empty          200 with an empty body
            @hang           never answers, not even with headers
            @drop           closes without a byte
  breaks    @cut=N          orderly end of the body after N
            @close=N        the connection is dropped after N
            @rst=N          TCP reset after N
            @stall=N[:S]    silence after N, for ever or for S seconds
            @error=N        the provider's own error frame after N
            @garbage=N      a frame that is no JSON after N
  bytes     @split=N        N bytes a write
            @once           the whole body in one write
            @gzip           compressed, flushed at every write
            @crlf           CRLF line ends
            @keepalive[=S]  comments between frames, and every S (1) seconds
                            while nothing else is sent
"""


class UnknownFault(ValueError):
    """A word after `@` that means nothing, or a value that it does not take."""


@dataclass(frozen=True, slots=True)
class Point:
    """A place in an answer."""

    count: int
    in_bytes: bool = False
    """Bytes of the body before compression; else content tokens."""


@dataclass(frozen=True, slots=True)
class Faults:
    """How one answer is shaped and broken; the defaults are a healthy one."""

    tokens: int | None = None
    length: int | None = None
    seed: int | None = None
    think: bool = False
    tool: bool = False
    refuse: bool = False
    filter: int | None = None
    silent: bool = False
    escape: bool = False
    nousage: bool = False
    nofinish: bool = False
    tps: float | None = None
    """Tokens per second; 0 is full speed."""
    ttft: float | None = None
    """Seconds to the first token."""
    slow: float | None = None
    """Divides the speed, multiplies the first token's delay."""
    status: int | None = None
    status_times: int | None = None
    """None: every request."""
    retry_after: str | None = None
    """The header's value as it is, so that nonsense can be sent too."""
    reject: str | None = None
    html: int | None = None
    empty: bool = False
    cut: Point | None = None
    close: Point | None = None
    rst: Point | None = None
    stall: Point | None = None
    stall_s: float | None = None
    """None: for ever."""
    error: Point | None = None
    garbage: Point | None = None
    hang: bool = False
    drop: bool = False
    split: int | None = None
    drip: float | None = None
    """Seconds between writes."""
    once: bool = False
    gzip: bool = False
    crlf: bool = False
    keepalive: float | None = None
    """Seconds between comments while nothing else is sent."""


def split_name(model: str) -> tuple[str, str]:
    """`steady@429=2` to `("steady", "429=2")`."""
    name, _, words = model.partition("@")
    return name, words


def parse_faults(*specifications: str | None) -> Faults:
    """Join several `word=value@word` texts, later ones winning.

    Raises:
        UnknownFault: a word or value that means nothing.
    """
    faults = Faults()
    for specification in specifications:
        for part in (specification or "").split("@"):
            if part.strip():
                faults = _with(faults, part.strip())
    return faults


def _with(faults: Faults, part: str) -> Faults:
    word, _, value = re.sub(r"^([a-z0-9]+):", r"\1=", part, count=1).partition("=")
    try:
        if re.fullmatch(r"[3-5]\d\d", word):
            times, _, retry_after = value.partition(":")
            return replace(
                faults,
                status=int(word),
                status_times=_count(times) if times else None,
                retry_after=retry_after or None,
            )
        if word == "stall":
            point, _, seconds = value.partition(":")
            return replace(faults, stall=_point(point), stall_s=_number(seconds) if seconds else None)
        return replace(faults, **{word: _READERS[word](value)})
    except (KeyError, ValueError):
        raise UnknownFault(f"{part!r} is no fault of the simulator") from None


def _flag(value: str) -> bool:
    if value:
        raise ValueError(value)
    return True


def _count(value: str) -> int:
    count = int(value)
    if count < 0:
        raise ValueError(value)
    return count


def _positive(value: str) -> int:
    return max(1, _count(value or "1"))


def _number(value: str) -> float:
    number = float(value)
    if not math.isfinite(number) or number < 0:
        raise ValueError(value)
    return number


def _point(value: str) -> Point:
    return Point(_count(value.removesuffix("b") or "0"), value.endswith("b"))


def _text(value: str) -> str:
    if not value:
        raise ValueError(value)
    return value


_READERS: dict[str, Callable[[str], Any]] = {
    **dict.fromkeys(
        (
            "think",
            "tool",
            "refuse",
            "silent",
            "escape",
            "nousage",
            "nofinish",
            "empty",
            "hang",
            "drop",
            "once",
            "gzip",
            "crlf",
        ),
        _flag,
    ),
    **dict.fromkeys(("tokens", "length", "seed", "filter"), _count),
    **dict.fromkeys(("tps", "ttft", "drip"), _number),
    **dict.fromkeys(("cut", "close", "rst", "error", "garbage"), _point),
    "slow": lambda value: _number(value or "10") or 1.0,
    "split": _positive,
    "keepalive": lambda value: _number(value or "1") or 1.0,
    "reject": _text,
    "html": lambda value: _count(value or "200"),
}
