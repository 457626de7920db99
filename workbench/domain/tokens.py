"""Token counts where nobody counted; whatever is made from them is shown with `~`."""

BYTES_PER_TOKEN = 4
"""About 22 % too many on English Markdown, measured against o200k; a real tokenizer is heavy and knows one vendor."""
FILE_TOKENS = 1_000
"""What an image or a page is taken for: vendors ask between 85 and 1,600 for an image."""


def estimate_tokens(text: str) -> int:
    """About how many tokens `text` is: its UTF-8 bytes divided by four, at least 1 unless it is empty."""
    if not text:
        return 0
    size = len(text) if text.isascii() else len(text.encode("utf-8", "replace"))
    return max(1, size // BYTES_PER_TOKEN)
