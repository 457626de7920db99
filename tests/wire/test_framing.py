"""Framing: the same frames however the bytes are cut, joined, ended and marked."""

import itertools
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.bodies import answer_to, sse
from tests.support.plain_reader import events_in
from workbench.domain.errors import ProviderError
from workbench.providers.ndjson import NdjsonDecoder
from workbench.providers.sse import SseDecoder

PIECES = st.lists(
    st.sampled_from(
        [
            b"data: ",
            b"data:",
            b"event: x",
            b"event:",
            b": comment",
            b"id: 1",
            b"retry: 5",
            b"data",
            b"\n",
            b"\r\n",
            b"\r",
            b"\n\n",
            b"\r\n\r\n",
            b"\r\r",
            b" ",
            b":",
            "größe \u2028 🎉".encode(),
            b"\xe2\x82",
            b"\xff",
            b"\xef\xbb\xbf",
        ]
    ),
    max_size=30,
)
TEXTS = st.lists(
    st.text(st.characters(exclude_categories=()), min_size=1, max_size=8).filter(
        lambda text: not any("\ud800" <= letter <= "\udfff" for letter in text)
    ),
    max_size=12,
)


def cut_at(body: bytes, places: list[int]) -> list[bytes]:
    """A body in pieces."""
    ends = sorted({place % (len(body) + 1) for place in places} | {0, len(body)})
    return [body[start:end] for start, end in itertools.pairwise(ends)]


def decoded(pieces: list[bytes]) -> list[tuple[str, str]]:
    """All events of the pieces."""
    decoder = SseDecoder()
    return [event for piece in pieces for event in decoder.feed(piece)] + decoder.close()


@given(PIECES, st.lists(st.integers(0, 400), max_size=12))
@settings(max_examples=400, deadline=None)
def test_any_bytes_in_any_pieces(pieces: list[bytes], places: list[int]) -> None:
    """S01, S02, S04, S05, S06, S15: events are those of the whole body, wherever it is cut."""
    body = b"".join(pieces)

    assert decoded(cut_at(body, places)) == events_in(body)


@given(TEXTS, st.lists(st.integers(0, 4000), max_size=20), st.sampled_from(["openai-chat", "anthropic-messages"]))
@settings(max_examples=150, deadline=None)
def test_concatenated_deltas_are_the_text(texts: list[str], places: list[int], protocol: str) -> None:
    """S01, S13, S14: the deltas of a stream, joined, are the text that was sent, exactly."""
    if protocol == "openai-chat":
        frames = [json.dumps({"choices": [{"delta": {"content": text}}]}, ensure_ascii=False) for text in texts]
        body = sse(*frames, '{"choices":[{"delta":{},"finish_reason":"stop"}]}', "[DONE]")
    else:
        deltas = [{"type": "text_delta", "text": text} for text in texts]
        frames = [json.dumps({"type": "content_block_delta", "index": 0, "delta": delta}) for delta in deltas]
        body = sse('{"type":"content_block_start","index":0,"content_block":{"type":"text"}}', *frames)
        body += sse('{"type":"message_delta","delta":{"stop_reason":"end_turn"}}', '{"type":"message_stop"}')

    answer = answer_to(protocol, *cut_at(body, places))

    assert answer.text == "".join(texts)
    assert answer.finish is not None


@given(st.text(st.characters(), max_size=20), st.lists(st.integers(0, 60), max_size=10))
@settings(max_examples=200, deadline=None)
def test_surrogates_in_any_pieces(text: str, places: list[int]) -> None:
    """S17, S18: text cut between the halves of a pair, which JSON can express, comes together again."""
    units = text.encode("utf-16-le", "surrogatepass")
    halves = [units[place : place + 2].decode("utf-16-le", "surrogatepass") for place in range(0, len(units), 2)]
    frames = [json.dumps({"choices": [{"delta": {"content": half}}]}) for half in halves]
    whole = units.decode("utf-16-le", "replace")

    answer = answer_to("openai-chat", sse(*frames, '{"choices":[{"finish_reason":"stop"}]}', "[DONE]"))

    assert answer.text == whole


@given(st.lists(st.text(max_size=6).map(json.dumps), max_size=8), st.lists(st.integers(0, 200), max_size=10))
@settings(max_examples=150, deadline=None)
def test_lines_of_json_in_any_pieces(lines: list[str], places: list[int]) -> None:
    """S22: lines are whole however they are cut; blank ones and CRLF say nothing."""
    body = "\r\n\n".join(lines).encode()
    decoder = NdjsonDecoder()

    got = [line for piece in cut_at(body, places) for _, line in decoder.feed(piece)]
    got += [line for _, line in decoder.close()]

    assert [json.loads(line) for line in got] == [json.loads(line) for line in lines]


def feed_often(decoder: SseDecoder | NdjsonDecoder, piece: bytes) -> None:
    """One piece again and again."""
    for _ in range(2000):
        decoder.feed(piece)


@pytest.mark.parametrize("decoder", [SseDecoder(1000), NdjsonDecoder(1000)])
def test_an_event_over_the_cap_is_refused(decoder: SseDecoder | NdjsonDecoder) -> None:
    """S11: a line that does not end is refused once it is too long, in however small pieces it comes."""
    with pytest.raises(ProviderError) as caught:
        feed_often(decoder, b"data: x" if isinstance(decoder, SseDecoder) else b"x")

    assert caught.value.info.kind == "too_large"


def test_many_small_data_lines_are_one_event_under_the_cap() -> None:
    """S11: an event of many lines is held to the same cap."""
    decoder = SseDecoder(1000)

    with pytest.raises(ProviderError):
        feed_often(decoder, b"data: x\n")
