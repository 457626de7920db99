"""Server-sent events from bytes, without I/O: what a transport delivers, as (event name, data) pairs.

The rules are those of the WHATWG event stream, with two additions: an event that the end of the body leaves without its
blank line is delivered too, because servers do forget it; and a field named `error`, in which llama.cpp's server sent
its errors for years, is an event of that name.
"""

from workbench.domain.errors import ErrorInfo, ProviderError

MAX_EVENT_BYTES = 16 << 20
"""A single event may hold this much; a line that never ends must not fill the memory."""

_BOM = b"\xef\xbb\xbf"


class SseDecoder:
    """Events of one body, however its bytes are cut. Bytes that are no UTF-8 become U+FFFD."""

    def __init__(self, max_event_bytes: int = MAX_EVENT_BYTES) -> None:
        self._max = max_event_bytes
        self._started = False
        self._after_cr = False
        self._pieces: list[bytes] = []
        self._held = 0
        self._name = ""
        self._data: list[str] = []
        self._data_size = 0

    def feed(self, data: bytes) -> list[tuple[str, str]]:
        """The events that `data` completes.

        Raises:
            ProviderError: `too_large`, one event is larger than the cap.
        """
        if not self._started:
            data = self._without_bom(data)
        if self._after_cr and data:
            self._after_cr = False
            if data[:1] == b"\n":
                data = data[1:]
        if b"\r" in data:
            self._after_cr = data[-1:] == b"\r"
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        end = data.rfind(b"\n")
        if end < 0:
            self._hold(data)
            return []
        whole = data[:end]
        if self._pieces:
            self._pieces.append(whole)
            whole = b"".join(self._pieces)
            self._pieces.clear()
            self._held = 0
        rest = data[end + 1 :]
        text = whole.decode("utf-8", "replace")
        events = self._lines(text) if self._data or self._name else self._blocks(text)
        if rest:
            self._hold(rest)
        return events

    def close(self) -> list[tuple[str, str]]:
        """The event that the end of the body left open, if any."""
        rest = b"".join(self._pieces)
        self._pieces.clear()
        self._held = 0
        if not self._started:
            rest = rest.removeprefix(_BOM)
        return self._lines(rest.decode("utf-8", "replace") + "\n")

    def _blocks(self, text: str) -> list[tuple[str, str]]:
        """The same as `_lines` between two events, quicker for the two shapes that nearly all events have."""
        blocks = text.split("\n\n")
        last = blocks.pop()
        events: list[tuple[str, str]] = []
        for block in blocks:
            if block.startswith("data: ") and "\n" not in block:
                events.append(("", block[6:]))
                continue
            if block.startswith("event: "):
                name, _, data = block.partition("\n")
                if data.startswith("data: ") and "\n" not in data:
                    events.append((name[7:], data[6:]))
                    continue
            events.extend(self._lines(block + "\n"))
        events.extend(self._lines(last))
        return events

    def _lines(self, text: str) -> list[tuple[str, str]]:
        events: list[tuple[str, str]] = []
        data = self._data
        for line in text.split("\n"):
            if line.startswith("data: "):
                data.append(line[6:])
                self._data_size += len(line)
                if self._data_size > self._max:
                    self._refuse()
            elif not line:
                if data:
                    events.append((self._name, data[0] if len(data) == 1 else "\n".join(data)))
                    data.clear()
                    self._data_size = 0
                self._name = ""
            elif line.startswith("event: "):
                self._name = line[7:]
            elif line[0] != ":":
                field, _, value = line.partition(":")
                value = value[1:] if value[:1] == " " else value
                if field == "data":
                    data.append(value)
                    self._data_size += len(line)
                    if self._data_size > self._max:
                        self._refuse()
                elif field == "event":
                    self._name = value
                elif field == "error":
                    self._name = field
                    data.append(value)
        return events

    def _hold(self, data: bytes) -> None:
        self._pieces.append(data)
        self._held += len(data)
        if self._held + self._data_size > self._max:
            self._refuse()

    def _without_bom(self, data: bytes) -> bytes:
        """`data` without the mark, joined with what came before it; b"" while that can't be told yet."""
        data = b"".join(self._pieces) + data
        self._pieces.clear()
        self._held = 0
        if len(data) < len(_BOM) and _BOM.startswith(data):
            self._hold(data)
            return b""
        self._started = True
        return data.removeprefix(_BOM)

    def _refuse(self) -> None:
        raise ProviderError(ErrorInfo("too_large", f"one event of the stream is larger than {self._max >> 20} MB"))
