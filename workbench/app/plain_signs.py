"""Signs for terminals that are not UTF-8: whatever is drawn passes here last, so no widget needs a second spelling."""

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_SIGNS = str.maketrans(
    {
        **dict(zip("─━═▔▀│┃║▎▌▐▕▏", "-==--||||||||", strict=True)),
        **dict.fromkeys("┌┐└┘├┤┬┴┼┏┓┗┛╭╮╰╯", "+"),
        **dict(zip("▁▂▃▄▅▆▇█", "_.-=+*#@", strict=True)),
        **dict(zip("“”„‘’‚", "\"\"\"'''", strict=True)),
        **dict(zip("·•→←↑↓▸▾↪…–—≈×✕☐☑▪‹›⟦⟧", "|*><^v>v\\.--~xxox#<>[]", strict=True)),
        **dict(zip("↻✓⊘∅■✗↯◆★", "r+!0#x%*!", strict=True)),
    }
)


class PlainSigns(LineFilter):
    """Lines with signs of the same width that every terminal has; letters of other scripts stay what they are."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same line in plain signs."""
        return [
            segment
            if segment.text.isascii()
            else Segment(segment.text.translate(_SIGNS), segment.style, segment.control)
            for segment in segments
        ]
