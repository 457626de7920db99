"""The history: list and search with 1,000, 10,000 and 100,000 responses, the size of the file, the cost of saving.

    python -m benchmarks.history [--sizes 1000,10000,100000] [--keep FOLDER]

Times are CPU milliseconds of the calling thread, the median and the worst of several runs on a warm file. The texts
are made of 30,000 words whose frequencies fall as in a language, so that there are very common and very rare ones.
"""

import argparse
import itertools
import json
import os
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from workbench.domain.conversation import Attempt, Lane, Response, Session, TextPart, Turn
from workbench.domain.ids import new_id
from workbench.domain.timing import Timing, pack_deltas
from workbench.domain.usage import Usage
from workbench.store.connections import open_writer
from workbench.store.database import Store, open_store
from workbench.store.quick import read_first_screen
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


def fill(path: Path, responses: int, words: Words) -> int:
    """Write a history the way that the recorder does, in larger transactions; the bytes of text in it."""
    open_store(path).close()
    written = 0
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
                written += len(prompt.encode())
                for response in begun:
                    answer = words.text(60, 500)
                    written += len(answer.encode())
                    attempt = new_id()
                    whole = ended(response, answer, attempt)
                    saving.end_attempt(attempt_of(whole, attempt))
                    saving.end_response(whole)
            connection.execute("COMMIT")
            saving.committed()
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    return written


def cpu_ms(run: Callable[[], object], times: int = 7) -> list[float]:
    """CPU milliseconds of each of several runs, after one that is not counted."""
    run()
    spent = []
    for _ in range(times):
        begun = time.thread_time()
        run()
        spent.append((time.thread_time() - begun) * 1000)
    return spent


def searches(words: Words) -> Iterator[tuple[str, str]]:
    """What is typed: common, middling, rare, absent; one letter to whole words; two words."""
    vocabulary = words.vocabulary
    long_common = next(word for word in vocabulary[5:] if len(word) >= 8)
    for label, word in (
        ("commonest word", vocabulary[0]),
        ("long common word", long_common),
        ("middling word", vocabulary[300]),
        ("rare word", vocabulary[20000]),
        ("absent word", "zzzzzz"),
    ):
        for end in range(1, len(word) + 1):
            yield label, word[:end]
        yield label, word + " "
    yield "two common words", f"{vocabulary[40]} {vocabulary[41]}"
    yield "common and rare", f"{vocabulary[1]} {vocabulary[15000]}"
    yield "two middling words", f"{vocabulary[700]} {vocabulary[900]} "
    yield "phrase", f'"{vocabulary[2]} {vocabulary[3]}"'


def report_reading(store: Store, words: Words) -> None:
    """List, first screen, reopening and every search."""
    listed = cpu_ms(lambda: store.sessions.list(50))
    last = store.sessions.list(50)[-1].cursor
    paged = cpu_ms(lambda: store.sessions.list(50, before=last))
    first = cpu_ms(lambda: read_first_screen(store.path))
    newest = store.sessions.list(1)[0].id
    turns = cpu_ms(lambda: store.sessions.turns(newest))
    totals = cpu_ms(lambda: store.totals(STARTED))
    lengths = cpu_ms(lambda: store.sessions.output_lengths(TARGETS[0]))
    for label, spent in (
        ("list, 50 rows", listed),
        ("next page", paged),
        ("first screen", first),
        ("reopen a session", turns),
        ("total of the day", totals),
        ("output lengths", lengths),
    ):
        print(f"  {label:<22} {statistics.median(spent):7.2f} ms   worst {max(spent):7.2f}")
    by_label: dict[str, list[tuple[float, str]]] = {}
    for label, typed in searches(words):
        spent = cpu_ms(lambda typed=typed: store.sessions.list(50, query=typed), times=5)  # type: ignore[misc]
        by_label.setdefault(label, []).append((statistics.median(spent), typed))
    for label, found in by_label.items():
        worst, typed = max(found)
        middle = statistics.median(spent for spent, _ in found)
        print(f"  search {label:<19} {middle:3.2f} ms median, worst {worst:5.2f} ms for {typed!r}")
    begun = time.thread_time()
    store.sessions.list(50, query="排序算法")
    print(f"  scan for an absent CJK word, whole history {(time.thread_time() - begun) * 1000:.0f} ms, in slices")


def report_saving(path: Path, words: Words, panes: int = 8, seconds: float = 10.0) -> None:
    """The share of a core that saving takes while `panes` stream 100 tokens a second each, in the writer and outside.

    The writer's own CPU clock is read, so that what this benchmark does beside it does not count.
    """
    store = open_store(path)
    session, lanes = session_of(words, tuple(f"bench/model-{n}" for n in range(panes)))
    turn = Turn(new_id(), session.id, 1, (TextPart("go"),), STARTED)
    begun = [Response(new_id(), turn.id, lane.id, lane.target) for lane in lanes]
    answers = [ended(response, words.text(300, 350), "") for response in begun]
    thread = next(each for each in threading.enumerate() if each.name == "workbench-store" and each.ident)
    clock = time.pthread_getcpuclockid(thread.ident or 0)
    written, on_loop, start, sent = time.clock_gettime(clock), 0.0, time.perf_counter(), 0
    store.recorder.session_saved(session, lanes)
    store.recorder.turn_started(turn, begun)
    while (now := time.perf_counter() - start) < seconds:
        entered = time.thread_time()
        while sent < now * 100:
            for response in begun:
                store.recorder.delta(response.id, now, "text", "word")
            sent += 1
        on_loop += time.thread_time() - entered
        time.sleep(0.05)
    for answer in answers:
        store.recorder.response_ended(answer)
    store.flush()
    elapsed = time.perf_counter() - start
    share = (time.clock_gettime(clock) - written) / elapsed
    print(f"saving, {panes} panes x 100 tokens/s: {share:.2%} of a core, {on_loop / elapsed:.2%} more on the loop")
    store.close()


def report_size(responses: int, folder: Path, words: Words) -> None:
    """Everything about a history of that many responses."""
    path = folder / f"history-{responses}.db"
    begun = time.process_time()
    if not path.exists():
        text_bytes = fill(path, responses, words)
        filling = time.process_time() - begun
        size = path.stat().st_size
        print(
            f"{responses:,} responses: text {text_bytes / 1e6:.1f} MB, file {size / 1e6:.1f} MB ="
            f" {size / text_bytes:.2f}x, filled in {filling:.1f} s CPU ({filling / responses * 1000:.2f} ms each)"
        )
    begun_s = time.perf_counter()
    store = open_store(path)
    print(f"  opened in {(time.perf_counter() - begun_s) * 1000:.0f} ms")
    report_reading(store, words)
    begun_s = time.perf_counter()
    store.sessions.delete(store.sessions.list(1)[0].id)
    deleting = time.perf_counter() - begun_s
    store.flush(120)
    cleaning = time.perf_counter() - begun_s
    print(f"  delete a session {deleting * 1000:.0f} ms, its words out of index and log after {cleaning:.1f} s")
    store.close(60)
    report_saving(path, words)


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--keep", type=Path, help="where the files stay; those that are there already are used again")
    options = parser.parse_args()
    print(json.dumps({"cores": os.cpu_count(), "load": os.getloadavg()[0]}))
    with tempfile.TemporaryDirectory() as scratch:
        for size in options.sizes.split(","):
            report_size(int(size), options.keep or Path(scratch), Words())


if __name__ == "__main__":
    main()
