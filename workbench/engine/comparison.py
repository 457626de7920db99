"""A session at work: prompts fan out to lanes, and every lane answers on its own.

One asyncio task per response; a lane that fails, stalls or is stopped never touches another. Everything here runs on
one event loop and tells its story through the listener, synchronously and in order.
"""

import asyncio
import random as random_module
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from workbench.domain.catalog import parse_target
from workbench.domain.clean import clean_line
from workbench.domain.conversation import (
    ContextMode,
    Lane,
    Message,
    Part,
    Response,
    Session,
    TextPart,
    Turn,
    TurnRecord,
)
from workbench.domain.errors import ConfigurationError
from workbench.domain.ids import new_id
from workbench.engine.end_state import End
from workbench.engine.events import ResponseEnded, ResponseQueued, TurnStarted
from workbench.engine.hosts import HostGates
from workbench.engine.lane_queue import LaneQueue
from workbench.engine.means import Listener, Means
from workbench.engine.options import EngineOptions
from workbench.engine.ports import Deployments, PriceBook, Recorder
from workbench.engine.response_run import ResponseRun
from workbench.engine.toolbox import Toolbox
from workbench.engine.transcript import Transcript

TITLE_CHARACTERS = 200
"""So much of a prompt's first line is kept as a title; a list shows what it has room for."""


class Comparison:
    """One session's lanes at work."""

    def __init__(
        self,
        session: Session,
        lanes: Sequence[Lane],
        deployments: Deployments,
        recorder: Recorder,
        listener: Listener,
        *,
        prices: PriceBook | None = None,
        options: EngineOptions = EngineOptions(),
        history: Sequence[TurnRecord] = (),
        toolbox: Toolbox | None = None,
        output_schema: Mapping[str, Any] | None = None,
        clock: Callable[[], float] = time.perf_counter,
        random: random_module.Random | None = None,
    ) -> None:
        self._session = session
        self._lanes = tuple(lanes)
        self._known = {lane.id: lane for lane in lanes}
        self._transcript = Transcript(session.id, history)
        self._queues: dict[str, LaneQueue] = {}
        self._runs: dict[str, ResponseRun] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._saved = False
        self._closed = False
        self._means = Means(
            deployments=deployments,
            recorder=recorder,
            listener=listener,
            prices=prices,
            options=options,
            clock=clock,
            random=random_module.Random() if random is None else random,  # noqa: S311 - order and jitter, no secret
            gates=HostGates(options),
            toolbox=toolbox or Toolbox(),
            output_schema=output_schema,
        )

    @property
    def session(self) -> Session:
        """The session; its title is taken from the first prompt."""
        return self._session

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """The lanes as they are now."""
        return self._lanes

    @property
    def turns(self) -> tuple[TurnRecord, ...]:
        """Every turn with its responses as far as they are known, in order; newest revisions last."""
        return self._transcript.records

    @property
    def busy(self) -> bool:
        """Something streams or waits."""
        return bool(self._runs)

    @property
    def troubles(self) -> dict[str, int]:
        """How often the listener or recorder raised, by name; for tests and `doctor`."""
        return dict(self._means.troubles)

    def streaming(self, lane: str) -> bool:
        """Whether a lane has a response that streams or waits for its host."""
        return lane in self._queues and bool(self._queues[lane].running)

    def queued(self, lane: str) -> int:
        """How many responses wait in a lane's queue."""
        return len(self._queues[lane].waiting) if lane in self._queues else 0

    def response(self, response: str) -> Response:
        """A response as it is known now.

        Raises:
            KeyError: there is none of that id.
        """
        return self._transcript.find(response)

    def send(
        self,
        parts: Sequence[Part] | str,
        *,
        lanes: Collection[str] | None = None,
        samples: int = 1,
        context: ContextMode = "own",
    ) -> Turn:
        """Send a prompt to every enabled lane, or to `lanes`; needs a running loop.

        Raises:
            ValueError: nothing to send, nobody to send it to, or a shared context in which no answer is chosen.
        """
        turn = self._new_turn(_parts_of(parts), context)
        if context == "shared" and not self._transcript.goes_on(turn):
            raise ValueError("choose an answer first: the shared history goes on from it")
        return self._fan_out(turn, self._receivers(lanes), samples)

    def edit_and_resend(self, turn: str, parts: Sequence[Part] | str, lane: str | None = None) -> Turn:
        """Ask again with another prompt in a turn's place: a new turn whose history ends before the old one.

        Raises:
            ValueError: nothing to send, or nobody to send it to.
            KeyError: no such turn.
        """
        old = self._transcript.turn(turn)
        edited = replace(self._new_turn(_parts_of(parts), old.context_mode), parent_turn=old.id)
        if lane is None:
            took_part = {response.lane for response in self._transcript.responses(old.id)}
            receivers = [one for one in self._lanes if one.enabled and one.id in took_part]
            return self._fan_out(edited, receivers or self._receivers(None), 1)
        return self._fan_out(edited, self._receivers({lane}), 1)

    def retry(self, response: str) -> Response:
        """Answer again: a new revision in the same turn and lane. One that still streams is stopped first.

        Raises:
            KeyError: no such response.
        """
        self._stop_response(response)
        old = self._transcript.find(response)
        return self._again(old, sample=old.sample, revision=self._transcript.next_revision(old))

    def sample(self, response: str, k: int) -> list[Response]:
        """Answer the same prompt `k` more times, side by side.

        Raises:
            KeyError: no such response.
            ValueError: `k` is less than 1.
        """
        if k < 1:
            raise ValueError("at least one sample")
        old = self._transcript.find(response)
        first = self._transcript.next_sample(old)
        return [self._again(old, sample=first + number, revision=0) for number in range(k)]

    def continue_truncated(self, response: str) -> Response:
        """Go on from a partial answer: a new revision that begins with the text of the old one.

        Raises:
            KeyError: no such response.
            ValueError: it is still streaming, or there is no text to go on from.
        """
        old = self._transcript.find(response)
        if response in self._runs or old.state == "streaming":
            raise ValueError("it is still being answered")
        if not old.text.strip():
            raise ValueError("there is no text to go on from; retry instead")
        return self._again(old, sample=old.sample, revision=self._transcript.next_revision(old), partial=old)

    def choose(self, turn: str, response: str | None) -> None:
        """Make a response the one that the shared context goes on from, or none."""
        self._transcript.choose(turn, response)

    def chosen(self, turn: str) -> str | None:
        """The response that was chosen in a turn."""
        return self._transcript.chosen(turn)

    def stop(self, lane: str | None = None) -> int:
        """Stop a lane's streaming and queued responses, or everyone's; returns how many."""
        runs = [run for run in self._runs.values() if lane is None or run.lane.id == lane]
        for run in runs:
            run.stopping = True
        for run in runs:
            run.stop()
        return len(runs)

    def set_lanes(self, lanes: Sequence[Lane]) -> None:
        """Replace the lanes. What is under way goes on as it was asked for; a lane that is gone is stopped."""
        gone = {lane.id for lane in self._lanes} - {lane.id for lane in lanes}
        self._lanes = tuple(lanes)
        self._known.update((lane.id, lane) for lane in lanes)
        for lane in gone:
            self.stop(lane)
        if self._saved:
            self._save_session()

    def set_toolbox(self, toolbox: Toolbox) -> None:
        """Offer other tools from the next response on; what was allowed before is asked again."""
        self._means.toolbox = toolbox

    def rename(self, title: str) -> None:
        """Give the session another title."""
        self._session = replace(self._session, title=title)
        if self._saved:
            self._save_session()

    async def wait(self) -> None:
        """Until nothing streams or waits, and every connection was let go."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def close(self) -> None:
        """Stop everything, record it as cancelled, and wait for the network to be closed. Never raises."""
        self._closed = True
        self.stop()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=self._means.options.close_s)
        for run in list(self._runs.values()):
            run.end(End("cancelled", "cancelled"))

    def _receivers(self, lanes: Collection[str] | None) -> list[Lane]:
        return [lane for lane in self._lanes if (lane.enabled if lanes is None else lane.id in lanes)]

    def _new_turn(self, parts: tuple[Part, ...], context: ContextMode) -> Turn:
        if self._closed:
            raise RuntimeError("the comparison is closed")
        return self._transcript.next_turn(parts, context)

    def _fan_out(self, turn: Turn, lanes: Sequence[Lane], samples: int) -> Turn:
        if not lanes:
            raise ValueError("no lane to send it to")
        asyncio.get_running_loop()
        runs = [
            self._run(turn, lane, self._new_response(turn, lane, sample))
            for lane in lanes
            for sample in range(max(1, samples))
        ]
        self._transcript.add_turn(turn, [run.response for run in runs])
        self._save_first(turn)
        means = self._means
        means.record(means.recorder.turn_started, turn, [run.response for run in runs])
        means.tell(TurnStarted(turn, tuple(run.response for run in runs)))
        # Who is listed first must not be asked first every time: it would look a little faster than it is.
        means.random.shuffle(runs)
        for run in runs:
            self._enqueue(run)
        return turn

    def _again(self, old: Response, *, sample: int, revision: int, partial: Response | None = None) -> Response:
        turn = self._transcript.turn(old.turn)
        lane = self._known.get(old.lane) or Lane(old.lane, 0, old.target)
        response = self._new_response(turn, lane, sample, revision)
        self._save_first(turn)
        means = self._means
        means.record(means.recorder.response_added, response)
        if partial is not None:
            settled = tuple(call for call in partial.tool_calls if call.outcome is not None)
            opaque = tuple(part for part in partial.opaque if part.round)
            response = replace(
                response, text=partial.text, reasoning=partial.reasoning, tool_calls=settled, opaque=opaque
            )
        self._transcript.add_response(response)
        self._enqueue(self._run(turn, lane, response, partial))
        return response

    def _new_response(self, turn: Turn, lane: Lane, sample: int, revision: int = 0) -> Response:
        return Response(
            new_id(), turn.id, lane.id, lane.target, sample, revision, simulated=self._is_simulated(lane.target)
        )

    def _is_simulated(self, target: str) -> bool:
        configs = getattr(self._means.deployments, "configs", {})
        try:
            config = configs.get(parse_target(target).provider)
        except ConfigurationError:
            return False
        return config is not None and config.simulated

    def _run(self, turn: Turn, lane: Lane, response: Response, partial: Response | None = None) -> ResponseRun:
        def messages_of(provider: str) -> tuple[Message, ...]:
            text = "" if partial is None else partial.text
            tools = bool(self._means.toolbox.tools)
            return self._transcript.messages(turn, lane.id, provider, text, tools=tools)

        return ResponseRun(self._means, lane, response, messages_of, self._ended, partial=partial)

    def _enqueue(self, run: ResponseRun) -> None:
        lane = run.lane.id
        queue = self._queues.setdefault(lane, LaneQueue())
        self._runs[run.response.id] = run
        ahead = queue.add(run)
        if ahead:
            self._means.tell(ResponseQueued(run.response.id, lane, ahead))
        self._start_next(lane)

    def _start_next(self, lane: str) -> None:
        for run in self._queues[lane].take():
            run.task = task = asyncio.get_running_loop().create_task(run.run(), name=f"response {run.response.id}")
            self._tasks.add(task)
            task.add_done_callback(self._task_done(run))

    def _task_done(self, run: ResponseRun) -> Callable[[asyncio.Task[None]], None]:
        def done(task: asyncio.Task[None]) -> None:
            self._tasks.discard(task)
            # A task that was cancelled before its first step never ran: its response still has to end.
            run.end(End("cancelled", "cancelled"))
            if not task.cancelled() and (error := task.exception()) is not None:
                self._means.tell_trouble("engine", RuntimeError(str(error)))

        return done

    def _ended(self, run: ResponseRun, response: Response) -> None:
        """A response is over: keep it, and let the next one in its lane begin."""
        self._runs.pop(response.id, None)
        self._transcript.update(response)
        self._queues[response.lane].remove(run)
        self._means.tell(ResponseEnded(response.lane, response))
        self._start_next(response.lane)

    def _stop_response(self, response: str) -> None:
        run = self._runs.get(response)
        if run is not None:
            run.stop()

    def _save_first(self, turn: Turn) -> None:
        if not self._saved:
            self._saved = True
            if not self._session.title:
                self._session = replace(self._session, title=_title(turn.prompt))
            self._save_session()

    def _save_session(self) -> None:
        self._means.record(self._means.recorder.session_saved, self._session, self._lanes)


def _parts_of(parts: Sequence[Part] | str) -> tuple[Part, ...]:
    found = (TextPart(parts),) if isinstance(parts, str) else tuple(parts)
    if not any(not isinstance(part, TextPart) or part.text.strip() for part in found):
        raise ValueError("there is nothing to send")
    return found


def _title(prompt: str) -> str:
    """The first line of a prompt that says something, as one clean line."""
    line = next((line for line in prompt.splitlines() if line.strip()), "untitled")
    line = " ".join(clean_line(line[: TITLE_CHARACTERS * 4]).split())
    return line if len(line) <= TITLE_CHARACTERS else line[: TITLE_CHARACTERS - 1].rstrip() + "…"
