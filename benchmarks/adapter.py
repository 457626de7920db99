"""What a chunk costs between the socket and an event, as ratios to raw `httpx` with `json.loads` in the same run.

    python -m benchmarks.adapter [--frames 2000] [--streams 1,8,32] [--runs 5]

A server in a process of its own sends the same answer flat out (many frames a read) or paced (one frame a read); only
the CPU time of this process is counted. Then: the same with engine and store, and with the whole app; what a warm
request adds before its first token, and the first request's cost against a warm one after `Provider.warm`.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from workbench.domain.catalog import ProviderConfig, Target
from workbench.domain.conversation import Message, ModelRequest, Parameters, TextPart
from workbench.domain.events import BlockDelta
from workbench.providers.base import Provider
from workbench.providers.clients import Clients
from workbench.providers.registry import Registry

WORDS = ("tokens", " come", " one", " by", " one", ",", " größer", " and", " smaller", ".\n")
PROTOCOLS = ("openai-chat", "openai-responses", "anthropic-messages")
Reader = Callable[[], Awaitable[int]]
"""Reads one stream and says how many characters of text there were."""


def chat_frames(count: int) -> list[bytes]:
    """A chat completion of `count` deltas."""
    head = '{"id":"chatcmpl-1","object":"chat.completion.chunk","model":"bench","choices":[{"index":0,'
    frames = [
        f'data: {head}"delta":{{"content":{json.dumps(WORDS[n % 10])}}},"logprobs":null,"finish_reason":null}}]}}\n\n'
        for n in range(count)
    ]
    frames.append(f'data: {head}"delta":{{}},"finish_reason":"stop"}}]}}\n\ndata: [DONE]\n\n')
    return [frame.encode() for frame in frames]


def responses_frames(count: int) -> list[bytes]:
    """A Responses answer of `count` deltas."""
    kind = "response.output_text.delta"
    frames = [
        f'event: {kind}\ndata: {{"type":"{kind}","sequence_number":{n},"item_id":"msg_1","output_index":0,'
        f'"content_index":0,"delta":{json.dumps(WORDS[n % 10])},"logprobs":[]}}\n\n'
        for n in range(count)
    ]
    end = '{"type":"response.completed","response":{"id":"r","model":"bench","status":"completed","output":[]}}'
    frames.append(f"event: response.completed\ndata: {end}\n\n")
    return [frame.encode() for frame in frames]


def messages_frames(count: int) -> list[bytes]:
    """A Messages answer of `count` deltas."""

    def frame(**fields: Any) -> bytes:
        return f"event: {fields['type']}\ndata: {json.dumps(fields, separators=(',', ':'))}\n\n".encode()

    message = {"id": "m", "type": "message", "role": "assistant", "model": "bench", "content": [], "stop_reason": None}
    usage = {"input_tokens": 9, "output_tokens": 1}
    frames = [frame(type="message_start", message={**message, "stop_sequence": None, "usage": usage})]
    frames.append(frame(type="content_block_start", index=0, content_block={"type": "text", "text": ""}))
    for n in range(count):
        delta = {"type": "text_delta", "text": WORDS[n % 10]}
        frames.append(frame(type="content_block_delta", index=0, delta=delta))
    frames.append(frame(type="content_block_stop", index=0))
    end = {"stop_reason": "end_turn", "stop_sequence": None}
    frames.append(frame(type="message_delta", delta=end, usage={"output_tokens": count}))
    frames.append(frame(type="message_stop"))
    return frames


FRAMES = {
    "/chat/completions": chat_frames,
    "/responses": responses_frames,
    "/messages": messages_frames,
}


async def serve(count: int) -> None:
    """Answer every request with the frames of its path; `paced` asks for one frame a read, `short` for few frames."""
    bodies = {path: made(count) for path, made in FRAMES.items()}

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next((int(x[15:]) for x in head.lower().split(b"\r\n") if x.startswith(b"content-length:")), 0)
                asked = await reader.readexactly(length)
                path = head.split(b" ")[1].decode().split("?")[0]
                frames = next((bodies[end] for end in bodies if path.endswith(end)), None)
                if frames is None:
                    writer.write(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")
                    continue
                writer.write(
                    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
                )
                if b"short" in asked:
                    frames = frames[:5] + frames[-3:]
                if b"paced" in asked:
                    for frame in frames:
                        writer.write(b"%x\r\n%s\r\n" % (len(frame), frame))
                        await writer.drain()
                        await asyncio.sleep(0.0005)
                else:
                    for start in range(0, len(frames), 50):
                        piece = b"".join(frames[start : start + 50])
                        writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                        await writer.drain()
                writer.write(b"0\r\n\r\n")
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


def base_url(protocol: str, port: int) -> str:
    """Where a protocol is spoken at the server."""
    return f"http://127.0.0.1:{port}" + ("" if protocol == "anthropic-messages" else "/v1")


def request(prompt: str) -> ModelRequest:
    """The request that all readers make."""
    return ModelRequest("bench", (Message("user", (TextPart(prompt),)),), parameters=Parameters(max_output_tokens=9000))


def opened(protocol: str, port: int, clients: Clients) -> Provider:
    """Our adapter."""
    config = ProviderConfig("bench", protocol, base_url(protocol, port))  # type: ignore[arg-type]
    return Registry({"bench": config}, lambda _: "k", clients=clients).open(Target("model", "bench", "bench"))[1]


def readers(protocol: str, port: int, clients: Clients, sdk_client: Any, http: Any, prompt: str) -> dict[str, Reader]:
    """The ways to read one stream of a protocol."""
    provider = opened(protocol, port, clients)
    path = {"openai-chat": "/chat/completions", "openai-responses": "/responses"}.get(protocol, "/v1/messages")
    asked: dict[str, Any] = {"model": "bench", "stream": True, "messages": [{"role": "user", "content": prompt}]}

    async def raw() -> int:
        size = 0
        async with http.stream("POST", base_url(protocol, port) + path, json=asked) as response:
            async for line in response.aiter_lines():
                if line.startswith("data:") and not line.endswith("[DONE]"):
                    frame = json.loads(line[5:])
                    size += len(_delta(protocol, frame))
        return size

    async def ours() -> int:
        size = 0
        async for arrival in provider.stream(request(prompt)):
            for event in arrival.events:
                if type(event) is BlockDelta:
                    size += len(event.text)
        return size

    async def sdk() -> int:
        size = 0
        messages = [{"role": "user", "content": prompt}]
        if protocol == "openai-chat":
            stream = await sdk_client.chat.completions.create(model="bench", messages=messages, stream=True)
            async for chunk in stream:
                size += len(chunk.choices[0].delta.content or "")
        elif protocol == "openai-responses":
            stream = await sdk_client.responses.create(model="bench", input=prompt, stream=True)
            async for event in stream:
                size += len(event.delta) if event.type == "response.output_text.delta" else 0
        else:
            stream = await sdk_client.messages.create(model="bench", messages=messages, max_tokens=9000, stream=True)
            async for event in stream:
                size += len(event.delta.text) if event.type == "content_block_delta" else 0
        return size

    return {"raw httpx + json.loads": raw, "our adapter": ours, "SDK objects": sdk}


def _delta(protocol: str, frame: dict[str, Any]) -> str:
    if protocol == "openai-chat":
        return frame["choices"][0]["delta"].get("content") or ""
    if protocol == "openai-responses":
        return frame.get("delta") or ""
    return frame["delta"].get("text") or "" if frame["type"] == "content_block_delta" else ""


async def cost(reader: Reader, streams: int, runs: int) -> tuple[float, int]:
    """CPU seconds of the best of some runs of several streams at once, and the characters that one stream had."""
    best, size = float("inf"), 0
    for _ in range(runs):
        begun = time.process_time()
        sizes = await asyncio.gather(*(reader() for _ in range(streams)))
        best = min(best, time.process_time() - begun)
        assert len(set(sizes)) == 1
        size = sizes[0]
    return best, size


async def compare(port: int, frames: int, streams: Sequence[int], runs: int) -> None:
    """The table of costs per chunk."""
    import anthropic
    import httpx
    import openai

    clients = Clients()
    http = httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=None), trust_env=False)
    shared = await clients.for_sdks()
    for protocol in PROTOCOLS:
        sdk_client: Any
        if protocol == "anthropic-messages":
            sdk_client = anthropic.AsyncAnthropic(base_url=base_url(protocol, port), api_key="k", http_client=shared)
        else:
            sdk_client = openai.AsyncOpenAI(base_url=base_url(protocol, port), api_key="k", http_client=shared)
        for mode, prompt in (("flat out", "bench"), ("a frame a read", "paced")):
            ways = readers(protocol, port, clients, sdk_client, http, prompt)
            for way in ways.values():  # imports, connections
                await way()
            for count in streams:
                found = {name: await cost(way, count, runs) for name, way in ways.items()}
                assert len({size for _, size in found.values()}) == 1, "all readers saw the same text"
                floor = found["raw httpx + json.loads"][0]
                cells = ", ".join(
                    f"{name} {spent / count / frames * 1e6:.1f} µs ({spent / floor:.2f}x)"
                    for name, (spent, _) in found.items()
                )
                print(f"{protocol:19} {mode:15} {count:3} at once: {cells}")
    await http.aclose()
    await clients.close()


async def whole_program(port: int, frames: int, runs: int) -> None:
    """The same stream through engine and store, and through the whole app, as ratios to the floor."""
    import httpx

    http = httpx.AsyncClient(timeout=60, trust_env=False)
    clients = Clients()
    for prompt, mode in (("bench", "flat out"), ("paced", "a frame a read")):
        raw = readers("openai-chat", port, clients, None, http, prompt)["raw httpx + json.loads"]
        await raw()
        floor, size = await cost(raw, 1, runs)
        cells = []
        for name, way in (("with store", _with_store), ("with app", _with_app)):
            spent = min([await way(port, prompt, size) for _ in range(runs + 1)][1:])
            cells.append(f"{name} {spent / frames * 1e6:.1f} µs ({spent / floor:.2f}x)")
        print(f"{'openai-chat':19} {mode:15}   1 alone:   raw {floor / frames * 1e6:.1f} µs, {', '.join(cells)}")
    await http.aclose()
    await clients.close()


def _own_settings(folder: str, port: int) -> None:
    config = Path(folder) / "config.toml"
    config.write_text(f'[providers.bench]\nprotocol = "openai-chat"\nbase_url = "{base_url("openai-chat", port)}"\n')
    os.environ |= {"WORKBENCH_CONFIG": str(config), "WORKBENCH_DATA": str(Path(folder) / "data")}


async def _with_store(port: int, prompt: str, size: int) -> float:
    """CPU seconds of one stream through engine and store, until it is saved."""
    from workbench import Workbench
    from workbench.engine.events import ResponseEnded

    with tempfile.TemporaryDirectory() as folder:
        _own_settings(folder, port)
        async with Workbench.open() as bench:
            await bench.prepare(["bench/bench"])
            begun = time.process_time()
            async for event in bench.ask(prompt, targets=["bench/bench"]):
                if isinstance(event, ResponseEnded):
                    assert len(event.response.text) == size
            return time.process_time() - begun


async def _with_app(port: int, prompt: str, size: int) -> float:
    """CPU seconds of one stream through the whole program: network, engine, store, drawing at 120x40."""
    from workbench.app.app import WorkbenchApp
    from workbench.app.services import StartOptions
    from workbench.wiring.services import AppServices

    with tempfile.TemporaryDirectory() as folder:
        _own_settings(folder, port)
        app: Any = WorkbenchApp(AppServices(), StartOptions(targets=("bench/bench",)))
        async with app.run_test(size=(120, 40)) as pilot:
            while app.screen.comparison is None:
                await pilot.pause(0.05)
            await app.services.prepare(["bench/bench"])
            await asyncio.sleep(0.5)
            begun = time.process_time()
            app.screen.send(prompt)
            await app.screen.comparison.wait()
            spent = time.process_time() - begun
            assert len(app.screen.comparison.turns[-1].responses[-1].text) == size
            return spent


async def first_tokens(port: int) -> None:
    """CPU until the first text: raw, ours warm, ours after `warm`, and after nothing."""
    import httpx

    http = httpx.AsyncClient(timeout=60, trust_env=False)
    for protocol in PROTOCOLS:
        clients = Clients()
        provider = opened(protocol, port, clients)

        async def until_text(provider: Provider = provider) -> float:
            begun = time.process_time()
            stream = provider.stream(request("short"))
            async for arrival in stream:
                if any(isinstance(event, BlockDelta) for event in arrival.events):
                    break
            spent = time.process_time() - begun
            async for _ in stream:
                pass
            return spent

        await provider.warm()
        first = await until_text()
        warm = statistics.median([await until_text() for _ in range(20)])
        url = base_url(protocol, port) + ("/v1/messages" if protocol == "anthropic-messages" else "/chat/completions")

        async def raw_first(url: str = url) -> float:
            begun = time.process_time()
            asked = {"model": "bench", "stream": True, "messages": [{"role": "user", "content": "short"}]}
            async with http.stream("POST", url, json=asked) as response:
                spent = 0.0
                async for _ in response.aiter_lines():
                    spent = spent or time.process_time() - begun
            return spent

        await raw_first()
        floor = statistics.median([await raw_first() for _ in range(20)])
        print(
            f"{protocol:19} until the first text: raw {floor * 1e3:.2f} ms, ours warm {warm * 1e3:.2f} ms "
            f"(+{(warm - floor) * 1e3:.2f}), first after warming {first * 1e3:.2f} ms ({first / warm:.2f}x)"
        )
        await clients.close()
    await http.aclose()


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=2000)
    parser.add_argument("--streams", default="1,8,32")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        asyncio.run(serve(options.frames))
        return
    print(json.dumps({"cores": os.cpu_count(), "load": os.getloadavg()[0]}))
    command = [sys.executable, "-m", "benchmarks.adapter", "--serve", "--frames", str(options.frames)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        asyncio.run(first_tokens(port))
        streams = [int(count) for count in options.streams.split(",")]
        asyncio.run(compare(port, options.frames, streams, options.runs))
        asyncio.run(whole_program(port, options.frames, options.runs))
        assert server.stdin is not None
        server.stdin.close()


if __name__ == "__main__":
    main()
