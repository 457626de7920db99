"""Asking once."""

import asyncio

import pytest

from workbench.domain.conversation import Lane
from workbench.engine.ask import ask
from workbench.engine.events import ResponseEnded, TurnStarted
from workbench.providers.scripted import Pause, ScriptedDeployments, ScriptedProvider, said


def lanes(*targets):
    return [Lane(str(n), n, target) for n, target in enumerate(targets)]


async def test_the_story_is_told_to_its_end():
    """Every event comes, from the turn's start to the last lane's end."""
    deployments = ScriptedDeployments({"a/m": ScriptedProvider(said("x")), "b/m": ScriptedProvider(said("y"))})
    events = [event async for event in ask("hi", lanes("a/m", "b/m"), deployments)]

    assert isinstance(events[0], TurnStarted)
    assert sorted(event.response.text for event in events if isinstance(event, ResponseEnded)) == ["x", "y"]


async def test_an_interrupt_still_tells_the_ends():
    """Interrupted, every answer ends as stopped by its user, and the events of that still come."""
    deployments = ScriptedDeployments({"a/m": ScriptedProvider([*said("so far", finish=None), Pause()])})
    interrupt = asyncio.Event()
    states = []
    async for event in ask("hi", lanes("a/m"), deployments, interrupt=interrupt):
        if isinstance(event, ResponseEnded):
            states.append((event.response.state, event.response.text))
        elif not isinstance(event, TurnStarted) and "so far" in repr(event):
            interrupt.set()

    assert states == [("cancelled", "so far")]


async def test_leaving_early_hangs_up():
    """Who stops reading closes the streams."""
    provider = ScriptedProvider([*said("x", finish=None), Pause()])
    story = ask("hi", lanes("a/m"), ScriptedDeployments({"a/m": provider}))
    async for event in story:
        if "BlockDelta" in repr(event):
            break
    await story.aclose()

    assert provider.hung_up == 1


async def test_a_blank_prompt_is_refused():
    """Nothing to send raises before anything is told."""
    with pytest.raises(ValueError, match="nothing to send"):
        [event async for event in ask(" ", lanes("a/m"), ScriptedDeployments({}))]
