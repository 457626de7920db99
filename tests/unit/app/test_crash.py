"""Crash reports."""

from workbench.app.crash import CrashReport


def test_a_report_has_the_place_and_no_secret(tmp_path, monkeypatch):
    """A17: a key in a local variable or in the message is in neither the report nor the sentence."""
    monkeypatch.setenv("LAB_KEY", "sk-canary-123456")
    path = tmp_path / "logs" / "crash.log"

    def fail() -> None:
        key = "sk-local-canary"
        raise RuntimeError(f"bad {'sk-canary-123456'} {len(key)}")

    try:
        fail()
    except RuntimeError:
        report = CrashReport.now(path)

    text = path.read_text("utf-8")
    assert "RuntimeError" in text
    assert "test_crash.py" in text
    assert "canary" not in text.replace("sk-local-canary", "source line") + report.words()
    assert str(path) in report.words()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_report_that_can_not_be_written_is_said(tmp_path):
    """Without a place for it the sentence still comes."""
    (tmp_path / "file").write_text("")
    try:
        raise ValueError("oops")
    except ValueError:
        report = CrashReport.now(tmp_path / "file" / "crash.log")
    assert report.path is None
    assert "could not be saved" in report.words()
