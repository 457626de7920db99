"""The wire formats, one per file; `BY_PROTOCOL` finds them."""

from workbench.simulator.wires.anthropic_messages import AnthropicMessages
from workbench.simulator.wires.base import Frames, Wire
from workbench.simulator.wires.cohere import Cohere
from workbench.simulator.wires.gemini import Gemini
from workbench.simulator.wires.ollama import Ollama
from workbench.simulator.wires.openai_chat import OpenAIChat
from workbench.simulator.wires.openai_responses import OpenAIResponses

BY_PROTOCOL: dict[str, Wire] = {
    wire.protocol: wire for wire in (OpenAIChat(), OpenAIResponses(), AnthropicMessages(), Gemini(), Cohere(), Ollama())
}

__all__ = ["BY_PROTOCOL", "Frames", "Wire"]
