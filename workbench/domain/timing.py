"""When things happened in an attempt, and the packed timing that a replay plays.

All figures are float seconds of a monotonic clock, counted from the moment the request was handed to the network.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    """One attempt's moments; None until, or unless, they come."""

    queued_s: float = 0.0
    """Waiting in the lane's or host's queue before the clock started."""
    connect_s: float | None = None
    headers_s: float | None = None
    first_event_s: float | None = None
    first_reasoning_s: float | None = None
    first_text_s: float | None = None
    """First visible text."""
    first_token_s: float | None = None
    """First reasoning, text, tool call or refusal."""
    end_s: float | None = None
    cold: bool = False
    """The connection was not warmed before the clock started."""
    paused_s: float = 0.0
    """Of the time after the first token: tools ran, or their next round had not begun to answer."""


def tokens_per_second(output_tokens: int | None, timing: Timing) -> float | None:
    """Output tokens, reasoning included, over (end - first token - pauses); None when one is unknown or that is nil."""
    if output_tokens is None or timing.first_token_s is None or timing.end_s is None:
        return None
    span = timing.end_s - timing.first_token_s - timing.paused_s
    return output_tokens / span if span > 0 else None


class PackedDeltas:
    """Arrivals of one answer, packed as they come: an hour of streaming is a few kilobytes."""

    def __init__(self, resolution_s: float = 0.05) -> None:
        self._resolution_ms = resolution_s * 1000
        self._packed = bytearray()
        self._played_ms = 0
        self._pending_ms = 0
        self._pending = 0

    def add(self, at_s: float, length: int) -> None:
        """So many characters arrived, so many seconds after the start."""
        at_ms = max(self._played_ms, round(at_s * 1000))
        if self._pending and at_ms - self._pending_ms >= self._resolution_ms:
            self._settle(self._packed)
            self._played_ms, self._pending = self._pending_ms, 0
        if not self._pending:
            self._pending_ms = at_ms
        self._pending += length

    def packed(self) -> bytes:
        """Varint (delay in ms, length) pairs; what comes within the resolution is one pair."""
        whole = bytearray(self._packed)
        if self._pending:
            self._settle(whole)
        return bytes(whole)

    def _settle(self, packed: bytearray) -> None:
        _append_varint(packed, self._pending_ms - self._played_ms)
        _append_varint(packed, self._pending)


def pack_deltas(deltas: Iterable[tuple[float, int]], resolution_s: float = 0.05) -> bytes:
    """(seconds since start, characters) pairs as `PackedDeltas` keeps them."""
    packing = PackedDeltas(resolution_s)
    for at_s, length in deltas:
        packing.add(at_s, length)
    return packing.packed()


def unpack_deltas(packed: bytes) -> Iterator[tuple[float, int]]:
    """The (seconds since start, characters) pairs of `pack_deltas`.

    Raises:
        ValueError: the value is damaged.
    """
    numbers = _varints(packed)
    at_ms = 0
    for delay_ms in numbers:
        at_ms += delay_ms
        try:
            yield at_ms / 1000, next(numbers)
        except StopIteration:
            raise ValueError("a packed timing ends in the middle of a pair") from None


def _append_varint(packed: bytearray, number: int) -> None:
    while number > 0x7F:
        packed.append(number & 0x7F | 0x80)
        number >>= 7
    packed.append(number)


def _varints(packed: bytes) -> Iterator[int]:
    number = shift = 0
    for byte in packed:
        number |= (byte & 0x7F) << shift
        if byte & 0x80:
            shift += 7
            continue
        yield number
        number = shift = 0
    if shift:
        raise ValueError("a packed timing ends in the middle of a number")
