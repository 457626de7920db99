"""When each token is due: a first delay, then an uneven but reproducible beat."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from workbench.simulator.catalog import SimModel
from workbench.simulator.faults import Faults

_HEADERS_SHARE = 0.4
"""Of the first token's delay, how much passes before the headers."""


@dataclass(frozen=True, slots=True)
class Pace:
    """The speed of one answer; durations in seconds."""

    first_token_s: float
    token_s: float
    """Between tokens, on average; 0 is full speed."""
    jitter: float

    @property
    def headers_s(self) -> float:
        """Until the response's head is sent."""
        return self.first_token_s * _HEADERS_SHARE

    def due(self, rng: random.Random) -> Iterator[float]:
        """For each token, seconds since the request was read."""
        at = self.first_token_s
        while True:
            yield at
            at += self.token_s * (1 + self.jitter * (rng.expovariate(1) - 1))


def pace_of(model: SimModel, faults: Faults) -> Pace:
    """The model's own speed, as the faults change it."""
    tokens_per_s = model.tokens_per_s if faults.tps is None else faults.tps
    first = model.first_token_s if faults.ttft is None else faults.ttft
    if faults.ttft is None and faults.tps == 0:
        first = 0.0
    slow = faults.slow or 1.0
    return Pace(first * slow, slow / tokens_per_s if tokens_per_s else 0.0, model.jitter)
