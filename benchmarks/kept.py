"""Histories for the benchmarks, written the way that the recorder writes them."""

import itertools
import random
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from workbench.domain.conversation import Attempt, Lane, Response, Session, TextPart, Turn
from workbench.domain.ids import new_id
from workbench.domain.timing import Timing, pack_deltas
from workbench.domain.usage import Usage
from workbench.store.connections import open_reader, open_writer
from workbench.store.database import open_store
from workbench.store.saving import Saving

LANES = 4
TURNS_PER_SESSION = 3
STARTED = "2026-11-21T09:00:00.000+00:00"
RATES = {"input": 3000, "output": 15000, "cached_input": 300, "cache_write": 3750, "cache_write_1h": 6000}
TARGETS = ("openai/gpt-5.5", "anthropic/claude-sonnet-5-5", "groq/llama-70b", "lab/qwen-72b")


class Words:
    """Text with the word frequencies of a language, the same for the same seed."""

    def __init__(self, seed: int = 7) -> None:
        self._random = random.Random(seed)
        letters, shares = "etaoinshrdlucmfwypvbgk", range(22, 0, -1)
        sizes = (2, 3, 4, 5, 6, 7, 8, 9, 10)
        self.vocabulary = list(
            dict.fromkeys(
                "".join(self._random.choices(letters, shares, k=self._random.choice(sizes))) for _ in range(40000)
            )
        )[:30000]
        self._cumulative = list(itertools.accumulate(1 / (rank + 3) for rank in range(len(self.vocabulary))))

    def text(self, fewest: int, most: int) -> str:
        """Between `fewest` and `most` words."""
        count = self._random.randint(fewest, most)
        return " ".join(self._random.choices(self.vocabulary, cum_weights=self._cumulative, k=count))


def session_of(words: Words, targets: tuple[str, ...] = TARGETS) -> tuple[Session, list[Lane]]:
    """A session with one lane per target."""
    lanes = [Lane(f"l{n}", n, target) for n, target in enumerate(targets, 1)]
    return Session(new_id(), words.text(3, 7), STARTED, tags=("bench",)), lanes


def ended(response: Response, answer: str, attempt: str) -> Response:
    """The response as the engine would hand it over at its end."""
    tokens = len(answer) // 4
    deltas = ((0.4 + n * 0.01, 4) for n in range(tokens))
    return replace(
        response,
        state="complete",
        text=answer,
        finish_reason="stop",
        finish_raw="stop",
        final_attempt=attempt,
        model_served=response.target.partition("/")[2] + "-2026-08-01",
        usage=Usage(200, tokens, 0, reasoning_tokens=0),
        cost_nano=200 * 3000 + tokens * 15000,
        timing=Timing(0.0, 0.11, 0.3, 0.31, None, 0.4, 0.4, 0.4 + tokens / 100),
        deltas=pack_deltas(deltas),
    )


def attempt_of(response: Response, attempt: str) -> Attempt:
    """The one request behind it, with what a vendor really says about usage."""
    usage = response.usage
    raw = {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": (usage.input_tokens or 0) + (usage.output_tokens or 0),
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0, "accepted_prediction_tokens": 0},
    }
    provider, _, model = response.target.partition("/")
    return Attempt(
        attempt,
        response.id,
        1,
        "first",
        provider,
        model,
        STARTED,
        model_served=response.model_served,
        timing=response.timing,
        usage=usage,
        usage_raw=raw,
        cost_nano=response.cost_nano,
        rates=RATES,
        price_version="genai-prices 0.2.3",
        http_status=200,
        request_id="req_011CVKBxvPJpTQgHEpMqWxyz",
        finish_reason="stop",
        finish_raw="stop",
        won=True,
    )


def fill(path: Path, responses: int, words: Words) -> None:
    """Write a history the way that the recorder does, in larger transactions."""
    open_store(path).close()
    with closing(open_writer(path)) as connection:
        saving = Saving(connection, new_id())
        turns = responses // LANES
        for start in range(0, turns, 300):
            connection.execute("BEGIN IMMEDIATE")
            saving.begin()
            for number in range(start, min(start + 300, turns)):
                if number % TURNS_PER_SESSION == 0:
                    session, lanes = session_of(words)
                    saving.save_session(session, lanes)
                prompt = words.text(5, 60)
                turn = Turn(new_id(), session.id, number % TURNS_PER_SESSION + 1, (TextPart(prompt),), STARTED)
                begun = [Response(new_id(), turn.id, lane.id, lane.target) for lane in lanes]
                saving.start_turn(turn, begun)
                for response in begun:
                    answer = words.text(60, 500)
                    attempt = new_id()
                    whole = ended(response, answer, attempt)
                    saving.end_attempt(attempt_of(whole, attempt))
                    saving.end_response(whole)
            connection.execute("COMMIT")
            saving.committed()
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def kept_history(responses: int, folder: Path) -> Path:
    """The file of a history of so many responses, made now unless it is there, in a data folder of its own."""
    path = folder / f"{responses}-responses" / "workbench.db"
    if not path.exists():
        path.parent.mkdir(mode=0o700)
        fill(path, responses, Words())
    return path


def text_bytes(path: Path) -> int:
    """What its prompts and answers have."""
    with closing(open_reader(path)) as connection:
        (prompts,) = connection.execute("SELECT sum(length(cast(prompt AS blob))) FROM turn").fetchone()
        (answers,) = connection.execute("SELECT sum(length(cast(text AS blob))) FROM response").fetchone()
    return int(prompts + answers)


def keep_session(path: Path, targets: tuple[str, ...], answers: list[str]) -> None:
    """One more session of one turn: each target with its answer."""
    lanes = [Lane(f"l{n}", n, target) for n, target in enumerate(targets, 1)]
    session = Session(new_id(), "kept for a benchmark", STARTED)
    turn = Turn(new_id(), session.id, 1, (TextPart("Please answer at length."),), STARTED)
    begun = [Response(new_id(), turn.id, lane.id, lane.target) for lane in lanes]
    with closing(open_store(path)) as store:
        store.recorder.session_saved(session, lanes)
        store.recorder.turn_started(turn, begun)
        for response, text in zip(begun, answers, strict=True):
            attempt = new_id()
            whole = ended(response, text, attempt)
            store.recorder.attempt_ended(attempt_of(whole, attempt))
            store.recorder.response_ended(whole)
        store.flush(120)
