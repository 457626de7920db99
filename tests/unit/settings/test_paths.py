"""Where configuration and history live."""

from pathlib import Path

import pytest

from workbench.settings.paths import cache_dir, config_path, data_dir


def test_the_variables_win(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`WORKBENCH_CONFIG` and `WORKBENCH_DATA` name the places."""
    monkeypatch.setenv("WORKBENCH_CONFIG", str(tmp_path / "c.toml"))
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path / "d"))
    assert (config_path(), data_dir(), cache_dir()) == (tmp_path / "c.toml", tmp_path / "d", tmp_path / "d" / "cache")


def test_a_relative_xdg_folder_is_not_followed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """T21: a relative `XDG_*` would scatter files over the folders that the program is started in."""
    for name in ("WORKBENCH_CONFIG", "WORKBENCH_DATA"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative")
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")

    folders = config_path(), data_dir(), cache_dir()
    assert all(folder.is_absolute() and folder.is_relative_to(tmp_path) for folder in folders)
