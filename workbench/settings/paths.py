"""Where configuration, history and cached lists live.

`WORKBENCH_CONFIG` names the file, `WORKBENCH_DATA` the data folder; else the platform's own folders.
"""

import os
from pathlib import Path


def config_path() -> Path:
    """The configuration file, whether it exists or not."""
    named = os.environ.get("WORKBENCH_CONFIG")
    return Path(named).absolute() if named else _platform_folder("user_config_dir") / "config.toml"


def data_dir() -> Path:
    """The folder of the history; whoever writes there creates it, readable by its owner alone."""
    named = os.environ.get("WORKBENCH_DATA")
    return Path(named).absolute() if named else _platform_folder("user_data_dir")


def cache_dir() -> Path:
    """The folder of what can be fetched again; inside the data folder when that one was chosen by hand."""
    named = os.environ.get("WORKBENCH_DATA")
    return Path(named).absolute() / "cache" if named else _platform_folder("user_cache_dir")


def _platform_folder(kind: str) -> Path:
    """A folder of the platform; a relative `XDG_*`, which its specification calls invalid, is not followed."""
    import platformdirs

    folder = Path(getattr(platformdirs, kind)("workbench", appauthor=False))
    if folder.is_absolute():
        return folder
    defaults = {"user_config_dir": ".config", "user_data_dir": ".local/share", "user_cache_dir": ".cache"}
    home = Path(os.path.expanduser("~"))
    return (home if home.is_absolute() else Path("/")) / defaults[kind] / "workbench"
