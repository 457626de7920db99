"""Keys in the words that people use for them."""

_WORDS = {
    "enter": "Enter",
    "escape": "Esc",
    "space": "Space",
    "tab": "Tab",
    "backspace": "Backspace",
    "up": "Up",
    "down": "Down",
    "equals_sign": "=",
    "slash": "/",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
}


def key_words(keys: str) -> str:
    """`ctrl+j,shift+enter` to `Ctrl+J`: the first key, readable."""
    first = keys.split(",")[0].strip()
    *modifiers, key = first.split("+")
    if not modifiers and len(key) == 1:
        return key
    named = _WORDS.get(key) or (key.upper() if len(key) <= 3 else key.capitalize())
    return "+".join([*(modifier.capitalize() for modifier in modifiers), named])
