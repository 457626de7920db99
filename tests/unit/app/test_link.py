"""Which links may be opened."""

import pytest

from workbench.app.dialogs.link import link_warnings, openable


@pytest.mark.parametrize(
    "url", ["https://example.org/a?b=1", "http://127.0.0.1:8000", "mailto:a@example.org", "HTTPS://x.org"]
)
def test_web_and_mail_may_be_opened(url):
    """http, https and mailto are all that is needed."""
    assert openable(url)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "data:text/html,x",
        "vscode://x",
        "smb://host/share",
        "ms-msdt:/id",
        "/etc/passwd",
        "--help",
        "\\\\host\\share",
        "https:///nohost",
        "https://a.org/\x1b]0;x\x07",
        "https://a.org/ b",
        "",
        "http://[",
    ],
)
def test_nothing_else_is_opened(url):
    """C13: other schemes, paths, options and control characters never reach the desktop."""
    assert not openable(url)


def test_a_deceiving_target_is_explained():
    """C13: a user part, foreign letters and punycode are pointed at."""
    assert any("evil.org" in words for words in link_warnings("https://bank.com@evil.org/"))
    assert link_warnings("https://xn--bnk-0na.com/")
    assert link_warnings("https://bänk.com/")
    assert link_warnings("https://example.org/") == []
