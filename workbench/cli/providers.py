"""`workbench providers`: who can be called, and whether the key was found; keys by name, never by value."""

import argparse
import os

from workbench.cli import exits
from workbench.cli.tables import emit_json, emit_table
from workbench.domain.catalog import ProviderConfig
from workbench.wiring.setup import read_setup


def run(arguments: argparse.Namespace) -> int:
    """Print the providers."""
    configs = read_setup().configs
    if arguments.json:
        emit_json({"providers": [_form(config) for config in configs.values()]})
    else:
        rows = [(config.name, config.protocol, _address(config), key_words(config)) for config in configs.values()]
        emit_table(("PROVIDER", "PROTOCOL", "ADDRESS", "KEY"), rows)
    return exits.OK


def key_words(config: ProviderConfig) -> str:
    """Where the key comes from, and whether it is there."""
    if config.simulated:
        return "none needed (simulated)"
    if config.api_key_env and os.environ.get(config.api_key_env, "").strip():
        return f"{config.api_key_env} is set"
    if config.key_command:
        return "by key_command"
    if config.api_key_env and not config.local:
        return f"{config.api_key_env} is not set"
    return "none needed" if not config.api_key_env else f"none needed ({config.api_key_env} is not set)"


def _address(config: ProviderConfig) -> str:
    if config.simulated:
        return "(on demand)"
    return config.base_url or f"set {config.quirks.get('base_url_env', 'base_url')}"


def _form(config: ProviderConfig) -> dict[str, object]:
    return {
        "provider": config.name,
        "label": config.label,
        "protocol": config.protocol,
        "base_url": None if config.simulated else config.base_url,
        "api_key_env": config.api_key_env,
        "key_found": bool(config.api_key_env and os.environ.get(config.api_key_env, "").strip()),
        "key_command": config.key_command is not None,
        "local": config.local,
        "simulated": config.simulated,
        "source": config.source,
    }
