"""The command line: arguments in, exit code out. Each command is one module, imported when it is called."""

from workbench.cli.start import main

__all__ = ["main"]
