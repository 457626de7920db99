"""The vendors' own SDKs take the simulator for the real thing."""

import json
from collections.abc import AsyncIterator

import pytest

from workbench.simulator.asked import Said
from workbench.simulator.catalog import SIM_MODELS, sim_config
from workbench.simulator.compose import written
from workbench.simulator.server import SimulatorServer

anthropic = pytest.importorskip("anthropic")
openai = pytest.importorskip("openai")

PROMPT = "Explain how a hash table works"
MESSAGES = [{"role": "user", "content": PROMPT}]
TOOL_SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}


@pytest.fixture
async def port() -> AsyncIterator[int]:
    server = SimulatorServer()
    await server.start()
    yield server.port
    await server.close()


@pytest.fixture
async def messages(port) -> AsyncIterator["anthropic.AsyncAnthropic"]:
    url = sim_config(SIM_MODELS["thinker"], port).base_url
    async with anthropic.AsyncAnthropic(api_key="none", base_url=url, max_retries=0) as client:
        yield client


@pytest.fixture
async def chat(port) -> AsyncIterator["openai.AsyncOpenAI"]:
    url = sim_config(SIM_MODELS["steady"], port).base_url
    async with openai.AsyncOpenAI(api_key="none", base_url=url, max_retries=0) as client:
        yield client


def answer_of(model: str) -> str:
    return written(SIM_MODELS[model], [Said("user", PROMPT)])[0]


async def test_anthropic_reads_a_thinking_answer(messages):
    """The SDK's helper accumulates thinking, signature, text and usage."""
    async with messages.messages.stream(model="thinker@tps=0", max_tokens=4000, messages=MESSAGES) as stream:
        final = await stream.get_final_message()
    thinking, text = final.content
    assert (thinking.type, text.type) == ("thinking", "text")
    assert thinking.signature
    assert text.text == answer_of("thinker")
    assert final.stop_reason == "end_turn"
    assert final.usage.output_tokens > 500
    assert final.usage.output_tokens_details.thinking_tokens > 50


async def test_anthropic_reads_a_whole_answer_and_a_tool_call(messages):
    """Without streaming too, and a tool's input arrives as an object."""
    whole = await messages.messages.create(model="sage@tps=0", max_tokens=4000, messages=MESSAGES)
    assert whole.content[0].text == answer_of("sage")
    tool = {"name": "get_weather", "description": "The weather.", "input_schema": TOOL_SCHEMA}
    async with messages.messages.stream(
        model="toolsmith@tps=0", max_tokens=400, messages=MESSAGES, tools=[tool]
    ) as stream:
        final = await stream.get_final_message()
    assert final.stop_reason == "tool_use"
    assert final.content[0].input == {"city": PROMPT}


async def test_anthropic_knows_the_errors(messages):
    """Statuses become the SDK's typed errors, and an error event ends a stream."""
    with pytest.raises(anthropic.RateLimitError) as caught:
        await messages.messages.create(model="sage@429=1:7", max_tokens=40, messages=MESSAGES)
    assert caught.value.response.headers["retry-after"] == "7"
    with pytest.raises(anthropic.NotFoundError):
        await messages.messages.create(model="nobody", max_tokens=40, messages=MESSAGES)
    with pytest.raises(anthropic.APIStatusError) as caught:
        async with messages.messages.stream(model="faulty@tps=0", max_tokens=400, messages=MESSAGES) as stream:
            await stream.get_final_message()
    assert caught.value.type == "overloaded_error"


async def test_anthropic_reads_a_refusal(messages):
    """A refusal has its stop reason and its details."""
    async with messages.messages.stream(model="refuser@tps=0", max_tokens=400, messages=MESSAGES) as stream:
        final = await stream.get_final_message()
    assert final.stop_reason == "refusal"
    assert final.stop_details.category == "general_harms"


async def test_anthropic_lists_the_models(messages):
    """The listing is one that the SDK pages through."""
    assert {model.id async for model in messages.models.list()} == set(SIM_MODELS)


async def test_openai_reads_a_stream(chat):
    """Deltas, finish and the usage chunk arrive as the SDK's objects."""
    text, finish, usage = "", None, None
    async for chunk in await chat.chat.completions.create(
        model="steady@tps=0", messages=MESSAGES, stream=True, stream_options={"include_usage": True}
    ):
        for choice in chunk.choices:
            text += choice.delta.content or ""
            finish = choice.finish_reason or finish
        usage = chunk.usage or usage
    assert (text, finish) == (answer_of("steady"), "stop")
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens


async def test_openai_s_helper_accumulates(chat):
    """The SDK's own accumulator, which validates each chunk, comes to the same answer."""
    tool = {"type": "function", "function": {"name": "get_weather", "parameters": TOOL_SCHEMA}}
    async with chat.chat.completions.stream(model="thinker@tps=0", messages=MESSAGES) as stream:
        final = await stream.get_final_completion()
    assert final.choices[0].message.content == answer_of("thinker")
    async with chat.chat.completions.stream(model="toolsmith@tps=0", messages=MESSAGES, tools=[tool]) as stream:
        final = await stream.get_final_completion()
    assert final.choices[0].finish_reason == "tool_calls"
    assert json.loads(final.choices[0].message.tool_calls[0].function.arguments) == {"city": PROMPT}


async def test_openai_reads_responses(chat):
    """The Responses helper accumulates reasoning, text and usage, and the length limit is told."""
    async with chat.responses.stream(model="thinker@tps=0", input=PROMPT) as stream:
        final = await stream.get_final_response()
    assert final.output_text == answer_of("thinker")
    assert final.output[0].type == "reasoning"
    assert final.usage.output_tokens_details.reasoning_tokens > 50
    short = await chat.responses.create(model="steady@tps=0", input=PROMPT, max_output_tokens=16)
    assert (short.status, short.incomplete_details.reason) == ("incomplete", "max_output_tokens")


async def test_openai_knows_the_errors(chat):
    """Statuses become the SDK's typed errors, and an error frame ends a stream."""
    with pytest.raises(openai.RateLimitError):
        await chat.chat.completions.create(model="busy", messages=MESSAGES)
    with pytest.raises(openai.AuthenticationError):
        await chat.chat.completions.create(model="steady@401", messages=MESSAGES)
    with pytest.raises(openai.NotFoundError) as caught:
        await chat.chat.completions.create(model="nobody", messages=MESSAGES)
    assert caught.value.code == "model_not_found"
    with pytest.raises(openai.APIError, match="server had an error"):
        async for _ in await chat.chat.completions.create(model="steady@tps=0@error=5", messages=MESSAGES, stream=True):
            pass


async def test_openai_lists_the_models(chat):
    """The listing is one that the SDK understands."""
    assert {model.id async for model in chat.models.list()} == set(SIM_MODELS)
