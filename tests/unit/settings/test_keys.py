"""Keys come from the environment, a command or the keyring, and are never shown."""

import sys
import threading
from dataclasses import replace
from types import ModuleType

import pytest

from workbench.domain.catalog import ProviderConfig
from workbench.domain.errors import ConfigurationError
from workbench.settings import keys
from workbench.settings.keys import Keys, checked, from_command, is_set, key_of

VENDOR = ProviderConfig("openai", "openai-chat", "https://api.openai.com/v1", api_key_env="OPENAI_API_KEY")
OWN = replace(VENDOR, name="lab", api_key_env="LAB_KEY", source="config.toml:1: providers.lab")


def command(code: str) -> str:
    return f'{sys.executable} -c "{code}"'


def test_the_environment_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """A02: a variable's value is taken without the blanks around it, and the command isn't run."""
    monkeypatch.setenv("LAB_KEY", "  sk-1\n")
    assert key_of(replace(OWN, key_command="no-such-command")) == "sk-1"
    assert is_set(OWN)


def test_no_key_of_its_own_is_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """A provider without a key of its own gets none, whatever the environment holds for another."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-1")
    assert key_of(replace(OWN, api_key_env=None)) is None


def test_a_missing_key_names_its_variable() -> None:
    """A01: a variable that the user's own section names must be set; a vendor's may be absent."""
    with pytest.raises(ConfigurationError, match="no key for lab: set the environment variable LAB_KEY"):
        key_of(OWN)
    assert key_of(VENDOR) is None
    assert key_of(replace(OWN, key_optional=True)) is None
    assert not is_set(VENDOR)


@pytest.mark.parametrize(
    "value", ["sk-ca\nnary", "sk-ca\r\nnary", "sk-\x00canary", "sk-cänary", "sk-\x1bcanary", "ca nary"]
)
def test_a_key_that_no_header_can_carry(value: str) -> None:
    """A02, A03: line breaks, control and foreign characters are refused; the text is not shown."""
    with pytest.raises(ConfigurationError, match="the key in here has") as caught:
        checked(value, "here")
    assert "nary" not in str(caught.value)


def test_a_command_gives_its_first_line_once() -> None:
    """The command runs without a shell and once per run."""
    lookup = Keys()
    config = replace(OWN, key_command=command("import time; print(time.monotonic_ns()); print('second')"))
    first = lookup(config)

    assert first is not None
    assert first.isdigit()
    assert lookup(config) == first
    lookup.forget()
    assert lookup(config) != first


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("no-such-command-4711", "can't be run"),
        (command("print('canary'); raise SystemExit(3)"), "failed with exit status 3"),
        (command("pass"), "printed no key"),
        ("echo 'unclosed", "No closing quotation"),
        (" ", "is empty"),
    ],
)
def test_a_command_that_fails(words: str, said: str) -> None:
    """What a failing command printed is not repeated."""
    with pytest.raises(ConfigurationError, match=said) as caught:
        from_command(words, "lab")
    assert "canary" not in str(caught.value)


def test_a_command_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command is waited for only so long."""
    monkeypatch.setattr(keys, "COMMAND_TIMEOUT_S", 0.05)
    with pytest.raises(ConfigurationError, match=r"longer than 0\.05 s"):
        from_command(command("import time; time.sleep(20)"), "lab")


def test_without_the_extra_there_is_no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """A05: a keyring that isn't installed is no error."""
    monkeypatch.setattr(keys, "find_spec", lambda _: None)
    assert keys.from_keyring("lab") is None


@pytest.mark.parametrize("behaviour", ["gives", "lacks", "raises", "hangs"])
def test_the_keyring(monkeypatch: pytest.MonkeyPatch, behaviour: str) -> None:
    """A05: the entry `workbench/NAME` is the key; without a backend, an entry, or an answer in time there is none."""
    release = threading.Event()

    def get_password(service: str, name: str) -> str | None:
        assert (service, name) == ("workbench", "lab")
        if behaviour == "raises":
            raise RuntimeError("no backend")
        if behaviour == "hangs":
            release.wait(10)
        return "sk-1\n" if behaviour == "gives" else None

    module = ModuleType("keyring")
    module.get_password = get_password  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "keyring", module)
    monkeypatch.setattr(keys, "find_spec", lambda _: True)
    monkeypatch.setattr(keys, "KEYRING_TIMEOUT_S", 0.1)
    assert keys.from_keyring("lab") == ("sk-1" if behaviour == "gives" else None)
    release.set()
