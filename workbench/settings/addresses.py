"""Judges a `base_url` before a key is sent there."""

import ipaddress
import socket
from typing import NamedTuple
from urllib.parse import urlsplit

_METADATA_NAMES = frozenset({"metadata", "metadata.google.internal", "metadata.goog", "instance-data"})
_METADATA_IPS = frozenset({"fd00:ec2::254", "100.100.100.200", "192.0.0.192"})


class Address(NamedTuple):
    """What was found out about a base URL."""

    host: str
    loopback: bool
    warnings: tuple[str, ...] = ()


def judge(url: str) -> Address:
    """The host of a base URL and what to warn of.

    Raises:
        ValueError: it can't be used; the message says why and never repeats user name, password or query.
    """
    if url != url.strip() or any(ord(letter) < 0x21 or ord(letter) == 0x7F for letter in url):
        raise ValueError("has spaces or control characters in it")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        raise ValueError("must start with http:// or https://")
    if parts.username is not None or parts.password is not None:
        raise ValueError("has a user name or password in it; use api_key_env or key_command")
    if parts.query or parts.fragment:
        raise ValueError("has a query (?) or fragment (#), which would get lost when the path is added")
    try:
        port = parts.port
    except ValueError:
        port = 0
    if not parts.hostname or port == 0:
        raise ValueError("needs a host, and a port from 1 to 65535 if it names one")
    host = parts.hostname.rstrip(".")
    number = _ip_of(host)
    if host in _METADATA_NAMES or (number is not None and (number.is_link_local or str(number) in _METADATA_IPS)):
        raise ValueError("is a cloud machine's metadata address, which is no model server")
    loopback = host == "localhost" or host.endswith(".localhost") or (number is not None and number.is_loopback)
    warnings = []
    if parts.scheme == "http" and not loopback:
        warnings.append(f"http:// to {host}: key, prompts and answers travel in clear text; use https:// if it can")
    if not host.isascii():
        try:
            warnings.append(f"the host is really {host.encode('idna').decode()}; make sure that it is the one you mean")
        except UnicodeError:
            raise ValueError("has a host name that can't exist") from None
    return Address(host, loopback, tuple(warnings))


def _ip_of(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address behind every spelling that a resolver takes for a number: 2852039166, ::ffff:a9fe:a9fe."""
    try:
        found = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        try:
            return ipaddress.IPv4Address(socket.inet_aton(host))
        except (OSError, UnicodeError, ValueError):
            return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found
