"""The history: list and search with 1,000, 10,000 and 100,000 responses, the size of the file, the cost of saving.

    python -m benchmarks.history [--sizes 1000,10000,100000] [--keep FOLDER]

Times are CPU milliseconds of the calling thread, the median and the worst of several runs on a warm file. The texts
are made of 30,000 words whose frequencies fall as in a language, so that there are very common and very rare ones.
"""

import argparse
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.kept import STARTED, TARGETS, Words, ended, kept_history, session_of, text_bytes
from benchmarks.support import median, say, say_where
from workbench.domain.conversation import Response, TextPart, Turn
from workbench.domain.ids import new_id
from workbench.store.checkpoints import Checkpoints
from workbench.store.database import Store, open_store
from workbench.store.quick import read_first_screen


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
    yield "phrase that is rare, of common words", f'"{vocabulary[100]} {vocabulary[300]}"'


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
    for label, spent, at_most in (
        ("list, 50 rows", listed, 10),
        ("next page", paged, 10),
        ("first screen", first, 5),
        ("reopen a session", turns, None),
        ("total of the day", totals, None),
        ("output lengths", lengths, None),
    ):
        say(f"{label} (worst {max(spent):.2f})", median(spent), "{:.2f} ms", at_most)
    by_label: dict[str, list[tuple[float, str]]] = {}
    for label, typed in searches(words):
        spent = cpu_ms(lambda typed=typed: store.sessions.list(50, query=typed), times=5)  # type: ignore[misc]
        by_label.setdefault(label, []).append((median(spent), typed))
    for label, found in by_label.items():
        worst, typed = max(found)
        middle = median([spent for spent, _ in found])
        say(f"search, {label}: median {middle:.2f}, worst for {typed!r}", worst, "{:.2f} ms", 5)
    begun = time.thread_time()
    store.sessions.list(50, query="排序算法")
    say("scan for an absent CJK word, whole history, in slices", (time.thread_time() - begun) * 1000, "{:.0f} ms")


def report_saving(path: Path, words: Words, panes: int = 8, seconds: float = 6.0) -> None:
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
    say(f"saving, {panes} panes x 100 tokens/s, of a core", share, "{:.2%}", 0.005)
    say("    more on the loop, where text is handed over", on_loop / elapsed, "{:.2%}")
    store.close()


def report_checkpoints(path: Path, words: Words, answers: int = 1_200) -> None:
    """What it takes to move the log into the file, and who waits for it: a loop, a reader, text to be saved.

    Answers end as fast as they are saved, some 200 times what eight panes do, so that the log fills again and again.
    """
    moved: list[tuple[float, float]] = []
    move = Checkpoints._checkpoint

    def timed(self: Checkpoints, *arguments: Any, **options: Any) -> bool:
        begun_s = time.perf_counter()
        done = move(self, *arguments, **options)
        moved.append((begun_s, time.perf_counter()))
        return done

    Checkpoints._checkpoint = timed  # type: ignore[method-assign]
    store = open_store(path)
    asked: list[tuple[float, float]] = []
    over = threading.Event()

    def read() -> None:
        while not over.wait(0.003):
            begun_s = time.perf_counter()
            store.sessions.list(50)
            asked.append((begun_s, time.perf_counter()))

    reader = threading.Thread(target=read)
    reader.start()
    ticks: list[tuple[float, float]] = []
    session, lanes = session_of(words)
    store.recorder.session_saved(session, lanes)
    for number in range(answers // len(lanes)):
        turn = Turn(new_id(), session.id, number + 1, (TextPart("go"),), STARTED)
        begun = [Response(new_id(), turn.id, lane.id, lane.target) for lane in lanes]
        store.recorder.turn_started(turn, begun)
        for response in begun:
            store.recorder.response_ended(ended(response, words.text(300, 350), ""))
        begun_s = time.perf_counter()
        time.sleep(0.002)
        ticks.append((begun_s, time.perf_counter()))
    store.flush(120)
    over.set()
    reader.join()
    spans = moved[:]
    store.close(60)
    Checkpoints._checkpoint = move  # type: ignore[method-assign]
    took = [(end - begin) * 1000 for begin, end in spans]
    say(f"moving the log into the file, {len(took)} times: median", median(took), "{:.0f} ms")
    say("    worst, by which text is saved later than every 200 ms", max(took, default=0.0), "{:.0f} ms")
    for label, waits, least in (("a loop", ticks, 2.0), ("a list of 50", asked, 0.0)):
        meanwhile = [w for w in waits if any(w[0] < end and w[1] > begin for begin, end in spans)]
        other = [w for w in waits if w not in meanwhile]
        longest, usual = (
            max(((end - begin) * 1000 for begin, end in part), default=0.0) for part in (meanwhile, other)
        )
        say(f"    {label} waits meanwhile at most (else {usual - least:.1f})", longest - least, "{:.1f} ms", 15)


def report_size(responses: int, folder: Path, words: Words) -> None:
    """Everything about a history of that many responses."""
    begun = time.process_time()
    path = kept_history(responses, folder)
    filling = time.process_time() - begun
    print(f"{responses:,} responses")
    if filling > 1:
        say("filled, for one response", filling / responses * 1000, "{:.2f} ms")
    say("file against its text", path.stat().st_size / text_bytes(path), "{:.2f}x", 2.5 if responses > 10_000 else None)
    begun_s = time.perf_counter()
    store = open_store(path)
    say("opened", (time.perf_counter() - begun_s) * 1000, "{:.0f} ms")
    report_reading(store, words)
    begun_s = time.perf_counter()
    store.sessions.delete(store.sessions.list(1)[0].id)
    deleting = time.perf_counter() - begun_s
    store.flush(120)
    cleaning = time.perf_counter() - begun_s
    say(f"delete a session ({cleaning:.1f} s until its words are out of index and log)", deleting * 1000, "{:.0f} ms")
    store.close(60)
    report_saving(path, words)
    report_checkpoints(path, words)


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--keep", type=Path, help="where the files stay; those that are there already are used again")
    options = parser.parse_args()
    say_where("CPU time of the calling thread")
    with tempfile.TemporaryDirectory() as scratch:
        for size in options.sizes.split(","):
            report_size(int(size), options.keep or Path(scratch), Words())


if __name__ == "__main__":
    main()
