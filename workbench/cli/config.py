"""`workbench config`: where the file is, a commented one to begin with, what it means, whether it is right."""

import argparse

from workbench.cli import exits
from workbench.cli.tables import emit
from workbench.domain.clean import clean, clean_line
from workbench.domain.errors import ConfigurationError
from workbench.providers.vendors import load_vendors
from workbench.settings.files import check_settings, create, load_settings
from workbench.settings.paths import config_path
from workbench.settings.show import shown


def run(arguments: argparse.Namespace) -> int:
    """Do one of `path`, `init`, `show`, `check`.

    Raises:
        ConfigurationError: the file can't be read, used or written.
    """
    path = config_path()
    match arguments.action:
        case "path":
            emit(clean_line(str(path)))
        case "init":
            create(path)
            emit(f"wrote {clean_line(str(path))}")
        case "show":
            loaded = load_settings(path, load_vendors())
            emit(f"# {clean_line(str(path))}" + ("" if loaded.exists else " (doesn't exist: these are the defaults)"))
            emit(clean(shown(loaded.settings)))
        case "check":
            return _check()
    return exits.OK


def _check() -> int:
    path = config_path()
    try:
        loaded, errors = check_settings(path, load_vendors())
    except ConfigurationError as error:
        emit(f"error    {clean_line(str(error))}")
        return exits.USAGE
    for issue in errors:
        emit(f"error    {clean_line(str(issue))}")
    for issue in loaded.warnings:
        emit(f"warning  {clean_line(str(issue))}")
    if not errors and not loaded.warnings:
        emit(f"{clean_line(str(path))}: {'right' if loaded.exists else 'does not exist; the defaults are used'}")
    return exits.USAGE if errors else exits.OK
