"""Repairs after a 400, in the words of real providers."""

import pytest

from workbench.domain.errors import ErrorInfo, ProviderError
from workbench.providers.repair import Repair, RepairMemory, repair_for

BODY = {
    "model": "m",
    "max_tokens": 9,
    "temperature": 0.5,
    "top_p": 0.9,
    "seed": 1,
    "stream_options": {"include_usage": True, "include_obfuscation": False},
    "reasoning": {"effort": "low", "summary": "auto"},
}


def refused(message: str, status: int = 400) -> ErrorInfo:
    return ErrorInfo("bad_request", message, status)


@pytest.mark.parametrize(
    ("message", "repair"),
    [
        (
            "Unsupported parameter: 'max_tokens' is not supported here. Use 'max_completion_tokens' instead.",
            Repair(("max_tokens",), "max_completion_tokens"),
        ),
        (
            "Unsupported value: 'temperature' does not support 0.5. Only the default (1) value is supported.",
            Repair(("temperature",)),
        ),
        ("`temperature` is deprecated for this model.", Repair(("temperature",))),
        ("`temperature` and `top_p` cannot both be specified for this model. Please use only one.", Repair(("top_p",))),
        (
            '[{"type":"extra_forbidden","loc":["body","stream_options"],"msg":"Extra inputs are not permitted"}]',
            Repair(("stream_options",)),
        ),
        ("Unknown parameter: 'stream_options.include_obfuscation'.", Repair(("stream_options", "include_obfuscation"))),
        ("Unrecognized request argument supplied: seed", Repair(("seed",))),
        ("Your organization must be verified to generate reasoning summaries.", Repair(("reasoning", "summary"))),
    ],
)
def test_refused_parameters(message, repair):
    """What providers say of a parameter that they don't take names the one change to make."""
    assert repair_for(refused(message), BODY) == repair


@pytest.mark.parametrize(
    "message",
    [
        "max_tokens is too large: 99999. This model supports at most 16384 completion tokens",
        "temperature must be between 0 and 2",
        "messages: roles must alternate",
        "Unsupported value: 'messages[0].role' does not support 'developer' with this model.",
        "Unknown model: m",
    ],
)
def test_other_refusals_are_not_repaired(message):
    """A wrong value or another fault is the user's to mend; nothing is changed behind their back."""
    assert repair_for(refused(message), BODY) is None


def test_only_refusals_of_the_request_are_looked_at():
    """A rate limit that mentions max_tokens is no reason to change anything."""
    assert repair_for(ErrorInfo("rate", "unsupported max_tokens", 429), BODY) is None


def test_an_emptied_object_goes_too():
    """When the last entry of an object is left out, the object is."""
    body = {"reasoning": {"summary": "auto"}, "x": 1}

    assert Repair(("reasoning", "summary")).apply(body) == {"x": 1}
    assert body == {"reasoning": {"summary": "auto"}, "x": 1}


class Server:
    """Refuses max_tokens and temperature, one at a time."""

    def __init__(self, always: bool = False) -> None:
        self.always = always
        self.bodies: list[dict[str, object]] = []

    async def __call__(self, body):
        self.bodies.append(body)
        for name in ("max_tokens", "temperature"):
            if name in body:
                raise ProviderError(refused(f"Unsupported parameter: '{name}'"))
        if self.always:
            raise ProviderError(refused("Unsupported parameter: 'max_tokens'"))
        return "ok"


async def test_a_repair_that_helped_is_remembered_for_the_model():
    """The second request of a model is right at once, with a note; another model starts anew."""
    memory, server = RepairMemory(), Server()
    body = {"max_tokens": 9, "temperature": 0.5}
    answer, notes = await memory.send("m", body, server)
    _, later = await memory.send("m", body, server)

    assert answer == "ok"
    assert [note.code for note in notes] == ["repaired_parameter"] * 2
    assert [note.text for note in later] == [note.text for note in notes]
    assert len(server.bodies) == 4
    assert server.bodies[3] == {"max_completion_tokens": 9}
    assert memory.of("other") == ()


async def test_a_repair_that_did_not_help_is_forgotten():
    """A server that goes on refusing is not asked again and again, and nothing is remembered."""
    memory, server = RepairMemory(), Server(always=True)
    with pytest.raises(ProviderError):
        await memory.send("m", {"max_tokens": 9}, server)

    assert len(server.bodies) == 2
    assert memory.of("m") == ()
