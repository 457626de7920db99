"""What may be attached, and what is refused before it is read."""

import base64
import os
import socket
from pathlib import Path

import pytest

from workbench.domain.errors import ConfigurationError
from workbench.engine.attachments import attach

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 8


@pytest.mark.parametrize(
    ("name", "data", "media_type"),
    [
        ("a.png", PNG, "image/png"),
        ("wrong.txt", PNG, "image/png"),
        ("a.jpg", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("a.webp", b"RIFF1234WEBPVP8 ", "image/webp"),
        ("a.pdf", b"%PDF-1.7\n", "application/pdf"),
        ("a.csv", b"a,b\n", "text/csv"),
        ("a.json", b"{}", "text/plain"),
        ("drawing.svg", b"<svg/>", "text/plain"),
        ("empty", b"", "text/plain"),
    ],
)
def test_the_kind_goes_by_content(tmp_path, name, data, media_type):
    """A file's kind is what it holds, whatever its name promises; text is what is UTF-8."""
    path = tmp_path / name
    path.write_bytes(data)
    part = attach(path).part

    assert (part.name, part.media_type, part.size) == (name, media_type, len(data))
    assert base64.b64decode(part.base64_data) == data


def test_what_is_no_regular_file(tmp_path, monkeypatch):
    """U06: folders, pipes, devices, sockets and symbolic links are refused at once, without waiting for a writer."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link.txt").symlink_to("/etc/hostname")
    listening = socket.socket(socket.AF_UNIX)
    monkeypatch.chdir(tmp_path)  # the name of a socket must be short
    listening.bind("sock")
    try:
        for path, kind in ((tmp_path, "folder"), (tmp_path / "pipe", "pipe"), (tmp_path / "link.txt", "symbolic link")):
            with pytest.raises(ConfigurationError, match=kind):
                attach(path)
        with pytest.raises(ConfigurationError, match="device"):
            attach(Path("/dev/zero"))
        with pytest.raises(ConfigurationError, match="socket"):
            attach(tmp_path / "sock")
    finally:
        listening.close()


def test_links_that_stay_within_the_working_directory(tmp_path, monkeypatch):
    """U06: a symbolic link within the working directory is followed; one that leads out of it isn't."""
    (tmp_path / "tree").mkdir()
    (tmp_path / "outside.txt").write_text("no")
    (tmp_path / "tree" / "real.txt").write_text("yes")
    (tmp_path / "tree" / "good.txt").symlink_to("real.txt")
    (tmp_path / "tree" / "bad.txt").symlink_to("../outside.txt")
    (tmp_path / "far.txt").symlink_to(tmp_path / "tree" / "real.txt")
    monkeypatch.chdir(tmp_path / "tree")

    assert base64.b64decode(attach(Path("good.txt")).part.base64_data) == b"yes"
    for path in (Path("bad.txt"), tmp_path / "far.txt"):
        with pytest.raises(ConfigurationError, match="symbolic link"):
            attach(path)


def test_size_is_checked_before_reading(tmp_path):
    """U06: a file of two gigabytes is refused by its size; nothing of it is read."""
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        file.truncate(2_000_000_000)

    with pytest.raises(ConfigurationError, match=r"2000.0 MB, more than the 20.0 MB"):
        attach(path)


@pytest.mark.parametrize(
    ("name", "data"), [("a.zip", b"PK\x03\x04\x00"), ("a.bin", b"\xff\xfe\x00"), ("a.png", b"\x00\x01")]
)
def test_binaries_that_nobody_takes(tmp_path, name, data):
    """U06: what is neither text nor of a kind that some protocol has a form for is refused."""
    path = tmp_path / name
    path.write_bytes(data)

    with pytest.raises(ConfigurationError, match="can't be sent"):
        attach(path)


def test_missing_and_impossible_names(tmp_path):
    """U06: a file that isn't there or can't be is named with the reason."""
    with pytest.raises(ConfigurationError, match="No such file"):
        attach(tmp_path / "absent.txt")
    with pytest.raises(ConfigurationError, match="can't be read"):
        attach(tmp_path / "a\x00b")


def test_hidden_characters_are_told(tmp_path):
    """U07: text that holds characters a person doesn't see comes with a warning and goes as it is."""
    path = tmp_path / "a.txt"
    path.write_text("plain\nhid\u202eden\n", encoding="utf-8")
    found = attach(path)

    assert found.warnings == ("a.txt: 1 lines hold control or hidden characters; they are sent as they are",)
    assert "\u202e" in base64.b64decode(found.part.base64_data).decode()
