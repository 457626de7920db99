"""Exit codes, the same for every command."""

OK = 0
SOME_INCOMPLETE = 1
USAGE = 2
"""Wrong arguments or a wrong configuration."""
ALL_FAILED = 3
BUDGET = 4
HANGUP = 129
INTERRUPTED = 130
PIPE_CLOSED = 141
TERMINATED = 143
