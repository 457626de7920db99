"""Lines of JSON from bytes, without I/O: Ollama's framing. Shaped like `SseDecoder`; the event name is always empty."""

from workbench.domain.errors import ErrorInfo, ProviderError
from workbench.providers.sse import MAX_EVENT_BYTES


class NdjsonDecoder:
    """Non-blank lines of one body, however its bytes are cut. Bytes that are no UTF-8 become U+FFFD."""

    def __init__(self, max_line_bytes: int = MAX_EVENT_BYTES) -> None:
        self._max = max_line_bytes
        self._pieces: list[bytes] = []
        self._held = 0

    def feed(self, data: bytes) -> list[tuple[str, str]]:
        """The lines that `data` completes.

        Raises:
            ProviderError: `too_large`, one line is larger than the cap.
        """
        end = data.rfind(b"\n")
        if end < 0:
            self._hold(data)
            return []
        self._pieces.append(data[:end])
        whole = b"".join(self._pieces)
        self._pieces.clear()
        self._held = 0
        if end + 1 < len(data):
            self._hold(data[end + 1 :])
        return _lines(whole)

    def close(self) -> list[tuple[str, str]]:
        """The line that the end of the body left open, if any."""
        rest = b"".join(self._pieces)
        self._pieces.clear()
        self._held = 0
        return _lines(rest)

    def _hold(self, data: bytes) -> None:
        self._pieces.append(data)
        self._held += len(data)
        if self._held > self._max:
            raise ProviderError(ErrorInfo("too_large", f"one line of the stream is larger than {self._max >> 20} MB"))


def _lines(whole: bytes) -> list[tuple[str, str]]:
    text = whole.decode("utf-8", "replace").removeprefix("\ufeff")
    return [("", line) for line in text.split("\n") if line and not line.isspace()]
