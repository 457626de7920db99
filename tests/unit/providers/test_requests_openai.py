"""Requests in the words of chat completions and of Responses."""

import base64

import pytest

from tests.support.requests import HELLO, IMAGE, PDF, body_of
from workbench.domain.catalog import ProviderConfig
from workbench.domain.conversation import (
    FilePart,
    Message,
    ModelRequest,
    OpaquePart,
    Parameters,
    TextPart,
    ToolCallPart,
    ToolDefinition,
    ToolResultPart,
)
from workbench.domain.errors import ProviderError
from workbench.providers.spelling import spell

NOTES = FilePart("n.txt", "text/plain", base64.b64encode("né".encode()).decode(), 3)
CLOCK = ToolDefinition("clock", "Tells the time.", {"type": "object", "properties": {"zone": {"type": "string"}}})


def chat(**quirks) -> ProviderConfig:
    return ProviderConfig("lab", "openai-chat", "http://127.0.0.1/v1", quirks=quirks)


def responses(**quirks) -> ProviderConfig:
    return ProviderConfig("lab", "openai-responses", "http://127.0.0.1/v1", quirks=quirks)


def test_the_plainest_request():
    """Nothing is sent that nobody asked for, but the wish to stream and to be told the usage."""
    assert body_of(ModelRequest("m", HELLO), chat()) == {
        "model": "m",
        "messages": [{"role": "user", "content": "Hello"}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    assert body_of(ModelRequest("m", HELLO), responses()) == {
        "model": "m",
        "input": [{"role": "user", "content": "Hello"}],
        "stream": True,
        "store": False,
    }


def test_sampling_that_a_model_refuses_is_left_out_and_said():
    """A parameter that the vendor or model does not take is not sent, and is reported."""
    request = ModelRequest("gpt-5", HELLO, parameters=Parameters(temperature=0.5, top_k=3, seed=1, stop=("x",)))
    compiled = spell(request, chat(sampling=["temperature", "seed", "stop"], fixed_sampling=["gpt-5"]))

    assert compiled.body["seed"] == 1
    assert compiled.body["stop"] == ["x"]
    assert "temperature" not in compiled.body
    assert compiled.ignored == ("temperature", "top_k")


@pytest.mark.parametrize(
    ("spelling", "sent"),
    [
        ("reasoning_effort", {"reasoning_effort": "low"}),
        ("reasoning", {"reasoning": {"effort": "low"}}),
        ("enable_thinking", {"enable_thinking": True, "thinking_budget": 1024}),
        ("thinking", {"thinking": {"type": "enabled"}}),
        ("none", {}),
    ],
)
def test_reasoning_effort_is_spelled_as_the_vendor_does(spelling, sent):
    """One effort of ours, every vendor's spelling of it."""
    compiled = spell(ModelRequest("m", HELLO, parameters=Parameters(reasoning_effort="low")), chat(effort=spelling))

    assert compiled.body.items() >= sent.items()
    assert compiled.ignored == (() if sent else ("reasoning_effort",))


def test_tools_calls_and_results():
    """Tools, the model's calls and their results keep their ids; a result is a message of its own."""
    messages = (
        *HELLO,
        Message("assistant", (ToolCallPart("a", "clock", '{"zone": "UTC"}'), ToolCallPart("b", "clock", ""))),
        Message("tool", (ToolResultPart("a", "clock", "12:00"), ToolResultPart("b", "clock", "13:00"))),
    )
    body = body_of(ModelRequest("m", messages, tools=(CLOCK,), tool_choice="clock"), chat())

    assert [message["role"] for message in body["messages"]] == ["user", "assistant", "tool", "tool"]
    assert body["messages"][1]["content"] is None
    assert [call["function"]["arguments"] for call in body["messages"][1]["tool_calls"]] == ['{"zone": "UTC"}', "{}"]
    assert body["tool_choice"] == {"type": "function", "function": {"name": "clock"}}
    items = body_of(ModelRequest("m", messages, tools=(CLOCK,)), responses())["input"]
    assert [item.get("type", "message") for item in items] == [
        "message",
        *["function_call"] * 2,
        *["function_call_output"] * 2,
    ]


def test_parallel_calls_are_asked_for_only_where_that_is_known():
    """`parallel_tool_calls` goes to the vendor that needs it, with tools only; others never see it."""
    request = ModelRequest("m", HELLO, tools=(CLOCK,))

    assert body_of(request, chat(parallel_tool_calls=True))["parallel_tool_calls"] is True
    assert "parallel_tool_calls" not in body_of(request, chat())
    assert "parallel_tool_calls" not in body_of(ModelRequest("m", HELLO), chat(parallel_tool_calls=True))


def test_call_ids_are_made_short_where_they_must_be():
    """Mistral takes nine letters or digits; an id that is none is mapped, the same way in call and result."""
    messages = (
        Message("assistant", (ToolCallPart("call_long-id", "f", "{}"),)),
        Message("tool", (ToolResultPart("call_long-id", "f", "x"),)),
    )
    body = body_of(ModelRequest("m", messages), chat(short_call_ids=True))
    sent = body["messages"][0]["tool_calls"][0]["id"]

    assert len(sent) == 9
    assert sent.isalnum()
    assert body["messages"][1]["tool_call_id"] == sent


def test_files_take_each_protocols_form():
    """Images and documents go in the protocol's own form, text files as words of the prompt."""
    message = Message("user", (TextPart("Look"), IMAGE, NOTES, PDF))
    content = body_of(ModelRequest("m", (message,)), chat())["messages"][0]["content"]
    items = body_of(ModelRequest("m", (message,)), responses())["input"][0]["content"]

    assert [part["type"] for part in content] == ["text", "image_url", "text", "file"]
    assert content[1]["image_url"]["url"].startswith("data:image/png;base64,")
    assert "né" in content[2]["text"]
    assert [part["type"] for part in items] == ["input_text", "input_image", "input_text", "input_file"]


def test_what_cannot_be_taken_is_said_before_sending():
    """A vendor without images refuses one before anything is sent."""
    with pytest.raises(ProviderError, match="takes no images") as caught:
        body_of(ModelRequest("m", (Message("user", (IMAGE,)),)), chat(images=False))

    assert caught.value.info.kind == "config"


def test_opaque_reasoning_goes_back_to_its_maker_only():
    """Reasoning details and encrypted items are replayed to the same provider and protocol, to no one else."""
    details = {"reasoning_details": [{"type": "reasoning.text", "text": "x"}]}
    item = {"type": "reasoning", "id": "r", "encrypted_content": "E"}
    parts = (
        OpaquePart("lab", "openai-chat", details),
        OpaquePart("other", "openai-chat", {"reasoning_details": [{"text": "secret"}]}),
        OpaquePart("lab", "openai-responses", item),
        OpaquePart("lab", "openai-responses", {"type": "reasoning", "id": "not kept"}),
        TextPart("Hi"),
    )
    request = ModelRequest("m", (Message("assistant", parts),))

    assert body_of(request, chat(replay="reasoning_details"))["messages"][0] == {
        "role": "assistant",
        "content": "Hi",
        **details,
    }
    assert body_of(request, chat(replay="none"))["messages"][0] == {"role": "assistant", "content": "Hi"}
    assert body_of(request, responses())["input"] == [item, {"role": "assistant", "content": "Hi"}]


def test_a_schema_is_strict_only_where_that_changes_nothing():
    """A schema with optional properties is sent as it is, and the report says that it is not enforced."""
    complete = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
    optional = {"type": "object", "properties": {"a": {"type": "string"}}}
    strict = spell(ModelRequest("m", HELLO, output_schema=complete), chat())
    loose = spell(ModelRequest("m", HELLO, output_schema=optional), chat())

    assert strict.body["response_format"]["json_schema"]["strict"] is True
    assert strict.lost == ()
    assert loose.body["response_format"]["json_schema"] == {"name": "answer", "schema": optional, "strict": False}
    assert "optional properties" in loose.lost[0]


def test_where_only_json_is_known_the_schema_is_told_in_words():
    """Vendors with JSON mode alone refuse a prompt without the word; the schema stands in the system prompt."""
    body = body_of(ModelRequest("m", HELLO, "Be brief.", output_schema={"type": "object"}), chat(schema="json_object"))

    assert body["response_format"] == {"type": "json_object"}
    assert "JSON schema" in body["messages"][0]["content"]


def test_encrypted_reasoning_is_asked_for_where_it_exists():
    """Models that don't reason refuse to be asked for encrypted reasoning."""
    config = responses(encrypted_models=["gpt-5*"], effort_models=["gpt-5*"])
    body = body_of(ModelRequest("gpt-5.5", HELLO, parameters=Parameters(reasoning_effort="high")), config)

    assert body["include"] == ["reasoning.encrypted_content"]
    assert body["reasoning"] == {"effort": "high", "summary": "auto"}
    assert "include" not in body_of(ModelRequest("gpt-4o", HELLO), config)


def test_extra_parameters_are_joined_with_ours():
    """`extra` goes in as it is; objects are joined, so that ours are not lost."""
    body = body_of(ModelRequest("m", HELLO, parameters=Parameters(extra={"stream_options": {"x": 1}, "n": 1})), chat())

    assert body["stream_options"] == {"include_usage": True, "x": 1}
    assert body["n"] == 1
