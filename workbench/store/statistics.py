"""What a target's last answers were like; for previews before a prompt is sent."""

import sqlite3

_LAST = 200
_FEWEST = 3


def output_lengths(connection: sqlite3.Connection, target: str) -> tuple[int, int, int] | None:
    """10th percentile, median and 90th percentile of output tokens; None with fewer than three answers."""
    rows = connection.execute(
        "SELECT output_tokens FROM"
        " (SELECT state, output_tokens FROM response WHERE target = ? ORDER BY key DESC LIMIT ?)"
        " WHERE state = 'complete' AND output_tokens IS NOT NULL ORDER BY output_tokens",
        (target, _LAST),
    )
    lengths = [int(row[0]) for row in rows]
    if len(lengths) < _FEWEST:
        return None
    return _at(lengths, 0.1), _at(lengths, 0.5), _at(lengths, 0.9)


def characters_per_token(connection: sqlite3.Connection, target: str) -> float | None:
    """Characters received per token that the provider counted; None without such answers."""
    characters, tokens = connection.execute(
        "SELECT ifnull(sum(characters), 0), ifnull(sum(output_tokens), 0) FROM"
        " (SELECT state, characters, output_tokens, usage_source FROM response"
        " WHERE target = ? ORDER BY key DESC LIMIT ?)"
        " WHERE state = 'complete' AND usage_source = 'provider' AND output_tokens > 0",
        (target, _LAST),
    ).fetchone()
    return characters / tokens if characters and tokens else None


def _at(ordered: list[int], share: float) -> int:
    return ordered[round(share * (len(ordered) - 1))]
