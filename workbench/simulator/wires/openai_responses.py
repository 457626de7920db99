"""OpenAI's Responses: numbered events around output items; usage comes with the terminal event alone.

Source: streams of the API and its streaming reference (2026-11).
"""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.simulator.asked import Asked, BadRequest, Said, positive, required, text_of
from workbench.simulator.reply import Call, Piece, Reply
from workbench.simulator.wires.base import Frames, Wire, calls_of, event, text_of_kind
from workbench.simulator.wires.openai_chat import OpenAIChat, read_tools

_DELTAS = {
    "text": "response.output_text.delta",
    "refusal": "response.refusal.delta",
    "reasoning": "response.reasoning_summary_text.delta",
    "tool": "response.function_call_arguments.delta",
}


class OpenAIResponses(Wire):
    """`POST /v1/responses`."""

    protocol = "openai-responses"

    def read(self, body: Mapping[str, Any], path: str) -> Asked:  # noqa: D102
        given = body.get("input")
        items = [{"role": "user", "content": given}] if isinstance(given, str) and given else given
        if not isinstance(items, list) or not items:
            raise BadRequest("Missing required parameter: 'input'.", "input")
        instructions = body.get("instructions")
        text = body.get("text")
        form = text.get("format") if isinstance(text, dict) else None
        return Asked(
            model=required(body, "model", str),
            messages=tuple(said for item in items for said in _said(item)),
            system=instructions if isinstance(instructions, str) else "",
            stream=body.get("stream") is True,
            max_tokens=positive(body.get("max_output_tokens")),
            tools=read_tools(body.get("tools")),
            tools_off=body.get("tool_choice") == "none",
            schema=form.get("schema") if isinstance(form, dict) else None,
            thinking=isinstance(body.get("reasoning"), dict) and bool(body["reasoning"].get("summary")),
        )

    def frames(self, asked: Asked, reply: Reply) -> Frames:  # noqa: D102
        return ResponsesFrames(asked, reply)

    def whole(self, reply: Reply, pieces: Sequence[Piece]) -> dict[str, Any]:  # noqa: D102
        items: list[dict[str, Any]] = []
        if reasoning := text_of_kind(pieces, "reasoning"):
            items.append(_finished_item(reply, "reasoning", reasoning, None, len(items)))
        for kind in ("text", "refusal"):
            if text := text_of_kind(pieces, kind):
                items.append(_finished_item(reply, kind, text, None, len(items)))
        for index, (call_id, name, arguments) in enumerate(calls_of(pieces)):
            items.append(_finished_item(reply, "tool", arguments, Call(index, call_id, name), len(items)))
        return _ended(reply, items)

    def refusal(self, status: int, message: str, param: str | None = None, code: str | None = None) -> dict[str, Any]:  # noqa: D102
        return OpenAIChat().refusal(status, message, param, code)

    def limits(self) -> dict[str, str]:  # noqa: D102
        return OpenAIChat().limits()


class ResponsesFrames(Frames):
    """Items open, grow and close; each event has the next number."""

    def __init__(self, asked: Asked, reply: Reply) -> None:
        super().__init__(asked, reply)
        self._number = 0
        self._kind: str | None = None
        self._call: Call | None = None
        self._text: list[str] = []
        self._items: list[dict[str, Any]] = []

    def begin(self) -> bytes:  # noqa: D102
        response = _response(self.reply, "in_progress")
        return self._event("response.created", response=response) + self._event(
            "response.in_progress", response=response
        )

    def piece(self, piece: Piece) -> bytes:  # noqa: D102
        opening = b""
        if (self._kind, self._call) != (piece.kind, piece.call):
            opening = self._close() + self._start(piece.kind, piece.call)
        self._text.append(piece.text)
        fields: dict[str, Any] = {**self._place(), "delta": piece.text}
        if piece.kind == "text":
            fields["logprobs"] = []
        return opening + self._event(_DELTAS[piece.kind], **fields)

    def end(self) -> bytes:  # noqa: D102
        closing = self._close()
        response = _ended(self.reply, self._items)
        return closing + self._event(f"response.{response['status']}", response=response)

    def error(self) -> bytes:  # noqa: D102
        message = "The server had an error while processing your request. Sorry about that!"
        return self._event("error", code="server_error", message=message, param=None)

    def _place(self) -> dict[str, Any]:
        place: dict[str, Any] = {
            "item_id": _item_id(self.reply, self._kind or "text", len(self._items)),
            "output_index": len(self._items),
        }
        if self._kind in ("text", "refusal"):
            place["content_index"] = 0
        elif self._kind == "reasoning":
            place["summary_index"] = 0
        return place

    def _start(self, kind: str, call: Call | None) -> bytes:
        self._kind, self._call, self._text = kind, call, []
        item = _item(self.reply, kind, "", call, len(self._items), "in_progress")
        started = self._event("response.output_item.added", output_index=len(self._items), item=item)
        if kind == "reasoning":
            part: dict[str, Any] = {"type": "summary_text", "text": ""}
            return started + self._event("response.reasoning_summary_part.added", **self._place(), part=part)
        if kind in ("text", "refusal"):
            return started + self._event("response.content_part.added", **self._place(), part=_part(kind, ""))
        return started

    def _close(self) -> bytes:
        if self._kind is None:
            return b""
        kind, text, place = self._kind, "".join(self._text), self._place()
        match kind:
            case "reasoning":
                part = {"type": "summary_text", "text": text}
                closing = self._event("response.reasoning_summary_text.done", **place, text=text)
                closing += self._event("response.reasoning_summary_part.done", **place, part=part)
            case "tool":
                closing = self._event("response.function_call_arguments.done", **place, arguments=text)
            case "refusal":
                closing = self._event("response.refusal.done", **place, refusal=text)
                closing += self._event("response.content_part.done", **place, part=_part(kind, text))
            case _:
                closing = self._event("response.output_text.done", **place, text=text, logprobs=[])
                closing += self._event("response.content_part.done", **place, part=_part(kind, text))
        item = _finished_item(self.reply, kind, text, self._call, len(self._items))
        closing += self._event("response.output_item.done", output_index=len(self._items), item=item)
        self._items.append(item)
        self._kind = self._call = None
        return closing

    def _event(self, kind: str, **fields: Any) -> bytes:
        number = self._number
        self._number += 1
        return event(kind, {"type": kind, "sequence_number": number, **fields})


def _response(reply: Reply, status: str) -> dict[str, Any]:
    return {
        "id": f"resp_{reply.identity}",
        "object": "response",
        "created_at": int(time.time()),
        "status": status,
        "background": False,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "max_output_tokens": None,
        "model": reply.model,
        "output": [],
        "parallel_tool_calls": True,
        "previous_response_id": None,
        "reasoning": {"effort": None, "summary": None},
        "service_tier": "default",
        "store": False,
        "temperature": 1.0,
        "text": {"format": {"type": "text"}, "verbosity": "medium"},
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "truncation": "disabled",
        "usage": None,
        "user": None,
        "metadata": {},
    }


def _ended(reply: Reply, items: list[dict[str, Any]]) -> dict[str, Any]:
    incomplete = {"length": "max_output_tokens", "content_filter": "content_filter"}.get(reply.finish)
    response = _response(reply, "incomplete" if incomplete else "completed")
    response |= {"output": items, "incomplete_details": {"reason": incomplete} if incomplete else None}
    if reply.counted:
        counts = reply.counts
        response["usage"] = {
            "input_tokens": counts.input,
            "input_tokens_details": {"cached_tokens": counts.cached},
            "output_tokens": counts.output,
            "output_tokens_details": {"reasoning_tokens": counts.reasoning},
            "total_tokens": counts.input + counts.output,
        }
    return response


def _item_id(reply: Reply, kind: str, index: int) -> str:
    prefix = {"reasoning": "rs", "tool": "fc"}.get(kind, "msg")
    return f"{prefix}_{reply.identity}{index:02d}"


def _item(reply: Reply, kind: str, text: str, call: Call | None, index: int, status: str) -> dict[str, Any]:
    identity = _item_id(reply, kind, index)
    if kind == "reasoning":
        summary = [{"type": "summary_text", "text": text}] if text else []
        return {"id": identity, "type": "reasoning", "summary": summary}
    if kind == "tool" and call is not None:
        item = {"id": identity, "type": "function_call", "status": status, "arguments": text}
        return {**item, "call_id": call.call_id, "name": call.name}
    content = [_part(kind, text)] if text else []
    return {"id": identity, "type": "message", "status": status, "content": content, "role": "assistant"}


def _finished_item(reply: Reply, kind: str, text: str, call: Call | None, index: int) -> dict[str, Any]:
    return _item(reply, kind, text, call, index, "completed")


def _part(kind: str, text: str) -> dict[str, Any]:
    if kind == "refusal":
        return {"type": "refusal", "refusal": text}
    return {"type": "output_text", "annotations": [], "logprobs": [], "text": text}


def _said(item: object) -> list[Said]:
    if not isinstance(item, dict):
        raise BadRequest("Invalid value for 'input[0]'.", "input")
    if item.get("type") == "function_call_output":
        return [Said("tool", text_of(item.get("output"))[0])]
    role = item.get("role")
    return [Said(role, *text_of(item.get("content")))] if role in ("user", "assistant") else []
