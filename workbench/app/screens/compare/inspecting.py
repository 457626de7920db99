"""What the inspector tells about a lane's newest answer."""

from dataclasses import fields

from textual.content import Content

from workbench.app.formatting import count, money, seconds
from workbench.app.screens.compare.lane_desk import LaneDesk
from workbench.domain.clean import clean, clean_line
from workbench.domain.conversation import Parameters, Response
from workbench.domain.events import StreamEvent
from workbench.engine.events import (
    AttemptFailed,
    AttemptStarted,
    EngineEvent,
    Received,
    ResponseEnded,
    RetryScheduled,
)


def inspection(desk: LaneDesk, request: str) -> Content:
    """Request, parameters, moments, usage, and the last events of the current run."""
    parts: list[str | tuple[str, str]] = []
    _heading(parts, "Request (without its key)")
    parts.append(clean(request) + "\n")
    _heading(parts, "Parameters")
    parts += [f"{name:<22}{value}   {where}\n" for name, value, where in _parameters(desk.lane.parameters)]
    response = desk.current or desk.last
    if response is not None:
        _heading(parts, "Answer")
        parts += [f"{name:<22}{clean_line(value)}\n" for name, value in _answer(response)]
    if desk.events:
        _heading(parts, f"Events (the last {len(desk.events)})")
        parts += [line[:400] + "\n" for event in desk.events for line in _lines(event)]
    return Content.assemble(*parts)


def _heading(parts: list[str | tuple[str, str]], text: str) -> None:
    parts.append((f"{'' if not parts else chr(10)}{text}\n", "bold"))


def _parameters(parameters: Parameters) -> list[tuple[str, str, str]]:
    names = ("max_output_tokens", "temperature", "top_p", "top_k", "seed", "reasoning_effort")
    rows = []
    for name in names:
        value = getattr(parameters, name)
        rows.append(
            (name, "–" if value is None else clean_line(str(value)), "provider's" if value is None else "this lane")
        )
    if parameters.stop:
        rows.append(("stop", clean_line(repr(parameters.stop)), "this lane"))
    rows += [
        (clean_line(name), clean_line(repr(value)), "this lane, extra") for name, value in parameters.extra.items()
    ]
    return rows


def _answer(response: Response) -> list[tuple[str, str]]:
    timing, usage = response.timing, response.usage
    return [
        ("asked", response.target),
        ("served", response.model_served or "?"),
        ("state", response.state),
        ("finish reason", f"{response.finish_reason or '–'} ({response.finish_raw or '–'})"),
        ("queued", seconds(timing.queued_s)),
        ("connect", seconds(timing.connect_s) + (", cold" if timing.cold else "")),
        ("headers", seconds(timing.headers_s)),
        ("first token", seconds(timing.first_token_s)),
        ("first visible text", seconds(timing.first_text_s)),
        ("end", seconds(timing.end_s)),
        ("input tokens", f"{count(usage.input_tokens)} ({count(usage.cached_input_tokens)} cached)"),
        ("output tokens", f"{count(usage.output_tokens)} ({count(usage.reasoning_tokens)} reasoning)"),
        ("counted by", usage.source),
        ("cost", money(response.cost_nano, response.cost_estimated)),
        ("error", f"{response.error.kind}: {response.error.message}" if response.error else "–"),
    ]


def _lines(event: EngineEvent) -> list[str]:
    match event:
        case Received():
            return [f"{event.t_s:9.3f} s  {clean_line(_short(part))}" for part in event.events]
        case AttemptFailed(error=error, phase=phase):
            words = f"attempt failed ({phase}): {error.kind}: {error.message}"
        case AttemptStarted(attempt=attempt):
            words = f"attempt {attempt.n} ({attempt.reason}) to {attempt.provider}, model {attempt.model_requested}"
        case RetryScheduled():
            words = f"retry {event.retry} of {event.of} in {seconds(event.wait_s)}"
        case ResponseEnded(response=response):
            words = f"answer ended: {response.state}"
        case _:
            words = type(event).__name__
    return [f"{'':13}{clean_line(words)}"]


def _short(part: StreamEvent) -> str:
    """The event without its module and without what is at its default."""
    shown = [
        f"{field.name}={value!r}"
        for field in fields(part)
        if (value := getattr(part, field.name)) is not None and value != field.default
    ]
    return f"{type(part).__name__}({', '.join(shown)})"
