"""Requests in the words of Anthropic, Gemini, Cohere and Ollama."""

import pytest

from tests.support.requests import HELLO, IMAGE, PDF, body_of
from workbench.domain.catalog import ProviderConfig
from workbench.domain.conversation import (
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
from workbench.providers.request_gemini import NO_SIGNATURE
from workbench.providers.spelling import spell

ANTHROPIC = ProviderConfig("anthropic", "anthropic-messages", "http://127.0.0.1")
GEMINI = ProviderConfig("google", "gemini", "http://127.0.0.1/v1beta")
COHERE = ProviderConfig("cohere", "cohere", "http://127.0.0.1/v2")
OLLAMA = ProviderConfig("ollama", "ollama", "http://127.0.0.1")
LOOKUP = ToolDefinition(
    "lookup", "Looks up.", {"type": "object", "properties": {"q": {"type": "string"}}, "required": ["q"]}
)
NOW = ToolDefinition("now", "Tells the time.", {"type": "object", "properties": {}})
ROUND = (
    *HELLO,
    Message(
        "assistant", (TextPart("Let me see."), ToolCallPart("a", "lookup", '{"q": 1}'), ToolCallPart("b", "now", "[]"))
    ),
    Message("tool", (ToolResultPart("a", "lookup", "one"),)),
    Message("tool", (ToolResultPart("b", "now", "no clock", is_error=True),)),
    Message("user", (TextPart("And?"),)),
)


def asked(effort=None, **parameters):
    return Parameters(reasoning_effort=effort, **parameters)


def test_anthropic_always_gets_a_maximum():
    """The protocol demands max_tokens: 4096 unless somebody said otherwise."""
    assert body_of(ModelRequest("m", HELLO, "Be brief."), ANTHROPIC) == {
        "model": "m",
        "max_tokens": 4096,
        "messages": [{"role": "user", "content": "Hello"}],
        "system": "Be brief.",
        "stream": True,
    }
    assert body_of(ModelRequest("m", HELLO, parameters=asked(max_output_tokens=9)), ANTHROPIC)["max_tokens"] == 9


def test_anthropic_results_of_parallel_calls_stand_together():
    """All results of one round are in the one user message after it, before any words."""
    messages = body_of(ModelRequest("m", ROUND), ANTHROPIC)["messages"]

    assert [message["role"] for message in messages] == ["user", "assistant", "user"]
    assert [block["type"] for block in messages[1]["content"]] == ["text", "tool_use", "tool_use"]
    assert [block["input"] for block in messages[1]["content"][1:]] == [{"q": 1}, {"invalid_json": "[]"}]
    assert [block["type"] for block in messages[2]["content"]] == ["tool_result", "tool_result", "text"]
    assert messages[2]["content"][1]["is_error"] is True


def test_anthropic_new_models_think_adaptively_old_ones_with_a_budget():
    """The effort is one of ours; which spelling a model takes goes by its name."""
    new = body_of(ModelRequest("claude-opus-5-5", HELLO, parameters=asked("high")), ANTHROPIC)
    old = body_of(ModelRequest("claude-sonnet-4-5", HELLO, parameters=asked("low")), ANTHROPIC)
    tight = body_of(
        ModelRequest("claude-sonnet-4-5", HELLO, parameters=asked("high", max_output_tokens=3000)), ANTHROPIC
    )

    assert new["output_config"] == {"effort": "high"}
    assert new["thinking"]["type"] == "adaptive"
    assert old["thinking"] == {"type": "enabled", "budget_tokens": 2048}
    assert old["max_tokens"] == 4096 + 2048
    assert tight["max_tokens"] > tight["thinking"]["budget_tokens"] >= 1024


@pytest.mark.parametrize("choice", ["required", "lookup"])
def test_anthropic_does_not_think_where_a_tool_must_be_called(choice):
    """Thinking beside a forced tool is refused: new models keep the effort, old ones say that it was left out."""

    def spelled(model, choice):
        return spell(
            ModelRequest(model, HELLO, parameters=asked("low"), tools=(LOOKUP,), tool_choice=choice), ANTHROPIC
        )

    new, old, free = spelled("claude-opus-5-5", choice), spelled("claude-sonnet-4-5", choice), spelled("m", "auto")
    assert "thinking" not in new.body
    assert (new.body["output_config"], new.ignored) == ({"effort": "low"}, ())
    assert "thinking" not in old.body
    assert (old.body["max_tokens"], old.ignored) == (4096, ("reasoning_effort",))
    assert free.body["thinking"]["type"] == "enabled"


def test_anthropic_sampling_is_left_out_where_models_refuse_it():
    """New models refuse sampling parameters; that they were left out is said."""
    new = spell(ModelRequest("claude-sonnet-5-5", HELLO, parameters=asked(temperature=0.5, seed=1)), ANTHROPIC)
    old = spell(ModelRequest("claude-sonnet-4-5", HELLO, parameters=asked(temperature=0.5, stop=("x",))), ANTHROPIC)

    assert new.ignored == ("temperature", "seed")
    assert (old.body["temperature"], old.body["stop_sequences"]) == (0.5, ["x"])


def test_anthropic_opaque_blocks_come_first_and_whole():
    """Signed thinking leads, a server tool goes back only with its result."""
    use = {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {}}
    found = {"type": "web_search_tool_result", "tool_use_id": "s1", "content": []}
    thinking = {"type": "thinking", "thinking": "hm", "signature": "S"}
    orphan = {"type": "server_tool_use", "id": "s2", "name": "web_search", "input": {}}
    unsigned = {"type": "thinking", "thinking": "hm"}
    parts = [OpaquePart("anthropic", "anthropic-messages", data) for data in (use, found, thinking, orphan, unsigned)]
    request = ModelRequest("m", (Message("assistant", (*parts, TextPart("Hi"))), *HELLO))

    assert body_of(request, ANTHROPIC)["messages"][0]["content"] == [
        thinking,
        use,
        found,
        {"type": "text", "text": "Hi"},
    ]


def test_anthropic_files_and_schema():
    """Documents and images are blocks; an answer's schema is closed, and what it can't say is reported."""
    schema = {"type": "object", "properties": {"n": {"type": "integer", "minimum": 1}}, "required": ["n"]}
    compiled = spell(ModelRequest("m", (Message("user", (IMAGE, PDF)),), output_schema=schema), ANTHROPIC)

    assert [block["type"] for block in compiled.body["messages"][0]["content"]] == ["image", "document"]
    assert compiled.body["output_config"]["format"]["schema"]["additionalProperties"] is False
    assert compiled.lost == ("answer: properties.n.minimum",)


def test_gemini_turns_and_results():
    """The model's role is its own, results of one round stand in one turn, a tool without arguments has no schema."""
    body = body_of(ModelRequest("gemini-2.0", ROUND, "Be brief.", tools=(LOOKUP, NOW), tool_choice="lookup"), GEMINI)

    assert [content["role"] for content in body["contents"]] == ["user", "model", "user"]
    assert [next(iter(part)) for part in body["contents"][2]["parts"]] == [
        "functionResponse",
        "functionResponse",
        "text",
    ]
    assert body["systemInstruction"] == {"parts": [{"text": "Be brief."}]}
    assert "parameters" not in body["tools"][0]["functionDeclarations"][1]
    assert body["toolConfig"]["functionCallingConfig"] == {"mode": "ANY", "allowedFunctionNames": ["lookup"]}
    assert "generationConfig" not in body


def test_gemini_signatures_return_to_their_parts():
    """A signature goes back on the call or text that it came with; a call without any is marked for models that ask."""
    own = (
        OpaquePart("google", "gemini", {"thoughtSignature": "S0"}),
        OpaquePart("google", "gemini", {"thoughtSignature": "S1", "call": 1}),
        OpaquePart("google", "gemini", {"part": {"executableCode": {"code": "1"}}}),
        TextPart("Hi"),
        ToolCallPart("", "f", "{}"),
        ToolCallPart("", "f", "{}"),
    )
    parts = body_of(ModelRequest("gemini-3-pro", (Message("assistant", own),)), GEMINI)["contents"][0]["parts"]
    foreign = (Message("assistant", (ToolCallPart("x", "f", "{}"),)),)
    marked = body_of(ModelRequest("gemini-3-pro", foreign), GEMINI)["contents"][0]["parts"]

    assert parts[0] == {"executableCode": {"code": "1"}}
    assert parts[1] == {"text": "Hi", "thoughtSignature": "S0"}
    assert [part.get("thoughtSignature") for part in parts[2:]] == [None, "S1"]
    assert marked[0]["thoughtSignature"] == NO_SIGNATURE


@pytest.mark.parametrize(
    ("model", "config"),
    [
        ("gemini-3.8-flash", {"includeThoughts": True, "thinkingLevel": "medium"}),
        ("gemini-2.5-pro", {"includeThoughts": True, "thinkingBudget": 8192}),
    ],
)
def test_gemini_effort(model, config):
    """New models take a level, older ones a budget; thoughts are asked for where they exist."""
    body = body_of(ModelRequest(model, HELLO, parameters=asked("medium", top_k=4)), GEMINI)

    assert body["generationConfig"] == {"topK": 4, "thinkingConfig": config}


def test_cohere_spellings():
    """Cohere shortens top_p and top_k, thinks with a budget and can't be told which tool."""
    request = ModelRequest(
        "command-a-reasoning",
        HELLO,
        parameters=asked("low", top_p=0.5, top_k=3, stop=("x",), max_output_tokens=5),
        tools=(LOOKUP, NOW),
        tool_choice="now",
    )
    body = body_of(request, COHERE)

    assert (body["p"], body["k"], body["stop_sequences"], body["max_tokens"]) == (0.5, 3, ["x"], 5)
    assert body["thinking"] == {"type": "enabled", "token_budget": 1024}
    assert [tool["function"]["name"] for tool in body["tools"]] == ["now"]
    assert body["tool_choice"] == "REQUIRED"


def test_cohere_plan_goes_back_with_its_calls():
    """The plan that Cohere told before its calls is sent back with them."""
    parts = (OpaquePart("cohere", "cohere", {"tool_plan": "I will look"}), ToolCallPart("a", "f", "{}"))
    message = body_of(ModelRequest("m", (Message("assistant", parts),)), COHERE)["messages"][0]

    assert message["tool_plan"] == "I will look"
    assert "content" not in message


def test_ollama_spellings():
    """Ollama has its own names under `options`, a level or a switch for thinking, images beside the words."""
    request = ModelRequest(
        "qwen3:8b",
        (Message("user", (TextPart("Look"), IMAGE)),),
        parameters=asked("low", max_output_tokens=7, seed=1, extra={"options": {"num_ctx": 8192}}),
    )
    body = body_of(request, OLLAMA)
    level = body_of(ModelRequest("gpt-oss:20b", HELLO, parameters=asked("low")), OLLAMA)
    none = spell(ModelRequest("llama3", HELLO, parameters=asked("low")), OLLAMA)

    assert body["options"] == {"seed": 1, "num_predict": 7, "num_ctx": 8192}
    assert body["messages"] == [{"role": "user", "content": "Look", "images": [IMAGE.base64_data]}]
    assert (body["think"], level["think"]) == (True, "low")
    assert none.ignored == ("reasoning_effort",)


def test_ollama_rounds_of_tools():
    """Arguments go back as objects, results under the tool's name."""
    messages = body_of(ModelRequest("m", ROUND, tools=(LOOKUP,)), OLLAMA)["messages"]

    assert messages[1]["tool_calls"][0] == {"function": {"name": "lookup", "arguments": {"q": 1}}}
    assert messages[2] == {"role": "tool", "content": "one", "tool_name": "lookup"}


@pytest.mark.parametrize("config", [COHERE, OLLAMA])
def test_documents_are_refused_where_there_is_no_form_for_them(config):
    """A document for a protocol without documents is refused before anything is sent."""
    with pytest.raises(ProviderError, match=r"takes no application/pdf files \(d.pdf\)"):
        spell(ModelRequest("m", (Message("user", (PDF,)),)), config)
