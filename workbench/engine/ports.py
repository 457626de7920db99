"""What the engine needs from outside; `wiring` hands in things that satisfy it."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from workbench.domain.catalog import ProviderConfig, Target
from workbench.domain.conversation import Attempt, Lane, Response, Session, ToolDefinition, Turn
from workbench.domain.prices import Rates
from workbench.engine.tools import Approval, CheckedCall
from workbench.providers.base import Provider


class Deployments(Protocol):
    """Finds who answers for a target."""

    def open(self, target: Target) -> tuple[ProviderConfig, Provider]:
        """The provider of a model target, built on first use.

        Raises:
            ConfigurationError: unknown provider, no key, a protocol that can't be spoken.
        """


class PriceBook(Protocol):
    """Knows what models cost."""

    def rates(self, config: ProviderConfig, model: str) -> Rates | None:
        """The rates of today, None when nobody knows them; quick enough for the hot path once loaded."""


class Approver(Protocol):
    """Asks the user whether a call may be run."""

    async def __call__(self, lane: Lane, response: str, call: CheckedCall, definition: ToolDefinition) -> Approval:
        """The answer; never asked twice at once. Cancelled when the response is stopped."""


class Recorder(Protocol):
    """Keeps what happened. Every method returns at once and never raises; order is kept.

    Whether it is really saved is the recorder's to tell (`pending`), not the caller's to wait for.
    """

    def session_saved(self, session: Session, lanes: Sequence[Lane]) -> None:
        """A session began or changed; lanes are those it now has."""

    def turn_started(self, turn: Turn, responses: Sequence[Response]) -> None:
        """A prompt was sent; its responses are in state streaming."""

    def response_added(self, response: Response) -> None:
        """A retry or sample within an existing turn began."""

    def attempt_started(self, attempt: Attempt) -> None:
        """A request is about to be made."""

    def delta(self, response: str, at_s: float, kind: str, text: str) -> None:
        """Text ("text", "reasoning" or "refusal") arrived `at_s` seconds after the response's start."""

    def attempt_ended(self, attempt: Attempt) -> None:
        """The attempt with everything that is known at its end."""

    def response_ended(self, response: Response) -> None:
        """The response with its whole text and end state."""

    def event(self, scope: str, kind: str, data: Mapping[str, Any]) -> None:
        """A line for the audit trail."""


class NullRecorder:
    """Keeps nothing: incognito sessions, `ask --no-save`, unit tests."""

    def session_saved(self, session: Session, lanes: Sequence[Lane]) -> None:
        """Nothing."""

    def turn_started(self, turn: Turn, responses: Sequence[Response]) -> None:
        """Nothing."""

    def response_added(self, response: Response) -> None:
        """Nothing."""

    def attempt_started(self, attempt: Attempt) -> None:
        """Nothing."""

    def delta(self, response: str, at_s: float, kind: str, text: str) -> None:
        """Nothing."""

    def attempt_ended(self, attempt: Attempt) -> None:
        """Nothing."""

    def response_ended(self, response: Response) -> None:
        """Nothing."""

    def event(self, scope: str, kind: str, data: Mapping[str, Any]) -> None:
        """Nothing."""
