"""Base URLs are judged before a key is sent there."""

import pytest

from workbench.settings.addresses import judge


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8000/v1",
        "http://localhost:1234/v1",
        "http://[::1]:8080",
        "https://api.example.com/v1",
        "http://127.9.9.9",
    ],
)
def test_good_addresses_pass_without_a_word(url: str) -> None:
    """HTTPS anywhere and HTTP on this machine are fine."""
    assert judge(url).warnings == ()


def test_loopback_is_recognised() -> None:
    """Loopback in every spelling is this machine; a name that only begins like it is not."""
    assert [
        judge(url).loopback for url in ("http://127.1:80", "http://[::ffff:127.0.0.1]", "https://localhost.evil.com")
    ] == [
        True,
        True,
        False,
    ]


def test_clear_text_over_the_network_is_warned_of() -> None:
    """A07: http:// to another machine shows key and prompts to everyone on the way."""
    (warning,) = judge("http://10.0.0.5:8000/v1").warnings
    assert "http:// to 10.0.0.5" in warning
    assert "clear text" in warning


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest",
        "http://2852039166/",
        "http://0xA9FEA9FE/",
        "http://[::ffff:169.254.169.254]/",
        "http://[fe80::1%25eth0]/",
        "http://metadata.google.internal./v1",
    ],
)
def test_the_metadata_address_is_refused(url: str) -> None:
    """A08: a cloud machine's metadata address is refused however it is spelled."""
    with pytest.raises(ValueError, match="metadata"):
        judge(url)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://user:canary@host/v1", "user name or password"),
        ("https://host/v1?key=canary", "query"),
        ("https://host/v1#canary", "fragment"),
        ("ftp://host", "must start with"),
        ("host:8000/v1", "must start with"),
        ("https://", "needs a host"),
        ("https://host:99999", "port from 1"),
        ("https://ho st", "spaces or control"),
        ("https://host\x1b[2J", "spaces or control"),
    ],
)
def test_unusable_addresses_are_refused(url: str, said: str) -> None:
    """A08: credentials, queries and what is no web address are refused without being repeated."""
    with pytest.raises(ValueError, match=said) as caught:
        judge(url)
    assert "canary" not in str(caught.value)


def test_an_international_name_is_shown_as_it_is_resolved() -> None:
    """A08: a name outside ASCII may look like another one."""
    (warning,) = judge("https://аpi.openai.com/v1").warnings
    assert "xn--" in warning
