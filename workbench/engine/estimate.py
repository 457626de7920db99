"""What a prompt will weigh and cost before it is sent."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from workbench.domain.catalog import ProviderConfig, parse_target
from workbench.domain.conversation import (
    ContextMode,
    FilePart,
    Lane,
    Message,
    Part,
    TextPart,
    ToolCallPart,
    ToolResultPart,
    Turn,
    TurnRecord,
)
from workbench.domain.errors import ConfigurationError
from workbench.domain.prices import cost_nano
from workbench.domain.tokens import FILE_TOKENS, estimate_tokens
from workbench.domain.usage import Usage
from workbench.engine.history import messages_for
from workbench.engine.ports import PriceBook

MESSAGE_TOKENS = 4
"""What a message weighs beside its words: its role and its borders."""
UNKNOWN_OUTPUT = (100, 1_000)
"""The output to reckon with when the user has no history with a model."""

Lengths = Callable[[str], tuple[int, int, int] | None]
"""A target to p10, p50 and p90 of its answers' output tokens in the user's history."""
Windows = Callable[[ProviderConfig, str], int | None]
"""A model to its context window in tokens."""


@dataclass(frozen=True, slots=True)
class LanePreview:
    """What sending would mean for one lane; tokens are estimates throughout (`~`)."""

    lane: str
    target: str
    input_tokens: int
    output_low: int
    output_high: int
    output_known: bool
    """The range is from the user's own history."""
    context_window: int | None
    """None: unknown."""
    cost_low_nano: int | None
    """None: unknown price."""
    cost_high_nano: int | None

    @property
    def fits(self) -> bool | None:
        """Whether input and the shortest likely answer fit the window; None when it is unknown."""
        return None if self.context_window is None else self.input_tokens + self.output_low <= self.context_window


def preview(
    lanes: Sequence[Lane],
    history: Sequence[TurnRecord],
    prompt: str | Sequence[Part],
    configs: Mapping[str, ProviderConfig],
    prices: PriceBook | None = None,
    *,
    lengths: Lengths | None = None,
    windows: Windows | None = None,
    context: ContextMode = "own",
    chosen: Mapping[str, str] | None = None,
) -> list[LanePreview]:
    """One preview per enabled lane, in order."""
    parts = (TextPart(prompt),) if isinstance(prompt, str) else tuple(prompt)
    seq = max((record.turn.seq for record in history), default=0) + 1
    turn = Turn("", "", seq, parts, "", context)
    return [
        _lane_preview(lane, turn, history, configs, prices, lengths, windows, chosen) for lane in lanes if lane.enabled
    ]


def total_cost(previews: Sequence[LanePreview]) -> tuple[int, int, bool]:
    """The range of all lanes together in nano-dollars, and whether every price is known."""
    low = sum(found.cost_low_nano or 0 for found in previews)
    high = sum(found.cost_high_nano or 0 for found in previews)
    return low, high, all(found.cost_low_nano is not None for found in previews)


def request_tokens(messages: Sequence[Message], system: str | None = None) -> int:
    """About how many tokens a request is."""
    total = estimate_tokens(system) + MESSAGE_TOKENS if system else 0
    for message in messages:
        total += MESSAGE_TOKENS + sum(_part_tokens(part) for part in message.parts)
    return total


def _part_tokens(part: Part) -> int:
    if isinstance(part, TextPart):
        return estimate_tokens(part.text)
    if isinstance(part, FilePart):
        return part.size // 4 if part.media_type.startswith("text/") else FILE_TOKENS
    if isinstance(part, ToolCallPart):
        return estimate_tokens(part.name + part.arguments)
    if isinstance(part, ToolResultPart):
        return estimate_tokens(part.text)
    return 0


def _lane_preview(
    lane: Lane,
    turn: Turn,
    history: Sequence[TurnRecord],
    configs: Mapping[str, ProviderConfig],
    prices: PriceBook | None,
    lengths: Lengths | None,
    windows: Windows | None,
    chosen: Mapping[str, str] | None,
) -> LanePreview:
    provider, model, config = "", "", None
    try:
        target = parse_target(lane.target)
        provider, model = target.provider, target.name
        config = configs.get(provider)
    except ConfigurationError:
        pass  # an impossible target has no price; sending says what is wrong with it
    tokens = request_tokens(messages_for(turn, lane.id, provider, history, chosen), lane.system)
    known = lengths(lane.target) if lengths is not None else None
    low, high = (known[0], known[2]) if known is not None else UNKNOWN_OUTPUT
    most = lane.parameters.max_output_tokens
    if most is not None:
        low, high = min(low, most), min(high, most)
    rates = prices.rates(config, model) if prices is not None and config is not None else None
    return LanePreview(
        lane=lane.id,
        target=lane.target,
        input_tokens=tokens,
        output_low=low,
        output_high=high,
        output_known=known is not None,
        context_window=windows(config, model) if windows is not None and config is not None else None,
        cost_low_nano=cost_nano(Usage(tokens, low), rates),
        cost_high_nano=cost_nano(Usage(tokens, high), rates),
    )
