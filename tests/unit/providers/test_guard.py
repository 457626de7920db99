"""The guard's choice of proxy."""

import pytest

from workbench.providers.guard import is_loopback, proxy_for


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("[::1]", True),
        ("a.localhost", True),
        ("localhost.evil.example", False),
        ("10.0.0.1", False),
        ("example.com", False),
    ],
)
def test_loopback(host: str, expected: bool) -> None:
    """This machine, by whatever name, and no other."""
    assert is_loopback(host) is expected


def test_proxies_only_where_they_cannot_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """N13: the environment's proxy tunnels HTTPS to other hosts; over plain HTTP it would see the key."""
    monkeypatch.setenv("https_proxy", "http://proxy:3128")
    monkeypatch.setenv("http_proxy", "http://proxy:3128")
    monkeypatch.setenv("no_proxy", "inside.example")

    assert proxy_for("https", "api.example", 443) == "http://proxy:3128"
    assert proxy_for("http", "api.example", 80) is None
    assert proxy_for("https", "localhost", 443) is None
    assert proxy_for("https", "inside.example", 443) is None


def test_no_proxy_without_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without proxy variables there is none."""
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)

    assert proxy_for("https", "api.example") is None
