"""What `ask` shows of a turn while it happens: text, Markdown, events, or one JSON document at the end.

Every printer is a listener of the engine's events. Standard output holds answers alone; how they ended otherwise than
well stands on standard error.
"""

from collections.abc import Sequence
from typing import Any

from workbench.cli.json_form import dollars, dump, error_form, event_form, response_form, usage_form
from workbench.cli.live_text import LiveText
from workbench.cli.output import Output
from workbench.cli.tools import call_words
from workbench.domain.clean import clean, clean_line
from workbench.domain.conversation import Attempt, Lane, Response, Session
from workbench.domain.events import BlockDelta, BlockStart
from workbench.domain.timing import tokens_per_second
from workbench.engine.events import (
    AttemptEnded,
    AttemptFailed,
    AttemptStarted,
    EngineEvent,
    Received,
    ResponseEnded,
    ResponseStarted,
    RetryScheduled,
    ToolAnswered,
    TurnStarted,
)
from workbench.engine.words import retry_sentence, state_sentence


class Record:
    """What happened to each lane, gathered for the JSON document and the exit code."""

    def __init__(self, session: Session, lanes: Sequence[Lane]) -> None:
        self.session = session
        self.lanes = lanes
        self.turn: str | None = None
        self.responses: dict[str, Response] = {}
        """The latest of each lane, by the lane's id."""
        self._attempts: dict[str, dict[str, Attempt]] = {}
        self._positions = {lane.id: number for number, lane in enumerate(lanes, start=1)}

    def __call__(self, event: EngineEvent) -> None:
        """Note what `event` tells."""
        match event:
            case TurnStarted(turn, responses):
                self.turn = turn.id
                self.responses.update({response.lane: response for response in responses})
            case ResponseEnded(lane, response):
                self.responses[lane] = response
            case AttemptStarted(_, attempt) | AttemptFailed(_, attempt, _, _) | AttemptEnded(_, attempt):
                self._attempts.setdefault(attempt.response, {})[attempt.id] = attempt

    def position(self, lane: str) -> int:
        """The number that stands for a lane, from 1."""
        return self._positions.get(lane, 0)

    def attempts(self, response: str) -> list[Attempt]:
        """The attempts of a response, in order."""
        return sorted(self._attempts.get(response, {}).values(), key=lambda attempt: attempt.n)

    def form(self, response: Response) -> dict[str, Any]:
        """One response as JSON."""
        provider = response.target.partition("/")[0]
        return response_form(response, self.position(response.lane), self.attempts(response.id), provider)

    def document(self) -> dict[str, Any]:
        """The whole turn as JSON."""
        responses = [self.form(self.responses[lane.id]) for lane in self.lanes if lane.id in self.responses]
        return {"session": self.session.id, "turn": self.turn, "responses": responses}

    @property
    def states(self) -> list[str]:
        """How each lane ended."""
        return [self.responses[lane.id].state if lane.id in self.responses else "failed" for lane in self.lanes]


class JsonPrinter:
    """One document at the end."""

    def __init__(self, output: Output, record: Record) -> None:
        self._output = output
        self._record = record

    def __call__(self, event: EngineEvent) -> None:
        """Nothing is printed while answers come."""

    def close(self) -> None:
        """Print the document."""
        self._output.write(dump(self._record.document(), indent=2) + "\n")


class EventPrinter:
    """Every event as a line, as it comes."""

    def __init__(self, output: Output, record: Record) -> None:
        self._output = output
        self._record = record

    def __call__(self, event: EngineEvent) -> None:
        """Print one line, or one for each thing that a read brought."""
        self._output.write("".join(dump(form) + "\n" for form in self._forms(event)))

    def close(self) -> None:
        """Everything is printed already."""

    def _forms(self, event: EngineEvent) -> list[dict[str, Any]]:
        number = self._record.position
        match event:
            case Received(lane, _, attempt, seq, t_s, events):
                head = {"lane": number(lane), "attempt": attempt}
                forms = []
                for offset, each in enumerate(events):
                    fields = event_form(each)
                    name = fields.pop("event")
                    forms.append({"event": name, **head, "seq": seq + offset, "t_s": round(t_s, 6), **fields})
                return forms
            case TurnStarted(turn, responses):
                asked = [{"lane": number(r.lane), "response": r.id, "target": r.target} for r in responses]
                session = self._record.session.id
                return [{"event": "turn_started", "session": session, "turn": turn.id, "responses": asked}]
            case ResponseEnded(_, response):
                form = self._record.form(response)
                return [{"event": "response_ended", "lane": form.pop("lane"), "response": response.id, **form}]
            case AttemptStarted(lane, attempt):
                more = {"n": attempt.n, "reason": attempt.reason, "provider": attempt.provider}
                return [{**self._attempt("attempt_started", lane, attempt), **more, "model": attempt.model_requested}]
            case AttemptEnded(lane, attempt):
                return [
                    {
                        **self._attempt("attempt_ended", lane, attempt),
                        "finish_reason": attempt.finish_reason,
                        "finish_reason_raw": attempt.finish_raw,
                        "usage": usage_form(attempt.usage),
                        "cost_usd": dollars(attempt.cost_nano),
                    }
                ]
            case AttemptFailed(lane, attempt, error, phase):
                return [{**self._attempt("attempt_failed", lane, attempt), "phase": phase, "error": error_form(error)}]
            case ResponseStarted(started):
                return [{"event": "response_started", "lane": number(started.lane), "response": started.id}]
        form = event_form(event)
        return [form | {"lane": number(event.lane)}]

    def _attempt(self, name: str, lane: str, attempt: Attempt) -> dict[str, Any]:
        return {"event": name, "lane": self._record.position(lane), "attempt": attempt.id, "response": attempt.response}


class TextPrinter:
    """Answers as plain text or Markdown: the first lane's as it comes, the others' after it, in order."""

    def __init__(self, output: Output, record: Record, *, markdown: bool, verbose: bool) -> None:
        self._output = output
        self._record = record
        self._markdown = markdown
        self._verbose = verbose
        self._several = len(record.lanes) > 1
        self._turn = 0
        self._texts = [LiveText() for _ in record.lanes]
        self._ends_line = [True for _ in record.lanes]
        self._waiting: list[list[str]] = [[] for _ in record.lanes]
        self._ended: dict[int, Response] = {}
        self._kinds: dict[tuple[str, int], str] = {}
        self._begin()

    def __call__(self, event: EngineEvent) -> None:
        """Print what can be printed now."""
        match event:
            case Received(lane, _, attempt, _, _, events):
                for each in events:
                    match each:
                        case BlockStart(block, kind):
                            self._kinds[attempt, block] = kind
                        case BlockDelta(block, text) if self._kinds.get((attempt, block)) in ("text", "refusal"):
                            self._text(self._record.position(lane) - 1, text)
            case ToolAnswered(lane, _, call, _):
                number = self._record.position(lane) - 1
                self._text(number, f"{'' if self._ends_line[number] else chr(10)}[{call_words(call)}]\n")
            case RetryScheduled(lane, _, wait_s, retry, of, error) if self._verbose:
                name = self._name(self._record.position(lane) - 1)
                self._output.note(f"{name}: {retry_sentence(error, wait_s, retry, of)}")
            case ResponseEnded(lane, response):
                self._ended[self._record.position(lane) - 1] = response
                self._advance()

    def close(self) -> None:
        """Nothing is left to print: every lane ended."""

    def _text(self, lane: int, text: str) -> None:
        self._ends_line[lane] = text.endswith("\n")
        if lane == self._turn:
            self._output.write(self._texts[lane].feed(text))
        else:
            self._waiting[lane].append(text)

    def _begin(self) -> None:
        """The heading of the lane whose turn it is."""
        if self._turn >= len(self._texts) or not (self._several or self._markdown):
            return
        gap = "\n" if self._turn else ""
        name = self._name(self._turn)
        self._output.write(f"{gap}## {name}\n\n" if self._markdown else f"{gap}--- {name} ---\n")

    def _advance(self) -> None:
        while (response := self._ended.get(self._turn)) is not None:
            live = self._texts[self._turn]
            self._output.write(live.close() + _tail(response, live))
            if response.state != "complete":
                how = clean_line(state_sentence(response) or response.state)
                self._output.note(f"{self._name(self._turn)}: {how}")
                self._output.write(f"\n> {how}\n" if self._markdown else "")
            if self._markdown:
                self._output.write(f"\n*{figures(response)}*\n")
            for warning in response.warnings if self._verbose else ():
                self._output.note(f"{self._name(self._turn)}: {clean_line(warning)}")
            self._turn += 1
            self._begin()
            if self._turn < len(self._texts):
                self._output.write("".join(self._texts[self._turn].feed(text) for text in self._waiting[self._turn]))
                self._waiting[self._turn].clear()

    def _name(self, lane: int) -> str:
        target = clean_line(self._record.lanes[lane].label or self._record.lanes[lane].target)
        return f"{lane + 1} {target}" if self._several else target


def figures(response: Response) -> str:
    """Model, times, tokens and cost of an answer in one line; `?` is unknown, `~` estimated."""
    usage, timing = response.usage, response.timing
    about = "~" if usage.source == "estimated" else ""
    said = [clean_line(response.model_served or response.target.partition("/")[2])]
    if timing.first_token_s is not None:
        said.append(f"first token {timing.first_token_s:.2f} s")
    if timing.end_s is not None:
        said.append(f"total {timing.end_s:.2f} s")
    if speed := tokens_per_second(usage.output_tokens, timing):
        said.append(f"{about}{speed:.0f} tokens/s")
    said.append(f"{_count(about, usage.input_tokens)} tokens in, {_count(about, usage.output_tokens)} out")
    cost = dollars(response.cost_nano)
    said.append("cost ?" if cost is None else f"{'~' if response.cost_estimated else ''}${cost}")
    if response.state != "complete":
        said.append(response.state)
    return " · ".join(said)


def _count(about: str, tokens: int | None) -> str:
    return "?" if tokens is None else f"{about}{tokens}"


def _tail(response: Response, live: LiveText) -> str:
    """What stands in no block of text: a refusal that came otherwise, calls of tools; and the last line's end."""
    missed = clean(response.text or response.refusal) if live.empty else ""
    ends_line = missed.endswith("\n") if missed else live.ends_line
    calls = [f"[{call_words(call)}]\n" for call in response.tool_calls if call.outcome is None]
    return missed + ("" if ends_line else "\n") + "".join(calls)
