"""What each wire format carries is what the model said, judged by parsers that share no code with it."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from tests.support.plain_http import ask, exchange
from tests.support.plain_parsers import PARSERS, request_for
from workbench.simulator.asked import Said
from workbench.simulator.catalog import SIM_MODELS, SUGGESTED_PROMPTS
from workbench.simulator.compose import ESCAPES, written
from workbench.simulator.server import SimulatorServer

PROMPT = SUGGESTED_PROMPTS[0]
EVERY = pytest.mark.parametrize("protocol", PARSERS)


@pytest.fixture
async def port() -> AsyncIterator[int]:
    server = SimulatorServer()
    await server.start()
    yield server.port
    await server.close()


async def heard(port: int, protocol: str, model: str, prompt: str = PROMPT, **more):
    path, body = request_for(protocol, model, prompt, **more)
    answered = await ask(port, path, body)
    assert answered.status == 200, answered.text
    return PARSERS[protocol](answered.text)


@EVERY
@pytest.mark.parametrize("model", ["steady", "thinker", "polyglot"])
async def test_the_stream_says_what_the_model_wrote(port, protocol, model):
    """Joined deltas equal the written answer exactly, reasoning apart from text, and the end is marked."""
    answer, reasoning = written(SIM_MODELS[model], [Said("user", PROMPT)])

    got = await heard(port, protocol, f"{model}@tps=0")

    assert got.text == answer
    assert got.reasoning == (reasoning if SIM_MODELS[model].reasons else "")
    assert got.done
    assert got.error is None


@EVERY
async def test_split_bytes_say_the_same(port, protocol):
    """S01: writes of one byte, cut inside every multi-byte character, carry the same text."""
    answer, _ = written(SIM_MODELS["terse"], [Said("user", "翻译 early bird")])
    assert (await heard(port, protocol, "terse@tps=0@split=1", "翻译 early bird")).text == answer


@EVERY
async def test_usage_counts_what_was_sent(port, protocol):
    """Each protocol reports input, output and reasoning tokens in its own spelling, and they agree."""
    got = await heard(port, protocol, "thinker@tps=0")
    usage = got.usage
    spelled = {
        "openai-chat": lambda: (
            usage["prompt_tokens"],
            usage["completion_tokens"],
            usage["completion_tokens_details"]["reasoning_tokens"],
        ),
        "openai-responses": lambda: (
            usage["input_tokens"],
            usage["output_tokens"],
            usage["output_tokens_details"]["reasoning_tokens"],
        ),
        "anthropic-messages": lambda: (
            usage["input_tokens"],
            usage["output_tokens"],
            usage["output_tokens_details"]["thinking_tokens"],
        ),
        "gemini": lambda: (
            usage["promptTokenCount"],
            usage["candidatesTokenCount"] + usage["thoughtsTokenCount"],
            usage["thoughtsTokenCount"],
        ),
        "cohere": lambda: (
            usage["tokens"]["input_tokens"],
            usage["tokens"]["output_tokens"],
            usage["tokens"]["reasoning_tokens"],
        ),
        "ollama": lambda: (usage["prompt_eval_count"], usage["eval_count"], None),
    }
    read, wrote, reasoned = spelled[protocol]()
    chat = (await heard(port, "openai-chat", "thinker@tps=0")).usage
    assert (read, wrote) == (chat["prompt_tokens"], chat["completion_tokens"])
    assert reasoned in (None, chat["completion_tokens_details"]["reasoning_tokens"])


@EVERY
async def test_usage_can_be_withheld(port, protocol):
    """S21: with @nousage no count is reported, and the answer still ends in order."""
    got = await heard(port, protocol, "steady@tps=0@nousage")
    assert got.done
    assert not got.usage or "eval_count" not in got.usage
    assert protocol == "ollama" or not got.usage


FINISHES = {
    "openai-chat": ("length", "content_filter", "stop"),
    "openai-responses": ("max_output_tokens", "content_filter", "completed"),
    "anthropic-messages": ("max_tokens", "refusal", "refusal"),
    "gemini": ("MAX_TOKENS", "SAFETY", "SAFETY"),
    "cohere": ("MAX_TOKENS", "ERROR_TOXIC", "COMPLETE"),
    "ollama": ("length", "stop", "stop"),
}


@EVERY
async def test_ends_are_spelled_as_the_provider_does(port, protocol):
    """P01, P02, P03: length, content filter and refusal keep their text and have the protocol's own words."""
    length, filtered, refused = FINISHES[protocol]
    got = await heard(port, protocol, "steady@tps=0@length=20")
    assert (got.finish, got.text) == (length, written(SIM_MODELS["steady"], [Said("user", PROMPT)])[0][: len(got.text)])
    assert (await heard(port, protocol, "steady@tps=0@filter=20")).finish == filtered
    got = await heard(port, protocol, "refuser@tps=0")
    assert got.finish == refused
    assert "can’t help" in got.text + got.refusal


@EVERY
async def test_a_finish_without_a_word(port, protocol):
    """P04: an answer may end in order and be empty."""
    got = await heard(port, protocol, "silent@tps=0")
    assert (got.text, got.done) == ("", True)


@EVERY
async def test_tool_calls_carry_valid_arguments(port, protocol):
    """A tool that the prompt names is called with arguments that its schema allows."""
    schema = {
        "type": "object",
        "properties": {"city": {"type": "string"}, "days": {"type": "integer", "minimum": 2}},
        "required": ["city"],
    }
    function = {"name": "get_weather", "description": "The weather.", "parameters": schema}
    tools = {
        "anthropic-messages": [{"name": "get_weather", "input_schema": schema}],
        "openai-responses": [{"type": "function", **function}],
        "gemini": [{"functionDeclarations": [function]}],
    }.get(protocol, [{"type": "function", "function": function}])

    got = await heard(port, protocol, "toolsmith@tps=0", "get_weather in Oslo", tools=tools)

    ((call_id, name, arguments),) = got.calls.values()
    assert name == "get_weather"
    assert call_id
    assert json.loads(arguments) == {"city": "get_weather in Oslo", "days": 2}


@EVERY
async def test_the_same_request_gives_the_same_pieces(port, protocol):
    """Answers and their chunks repeat exactly; another seed cuts them elsewhere."""
    path, body = request_for(protocol, "polyglot@tps=0", PROMPT)
    first, second = [PARSERS[protocol]((await ask(port, path, body)).text) for _ in range(2)]
    assert (first.text, first.deltas) == (second.text, second.deltas)
    path, body = request_for(protocol, "polyglot@tps=0@seed=7", PROMPT)
    other = PARSERS[protocol]((await ask(port, path, body)).text)
    assert other.text == first.text
    assert protocol in ("openai-responses", "gemini", "cohere", "ollama") or other.deltas != first.deltas


@EVERY
async def test_a_whole_answer_holds_the_same(port, protocol):
    """Without streaming, the one JSON object has the text, the finish and the usage."""
    path, body = request_for(protocol, "thinker@tps=0", PROMPT)
    if protocol == "gemini":
        path = path.replace("streamGenerateContent?alt=sse", "generateContent")
    else:
        body["stream"] = False
    answered = await ask(port, path, body)
    whole = answered.json
    text = {
        "openai-chat": lambda: whole["choices"][0]["message"]["content"],
        "openai-responses": lambda: whole["output"][1]["content"][0]["text"],
        "anthropic-messages": lambda: whole["content"][1]["text"],
        "gemini": lambda: whole["candidates"][0]["content"]["parts"][1]["text"],
        "cohere": lambda: whole["message"]["content"][1]["text"],
        "ollama": lambda: whole["message"]["content"],
    }[protocol]()
    assert text == written(SIM_MODELS["thinker"], [Said("user", PROMPT)])[0]


@EVERY
async def test_an_unknown_model_is_not_found(port, protocol):
    """H03: a name that nobody has, or a fault that there is none of, is a 404 in the protocol's own form."""
    for model in ("nobody", "steady@sideways=3"):
        path, body = request_for(protocol, model, PROMPT)
        answered = await ask(port, path, body)
        assert answered.status == 404
        assert model in json.dumps(answered.json)


@EVERY
async def test_hostile_text_arrives_as_it_is(port, protocol):
    """S15, S16, S17, S18: control characters, line separators and lone surrogates pass the wire unchanged."""
    got = await heard(port, protocol, "steady@tps=0@escape")
    assert got.text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") == ESCAPES.encode(
        "utf-16", "surrogatepass"
    ).decode("utf-16", "replace")


async def test_follow_ups_know_what_came_before(port):
    """A second turn refers to the first one, and reports the repeated part as cached."""
    answer, _ = written(SIM_MODELS["steady"], [Said("user", PROMPT)])
    messages = [
        {"role": "user", "content": PROMPT},
        {"role": "assistant", "content": answer},
        {"role": "user", "content": "And in SQL?"},
    ]
    got = await heard(port, "openai-chat", "steady@tps=0", messages=messages)
    assert got.text.startswith("Building on “Sort a list of people by age in …” (turn 2):")
    assert got.usage["prompt_tokens_details"]["cached_tokens"] >= 128


async def test_the_speed_is_the_one_asked_for(port):
    """First token and rate follow @ttft and @tps within a margin for a busy machine."""
    path, body = request_for("openai-chat", "steady@tps=200@ttft=0.2@tokens=100", PROMPT)
    clock = asyncio.get_running_loop().time
    async with exchange(port, path, body) as sent:
        started = clock()
        await sent.head()
        chunks = sent.chunks()
        await anext(chunks)
        await anext(chunks)
        first = clock() - started
        async for _ in chunks:
            pass
    assert 0.19 <= first < 1.0
    assert 0.5 <= clock() - started < 2.0


async def test_a_hundred_streams_at_once(port):
    """N15: a hundred parallel streams all complete, and none waits for another."""
    path, body = request_for("openai-chat", "steady@tps=500@ttft=0.05@tokens=100", PROMPT)
    started = asyncio.get_running_loop().time()
    answers = await asyncio.gather(*(ask(port, path, body) for _ in range(100)))
    assert {PARSERS["openai-chat"](answer.text).finish for answer in answers} == {"stop"}
    assert asyncio.get_running_loop().time() - started < 15
