"""Conversations as the engine would hand them over, with ids that count up."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from workbench.domain.conversation import Attempt, Lane, Part, Response, Session, TextPart, Turn
from workbench.store.database import Store

CREATED = "2026-11-21T09:00:00.000+00:00"
_numbers = itertools.count(1)


def new(kind: str) -> str:
    return f"{kind}-{next(_numbers):06}"


def session(title: str = "a title", **fields: Any) -> Session:
    return Session(new("session"), title, CREATED, **fields)


def lanes(*targets: str) -> list[Lane]:
    return [Lane(f"lane-{n}", n, target) for n, target in enumerate(targets or ("sim/fast", "sim/slow"), 1)]


def turn(of: Session, prompt: str | Sequence[Part] = "a prompt", seq: int = 1, **fields: Any) -> Turn:
    parts = (TextPart(prompt),) if isinstance(prompt, str) else tuple(prompt)
    return Turn(new("turn"), of.id, seq, parts, CREATED, **fields)


def responses(of: Turn, to: Sequence[Lane]) -> list[Response]:
    return [Response(new("response"), of.id, lane.id, lane.target) for lane in to]


def attempt(of: Response, **fields: Any) -> Attempt:
    provider, _, model = of.target.partition("/")
    return Attempt(new("attempt"), of.id, 1, "first", provider, model, CREATED, **fields)


def ended(of: Response, text: str = "an answer", **fields: Any) -> Response:
    return replace(of, state=fields.pop("state", "complete"), text=text, **fields)


def begin(
    store: Store, prompt: str = "a prompt", title: str = "a title", targets: Sequence[str] = ()
) -> list[Response]:
    """A new session with one turn whose responses stream."""
    asked, to = session(title), lanes(*targets)
    first = turn(asked, prompt)
    begun = responses(first, to)
    store.recorder.session_saved(asked, to)
    store.recorder.turn_started(first, begun)
    return begun


def answer(store: Store, text: str, prompt: str = "a prompt", title: str = "a title") -> Session:
    """A whole session with one answer, saved."""
    asked, to = session(title), lanes("sim/fast")
    first = turn(asked, prompt)
    begun = responses(first, to)
    store.recorder.session_saved(asked, to)
    store.recorder.turn_started(first, begun)
    store.recorder.response_ended(ended(begun[0], text))
    assert store.flush()
    return asked
