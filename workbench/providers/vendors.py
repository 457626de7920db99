"""The vendors that ship with the program, read from `vendors.toml`; what their flags mean is in `quirks.py`."""

import os
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from workbench.domain.catalog import ProviderConfig


def load_vendors(environ: Mapping[str, str] | None = None) -> dict[str, ProviderConfig]:
    """Every row by name.

    Args:
        environ: where the address of a vendor without a common one is looked up (Azure); the process's by default.
            Where it is not set, the base URL stays empty and the quirk `base_url_env` names the variable.
    """
    environ = os.environ if environ is None else environ
    return {name: _config(name, row, environ) for name, row in _document()["vendors"].items()}


@cache
def protocol_quirks(protocol: str) -> Mapping[str, Any]:
    """The flags that hold for everyone who speaks a protocol, unless a row or the user says otherwise."""
    quirks: Mapping[str, Any] = _document()["protocols"].get(protocol, {}).get("quirks", {})
    return quirks


def _config(name: str, row: Mapping[str, Any], environ: Mapping[str, str]) -> ProviderConfig:
    quirks = dict(row.get("quirks", {}))
    base_url = row.get("base_url", "")
    if variable := row.get("base_url_env"):
        quirks["base_url_env"] = variable
        if address := environ.get(variable, "").strip().rstrip("/"):
            base_url = address + row.get("base_url_suffix", "")
    return ProviderConfig(
        name=name,
        protocol=row["protocol"],
        base_url=base_url,
        api_key_env=row.get("api_key_env"),
        label=row["label"],
        quirks=quirks,
        models=tuple(row.get("models", ())),
        local=row.get("local", False),
    )


@cache
def _document() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("vendors.toml").read_text("utf-8"))
