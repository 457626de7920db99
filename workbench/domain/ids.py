"""Identifiers that sort by the time they were made, so that keys page and order by themselves."""

import os
import threading
import time

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_lock = threading.Lock()
_last = 0


def new_id() -> str:
    """A 26-character id: 48 bits of milliseconds and 80 of which 64 are random, strictly increasing in a process."""
    global _last
    with _lock:
        stamp = max(int(time.time() * 1000) << 16, _last + 1)
        _last = stamp
    value = stamp << 64 | int.from_bytes(os.urandom(8), "big")
    digits = []
    for _ in range(26):
        value, digit = divmod(value, 32)
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))
