"""From a request to an answer: which words, cut into which pieces, ending how."""

import hashlib
import itertools
import json
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from workbench.simulator.asked import Asked, Said, Tool
from workbench.simulator.catalog import SimModel
from workbench.simulator.faults import Faults
from workbench.simulator.invent import instance
from workbench.simulator.reply import Call, FinishKind, Piece, Reply
from workbench.simulator.tokens import estimate, pieces
from workbench.simulator.topics import fallback, find_topic, topics

ESCAPES = (
    "Plain, then \x1b[31mred\x1b[0m, a title \x1b]0;owned\x07, a clipboard write \x1b]52;c;b3duZWQ=\x07, "
    "\x1b[2J\x1b[H a cleared screen, \x9b31m C1, a bell \x07, backspaces abc\b\b\b, a null \x00 and a "
    "return\rover it.\n\n"
    "[bold red]markup[/] [@click=app.quit]click me[/] [/] [a=b:\n\n"
    "Bidirectional \u202egnirts desrever\u202c, zero\u200bwidth, tags \U000e0041, a noncharacter \uffff, "
    "lines\u2028and\u2029paragraphs\x85, a lone surrogate \ud800 and a pair: \ud83d\ude00.\n\n"
    "<script>alert(1)</script> <b>bold?</b> List<String> <think>hidden?</think> "
    "[a link](javascript:alert(1)) [another](file:///etc/passwd) [good](https://example.com)\n"
)
"""What `@escape` answers: everything that a terminal must never be handed."""

_CONTINUE = re.compile(r"\b(continue|go on|carry on|left off|stopped|cut off|keep going|resume)\b", re.IGNORECASE)
_SUM = re.compile(r"[\d(][\d\s+*/().-]*[\d)]")
_CACHE_STEP = 64
_LEAST_CACHED = 128


@dataclass(frozen=True, slots=True)
class Words:
    """An answer before it is cut."""

    text: str = ""
    reasoning: str = ""
    refusal: str = ""
    calls: tuple[tuple[str, str], ...] = ()
    """(name, JSON arguments)."""


def compose(model: SimModel, asked: Asked, faults: Faults) -> Reply:
    """Everything the model will say; the same request gets the same answer and the same pieces."""
    seed = _digest(model.name, asked, faults)
    rng = random.Random(seed)  # noqa: S311
    identity = seed[:22]
    said: Iterable[Piece]
    finish: FinishKind
    if faults.tokens is not None:
        said, finish = _limited(_of_length(faults.tokens, rng), faults.tokens, _least(asked.max_tokens, faults.length))
    else:
        words = _words(model, asked, faults)
        pieces_of_it = list(_pieces(words, rng, identity))
        limit = _least(asked.max_tokens, model.max_output_tokens, faults.length)
        said, finish = _limited(pieces_of_it, len(pieces_of_it), limit)
        if finish == "stop":
            finish = "tool_calls" if words.calls else "refusal" if words.refusal else "stop"
    if faults.filter is not None:
        said, finish = itertools.islice(said, faults.filter), "content_filter"
    return Reply(
        model=model.name,
        identity=identity,
        pieces=said,
        finish=finish,
        input_tokens=estimate(asked.words) + 4 * len(asked.messages) + 3,
        cached_tokens=_cached(asked) if model.caches else 0,
        counted=not faults.nousage,
    )


def _least(*limits: int | None) -> int | None:
    return min((limit for limit in limits if limit is not None), default=None)


def _limited(said: Iterable[Piece], total: int, limit: int | None) -> tuple[Iterable[Piece], FinishKind]:
    if limit is None or total <= limit:
        return said, "stop"
    return itertools.islice(said, limit), "length"


def _digest(name: str, asked: Asked, faults: Faults) -> str:
    seed = faults.seed if faults.seed is not None else asked.seed
    spoken = [[said.role, said.text] for said in asked.messages]
    known = json.dumps([name, seed, asked.system, spoken, len(asked.tools)])
    return hashlib.blake2b(known.encode(), digest_size=16).hexdigest()


def _words(model: SimModel, asked: Asked, faults: Faults) -> Words:
    if faults.silent:
        return Words()
    if faults.refuse:
        return Words(refusal=_refusal(asked.prompt))
    if faults.escape:
        return Words(text=ESCAPES)
    if faults.tool and not asked.tools_off and asked.messages and asked.messages[-1].role == "user":
        return _tool_calls(asked)
    if asked.schema is not None:
        return Words(text=json.dumps(instance(asked.schema, first_words(asked.prompt)), ensure_ascii=False, indent=2))
    thinks = model.reasons or faults.think
    answer, reasoning = written(model, asked.messages)
    rest = _continuation(model, asked.messages)
    if rest is not None:
        return Words(text=rest, reasoning="I was cut off; the next words follow." if thinks else "")
    return Words(text=answer, reasoning=reasoning if thinks else "")


def written(model: SimModel, messages: Sequence[Said]) -> tuple[str, str]:
    """A model's (answer, reasoning) to the last user message of a conversation."""
    at = max((i for i, said in enumerate(messages) if said.role == "user"), default=-1)
    prompt = messages[at].text if at >= 0 else ""
    turns = sum(said.role == "user" for said in messages[:at])
    topic = find_topic(prompt)
    values = {"words": first_words(prompt), "count": str(len(prompt.split()))}
    chosen = topic or fallback()
    if model.voice == "rambling":
        answer = "\n\n".join(
            (fallback().section("ramble opening"), chosen.section("steady"), fallback().section("ramble closing"))
        )
    else:
        answer = chosen.section(model.voice)
    reasoning = chosen.sections.get("reasoning") or fallback().section("reasoning")
    opening = []
    if at >= 0 and messages[at].attachments:
        opening.append(_attached(messages[at].attachments))
    results = [said.text for said in messages[at + 1 :] if said.role == "tool"]
    if results:
        opening.append("The tool answered:\n\n> " + results[-1][:400].replace("\n", "\n> "))
    if turns and model.voice != "terse":
        before = next(said.text for said in reversed(messages[:at]) if said.role == "user")
        opening.append(_follow_up(model.voice, turns + 1, first_words(before)))
    filled = _fill("\n\n".join([*opening, answer]), values)
    return filled, _fill(reasoning, values)


def first_words(prompt: str, most: int = 8) -> str:
    """The first words of a prompt, on one line."""
    words = prompt.split()
    shown = " ".join(words[:most])[:80]
    return shown + (" …" if len(words) > most or len(" ".join(words[:most])) > 80 else "")


def _continuation(model: SimModel, messages: Sequence[Said]) -> str | None:
    """The rest of an answer that the conversation ends with the beginning of; None when it does not."""
    history = list(messages)
    if len(history) > 2 and history[-1].role == "user" and _CONTINUE.search(history[-1].text):
        history.pop()
    if len(history) < 2 or history[-1].role != "assistant":
        return None
    full, _ = written(model, history[:-1])
    said = history[-1].text
    partial = said if full.startswith(said) else said.rstrip()
    return full[len(partial) :] if partial and full.startswith(partial) else None


def _fill(text: str, values: dict[str, str]) -> str:
    return re.sub(r"\{(words|count)\}", lambda match: values[match[1]], text)


def _attached(count: int) -> str:
    return f"_I see the {'attachment' if count == 1 else f'{count} attachments'} and take it into account._"


def _follow_up(voice: str, turn: int, before: str) -> str:
    ways = {
        "brief": f"Following on from “{before}”:",
        "deep": f"This is turn {turn}, so I keep what was settled under “{before}” and build on it.",
        "sage": f"You asked first about “{before}”. Let me carry that thread further.",
        "coder": f"Same assumptions as for “{before}”.",
        "world": f"继续 · Weiter · التالي — after “{before}”:",
        "rambling": f"Ah, and so we return, having only just considered “{before}” together, to a further question.",
    }
    return ways.get(voice, f"Building on “{before}” (turn {turn}):")


def _refusal(prompt: str) -> str:
    return (
        f"I’m sorry, but I can’t help with “{first_words(prompt)}”. "
        "If there is something else you are working on, I am glad to look at that instead."
    )


def _tool_calls(asked: Asked) -> Words:
    hint = first_words(asked.prompt, 12)
    if not asked.tools:
        return Words("I would rather look this up than guess.", calls=(("web_search", json.dumps({"query": hint})),))
    wanted = [tool for tool in asked.tools if tool.name.lower() in asked.prompt.lower()] or [asked.tools[0]]
    return Words(calls=tuple((tool.name, _arguments(tool, asked.prompt, hint)) for tool in wanted))


def _arguments(tool: Tool, prompt: str, hint: str) -> str:
    """Arguments that the tool can do something with: a sum of the prompt where one is wanted."""
    values = instance(tool.schema, hint)
    if isinstance(values, dict):
        sums = [found.strip() for found in _SUM.findall(prompt) if len(found.strip()) > 2]
        likely = {"expression": sums[0] if sums else "6 * 7", "timezone": "UTC"}
        values |= {name: likely[name] for name in values if name in likely}
    return json.dumps(values, ensure_ascii=False)


def _pieces(words: Words, rng: random.Random, identity: str) -> Iterator[Piece]:
    for piece in pieces(words.reasoning, rng):
        yield Piece("reasoning", piece)
    for piece in pieces(words.text, rng):
        yield Piece("text", piece)
    for piece in pieces(words.refusal, rng):
        yield Piece("refusal", piece)
    for index, (name, arguments) in enumerate(words.calls):
        call = Call(index, f"call_{identity[:20]}{index:02d}", name)
        for piece in pieces(arguments, rng):
            yield Piece("tool", piece, call)


def _of_length(count: int, rng: random.Random) -> Iterator[Piece]:
    """Exactly so many tokens of Markdown, all topics round and round."""
    texts = [section + "\n\n" for topic in topics() for name, section in topic.sections.items() if name != "reasoning"]
    endless = (piece for text in itertools.cycle(texts) for piece in pieces(text, rng))
    return (Piece("text", piece) for piece in itertools.islice(endless, count))


def _cached(asked: Asked) -> int:
    """Tokens of the conversation before the last message, in whole steps, as caches count."""
    earlier = estimate("\n".join([asked.system, *(said.text for said in asked.messages[:-1])]))
    return earlier // _CACHE_STEP * _CACHE_STEP if earlier >= _LEAST_CACHED else 0
