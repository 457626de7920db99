"""Seeded damage to streamed bodies: what networks, proxies and broken servers do, and worse."""

import random
import re
from collections.abc import Iterator

_SSE_FRAME = re.compile(rb".*?(?:\r\n\r\n|\n\n|\r\r|\Z)", re.DOTALL)


def frames_of(body: bytes, *, lines: bool) -> list[bytes]:
    """A body cut into its frames, each with its end."""
    if lines:
        return body.splitlines(keepends=True)
    return [frame for frame in _SSE_FRAME.findall(body) if frame]


def damaged(body: bytes, chance: random.Random, *, lines: bool) -> bytes:
    """One to three injuries."""
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        match chance.randrange(7):
            case 0:
                body = body[: chance.randrange(len(body) + 1)]
            case 1:
                wounded = bytearray(body)
                for _ in range(chance.choice((1, 1, 2, 5, 20))):
                    if wounded:
                        wounded[chance.randrange(len(wounded))] ^= 1 << chance.randrange(8)
                body = bytes(wounded)
            case 2:
                body = b"".join(_without_one(frames_of(body, lines=lines), chance))
            case 3:
                body = b"".join(_doubled(frames_of(body, lines=lines), chance))
            case 4:
                body = b"".join(_swapped(frames_of(body, lines=lines), chance))
            case 5:
                start = chance.randrange(len(body) + 1)
                body = body[:start] + body[start + chance.randrange(1, 60) :]
            case 6:
                start = chance.randrange(len(body) + 1)
                body = body[:start] + chance.randbytes(chance.randrange(1, 20)) + body[start:]
    return body


def pieces_of(body: bytes, chance: random.Random) -> Iterator[bytes]:
    """The same bytes in reads of any size."""
    size = chance.choice((1, 2, 5, 40, 500, 5000, len(body) + 1))
    start = 0
    while start < len(body):
        step = chance.randint(1, size)
        yield body[start : start + step]
        start += step


def _without_one(frames: list[bytes], chance: random.Random) -> list[bytes]:
    if frames:
        del frames[chance.randrange(len(frames))]
    return frames


def _doubled(frames: list[bytes], chance: random.Random) -> list[bytes]:
    if frames:
        place = chance.randrange(len(frames))
        frames.insert(place, frames[place])
    return frames


def _swapped(frames: list[bytes], chance: random.Random) -> list[bytes]:
    if len(frames) > 1:
        one, other = chance.randrange(len(frames)), chance.randrange(len(frames))
        frames[one], frames[other] = frames[other], frames[one]
    return frames
