"""The sums that lists, budgets and totals show, kept up on every write so that nothing has to add up responses."""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime

from workbench.domain.conversation import ENDED_WITH_CONTENT, Response
from workbench.store.values import from_json, integer, text, to_json

QUARTER_S = 900
"""Seconds of one row of `spend`: every time zone's midnight falls on a quarter of an hour."""
_MOST_TARGETS = 24


def quarter(utc: str) -> int:
    """The number of the quarter of an hour, counted from 1970, that an ISO time falls into."""
    moment = datetime.fromisoformat(utc)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp()) // QUARTER_S


def has_unknown_cost(response: Response) -> bool:
    """Whether it may have cost something that nobody can tell; a request that was refused cost nothing."""
    if response.cost_nano is not None:
        return False
    usage = response.usage
    return bool(
        response.text
        or response.reasoning
        or response.state in ENDED_WITH_CONTENT
        or usage.input_tokens is not None
        or usage.output_tokens is not None
    )


class Ledger:
    """Writes the summary columns of `session` and the table `spend`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._execute = connection.execute

    def began(self, session: str, key: int, now: str, targets: Sequence[str], *, turns: int) -> None:
        """Responses of these targets stream from now on."""
        row = self._execute("SELECT targets_json, states_json FROM session WHERE id = ?", (session,)).fetchone()
        if row is None:
            return
        all_targets: list[str] = from_json(row[0], [])
        for target in map(text, targets):
            if target not in all_targets and len(all_targets) < _MOST_TARGETS:
                all_targets.append(target)
        states: dict[str, int] = from_json(row[1], {})
        states["streaming"] = states.get("streaming", 0) + len(targets)
        self._execute(
            "UPDATE session SET updated_utc = ?, last_key = max(last_key, ?), turns = turns + ?,"
            " responses = responses + ?, targets_json = ?, states_json = ? WHERE id = ?",
            (now, key, turns, len(targets), to_json(all_targets), to_json(states), session),
        )

    def ended(self, session: str, response: Response, *, was: str, old_cost: int | None, now: str) -> None:
        """A response that was in state `was`, and had cost `old_cost` if it had ended before, is over."""
        row = self._execute("SELECT states_json, kind, project FROM session WHERE id = ?", (session,)).fetchone()
        if row is None:
            return
        states: dict[str, int] = from_json(row[0], {})
        states[was] = states.get(was, 0) - 1
        states[response.state] = states.get(response.state, 0) + 1
        ended_before = was != "streaming"
        cost = _capped(response.cost_nano) - _capped(old_cost)
        unknown = 0 if ended_before else int(has_unknown_cost(response))
        estimated = cost if response.cost_estimated else 0
        self._execute(
            "UPDATE session SET states_json = ?, cost_nano = cost_nano + ?, cost_unknown = cost_unknown + ?,"
            " cost_estimated = cost_estimated + ? WHERE id = ?",
            (to_json({name: count for name, count in states.items() if count > 0}), cost, unknown, estimated, session),
        )
        if row[1] != "demo" and not response.simulated:
            self._spend(response, row[2], now, cost, unknown, estimated, responses=0 if ended_before else 1)

    def _spend(
        self, response: Response, project: str, now: str, cost: int, unknown: int, estimated: int, *, responses: int
    ) -> None:
        usage = response.usage
        self._execute(
            "INSERT INTO spend VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
            " responses = responses + excluded.responses, cost_nano = cost_nano + excluded.cost_nano,"
            " cost_estimated = cost_estimated + excluded.cost_estimated,"
            " cost_unknown = cost_unknown + excluded.cost_unknown, input_tokens = input_tokens + excluded.input_tokens,"
            " output_tokens = output_tokens + excluded.output_tokens",
            (
                quarter(now),
                text(response.target),
                project,
                responses,
                cost,
                estimated,
                unknown,
                _capped(usage.input_tokens) if responses else 0,
                _capped(usage.output_tokens) if responses else 0,
            ),
        )


def _capped(number: int | None) -> int:
    """A number that can be added up without overflow, whatever a server claims."""
    return max(0, min(integer(number) or 0, 2**53))
