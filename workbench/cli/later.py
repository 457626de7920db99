"""Commands that a later version brings: they say so instead of being unknown."""

import argparse

from workbench.domain.errors import ConfigurationError


def run(arguments: argparse.Namespace) -> int:
    """Refuse, with what to use meanwhile.

    Raises:
        ConfigurationError: always.
    """
    instead = {"route": "-m provider/model", "usage": "`workbench sessions list`"}[arguments.command]
    raise ConfigurationError(f"`workbench {arguments.command}` comes with a later version; until then use {instead}")
