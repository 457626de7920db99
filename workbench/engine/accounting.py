"""What an attempt used and cost, also when nobody says so: money that was spent is recorded for failed attempts too."""

from dataclasses import replace

from workbench.domain.catalog import ProviderConfig
from workbench.domain.conversation import Attempt
from workbench.domain.prices import CONFIGURED, Rates, cost_nano
from workbench.domain.usage import Usage
from workbench.engine.assemble import Assembly
from workbench.engine.ports import PriceBook


def rates_for(prices: PriceBook | None, config: ProviderConfig, requested: str, served: str | None) -> Rates | None:
    """Today's rates for a request: the user's own for the model asked for, else those of the model that answered.

    A served name is often a dated one that no table has, a requested one may be an alias or a deployment's name: each
    stands in where the other is unknown.
    """
    if prices is None:
        return None
    asked = prices.rates(config, requested)
    if served is None or served == requested or (asked is not None and asked.version == CONFIGURED):
        return asked
    return prices.rates(config, served) or asked


def usage_of(assembly: Assembly, input_estimate: int, *, finished: bool) -> Usage:
    """The provider's counts, completed with estimates where it gave none.

    A stream that was interrupted has counted only what it said so far, so that what was received counts if it is more.
    An attempt that was refused before its stream began used nothing and says nothing.
    """
    said = assembly.usage
    if said is None:
        if assembly.headers is None and not assembly.has_content:
            return Usage()
        return Usage(input_estimate, assembly.estimated_output(), source="estimated")
    if finished and said.input_tokens is not None and said.output_tokens is not None:
        return said
    output = said.output_tokens
    if output is None or not finished:
        output = max(output or 0, assembly.estimated_output())
    return replace(
        said,
        input_tokens=input_estimate if said.input_tokens is None else said.input_tokens,
        output_tokens=output,
        source="estimated",
    )


def attempt_cost(usage: Usage, rates: Rates | None) -> int | None:
    """Nano-dollars; 0 for an attempt that used nothing at a known price, None where the price is unknown."""
    if rates is not None and usage.input_tokens is None and usage.output_tokens is None:
        return 0
    return cost_nano(usage, rates)


def total_cost(attempts: list[Attempt]) -> tuple[int | None, bool]:
    """Nano-dollars of all attempts, None when one of them is unknown, and whether any of it is an estimate."""
    total = 0
    for attempt in attempts:
        if attempt.cost_nano is None:
            return None, any(one.usage.source == "estimated" for one in attempts)
        total += attempt.cost_nano
    return total, any(attempt.usage.source == "estimated" for attempt in attempts)
