"""Ask once and read the story as it happens: what `workbench ask` and Python programs use."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from workbench.domain.conversation import ContextMode, Lane, Part, Session, TurnRecord
from workbench.domain.ids import new_id
from workbench.engine.comparison import Comparison
from workbench.engine.events import EngineEvent
from workbench.engine.means import utc_now
from workbench.engine.options import EngineOptions
from workbench.engine.ports import Deployments, NullRecorder, PriceBook, Recorder
from workbench.engine.toolbox import Toolbox


async def ask(
    prompt: Sequence[Part] | str,
    lanes: Sequence[Lane],
    deployments: Deployments,
    *,
    recorder: Recorder | None = None,
    prices: PriceBook | None = None,
    options: EngineOptions = EngineOptions(),
    session: Session | None = None,
    history: Sequence[TurnRecord] = (),
    samples: int = 1,
    context: ContextMode = "own",
    interrupt: asyncio.Event | None = None,
    toolbox: Toolbox | None = None,
    output_schema: Mapping[str, Any] | None = None,
) -> AsyncIterator[EngineEvent]:
    """Send one prompt to all lanes and yield every event, until the last lane ended.

    Args:
        prompt: what to ask.
        lanes: whom to ask.
        deployments: who answers for a target.
        recorder: who keeps it; None keeps nothing.
        prices: who knows what it costs.
        options: deadlines and retries.
        session: the session to record it in; None begins a new one.
        history: its earlier turns.
        samples: answers per lane.
        context: which of the earlier turns the lanes see.
        interrupt: when it is set, every answer is stopped; the events of their ends still come.
        toolbox: the tools that are offered, and who is asked before one is run.
        output_schema: JSON schema that every answer must satisfy.

    Raises:
        ValueError: there is nothing to send, or nobody to send it to.
    """
    events: asyncio.Queue[EngineEvent | None] = asyncio.Queue()
    comparison = Comparison(
        session or Session(new_id(), "", utc_now(), origin="ask"),
        lanes,
        deployments,
        recorder or NullRecorder(),
        events.put_nowait,
        prices=prices,
        options=options,
        history=history,
        toolbox=toolbox,
        output_schema=output_schema,
    )
    comparison.send(prompt, samples=samples, context=context)
    ended = asyncio.create_task(_until_quiet(comparison, events))
    stopper = None if interrupt is None else asyncio.create_task(_stop_when(interrupt, comparison))
    try:
        while (event := await events.get()) is not None:
            yield event
    finally:
        helpers = [ended] if stopper is None else [ended, stopper]
        await comparison.close()
        for helper in helpers:
            helper.cancel()
        await asyncio.gather(*helpers, return_exceptions=True)


async def _until_quiet(comparison: Comparison, events: "asyncio.Queue[EngineEvent | None]") -> None:
    await comparison.wait()
    events.put_nowait(None)


async def _stop_when(interrupt: asyncio.Event, comparison: Comparison) -> None:
    await interrupt.wait()
    comparison.stop()
