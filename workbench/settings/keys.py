"""Finds a provider's key: in the environment, by a command, or in the system's keyring. Never in a file of ours."""

import os
import threading
from importlib.util import find_spec

from workbench.domain.catalog import ProviderConfig
from workbench.domain.errors import ConfigurationError

COMMAND_TIMEOUT_S = 30.0
"""Long enough to type a passphrase into the command's own window."""
KEYRING_TIMEOUT_S = 5.0
KEYRING_SERVICE = "workbench"
"""Entries are looked up under this service and the provider's name."""
_MAX_LENGTH = 16_384


class Keys:
    """Keys of this run; what a command or the keyring gave is asked for once."""

    def __init__(self) -> None:
        self._given: dict[tuple[str, str | None], str | None] = {}
        self._lock = threading.Lock()

    def __call__(self, config: ProviderConfig) -> str | None:
        """The key, None when there is none. May block for `COMMAND_TIMEOUT_S`: call it in a thread where that hurts.

        Raises:
            ConfigurationError: the command fails, the key can't be sent, or a variable that the user named is unset.
        """
        in_environment = os.environ.get(config.api_key_env, "") if config.api_key_env else ""
        if key := checked(in_environment, f"the environment variable {config.api_key_env}"):
            return key
        if config.key_command:
            with self._lock:
                return self._once(config, config.key_command)
        if not config.api_key_env:
            return None
        with self._lock:
            key = self._once(config, None)
        if key is None and config.source != "built in" and not config.key_optional:
            raise ConfigurationError(f"no key for {config.name}: set the environment variable {config.api_key_env}")
        return key

    def _once(self, config: ProviderConfig, command: str | None) -> str | None:
        name = config.name, command
        if name not in self._given:
            self._given[name] = from_command(command, config.name) if command else from_keyring(config.name)
        return self._given[name]

    def forget(self) -> None:
        """Ask again next time: the configuration changed, or a key was rejected."""
        with self._lock:
            self._given.clear()


def key_of(config: ProviderConfig) -> str | None:
    """The key of one provider, nothing remembered; see `Keys`."""
    return Keys()(config)


def is_set(config: ProviderConfig) -> bool:
    """Whether the environment holds the key or a command would give it; nothing is run and nothing read out."""
    return bool(config.key_command or (config.api_key_env and os.environ.get(config.api_key_env, "").strip()))


def checked(value: str, whence: str) -> str | None:
    """The key without blanks around it; None when nothing is left.

    Raises:
        ConfigurationError: it holds what no header can carry; the message never shows it.
    """
    key = value.strip()
    if any(letter in key for letter in "\r\n"):
        raise ConfigurationError(f"the key in {whence} has a line break")
    if not key.isascii() or not key.isprintable() or " " in key or len(key) > _MAX_LENGTH:
        raise ConfigurationError(f"the key in {whence} has illegal characters")
    return key or None


def from_command(command: str, provider: str) -> str:
    """The first line that a command prints; no shell is involved.

    Raises:
        ConfigurationError: it can't be run, fails, takes too long or prints nothing. Its output is never shown.
    """
    import shlex
    import subprocess

    try:
        words = shlex.split(command)
    except ValueError as error:
        raise ConfigurationError(f"key_command of {provider}: {error}") from None
    if not words:
        raise ConfigurationError(f"key_command of {provider} is empty")
    try:
        done = subprocess.run(  # noqa: S603 - the user's own command, from the user's own file
            words, stdin=subprocess.DEVNULL, capture_output=True, timeout=COMMAND_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise ConfigurationError(f"key_command of {provider} took longer than {COMMAND_TIMEOUT_S:g} s") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it has a NUL character"
        raise ConfigurationError(f"key_command of {provider} can't be run: {reason}") from None
    if done.returncode:
        raise ConfigurationError(
            f"key_command of {provider} failed with exit status {done.returncode}; run it by hand to see why"
        )
    first = done.stdout.decode("utf-8", "replace").lstrip().partition("\n")[0]
    if key := checked(first, f"the output of {provider}'s key_command"):
        return key
    raise ConfigurationError(f"key_command of {provider} printed no key")


def from_keyring(provider: str) -> str | None:
    """The key in the system's keyring; None without the extra, a backend, an entry, or an answer in time."""
    if find_spec("keyring") is None:
        return None
    found: list[str | None] = []

    def look() -> None:
        try:
            import keyring

            found.append(keyring.get_password(KEYRING_SERVICE, provider))
        except Exception:  # noqa: S110 - every backend has errors of its own; none is a reason not to start
            pass

    thread = threading.Thread(target=look, name="keyring", daemon=True)
    thread.start()
    thread.join(KEYRING_TIMEOUT_S)
    value = found[0] if found else None
    return checked(value, f"the keyring entry {KEYRING_SERVICE}/{provider}") if value else None
