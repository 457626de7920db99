"""`workbench ask`: one prompt, answers on standard output, an exit code that tells how it went."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from workbench.cli import exits
from workbench.cli.output import Output
from workbench.cli.printing import EventPrinter, JsonPrinter, Record, TextPrinter
from workbench.cli.prompt import read_options, read_prompt
from workbench.cli.start import fail, note
from workbench.cli.tools import read_schema, read_tools, toolbox_for
from workbench.domain.catalog import parse_target
from workbench.domain.clean import clean_line
from workbench.domain.conversation import Lane, Message, Part, Session
from workbench.domain.errors import ConfigurationError
from workbench.domain.ids import new_id
from workbench.engine.abilities import capabilities_of, inability
from workbench.engine.means import utc_now
from workbench.engine.ports import Deployments
from workbench.wiring.bench import Workbench
from workbench.wiring.setup import Setup, check_target, lanes_for, read_setup

_SIGNALS = {signal.SIGINT: exits.INTERRUPTED, signal.SIGTERM: exits.TERMINATED, signal.SIGHUP: exits.HANGUP}
_LAST_WORDS_S = 2.0
"""How long a reader who doesn't read is waited for, once the command was told to end."""
_STEP_S = 0.05


def run(arguments: argparse.Namespace) -> int:
    """Ask, and print as it was wished.

    Raises:
        ConfigurationError: something is wrong before anything was sent.
    """
    with _termination():
        try:
            return _ask(arguments)
        except _Terminated as caught:
            words = ["ask", *(["--json"] if arguments.json else []), *(["--events"] if arguments.events else [])]
            return fail(words, "cancelled", "terminated before anything was sent", caught.code, quiet=True)


def _ask(arguments: argparse.Namespace) -> int:
    setup = read_setup()
    for issue in setup.warnings:
        _note(str(issue))
    parameters = read_options(arguments.options)
    lanes = lanes_for(setup, arguments.targets, arguments.lineup, system=arguments.system, parameters=parameters)
    if not lanes:
        raise ConfigurationError("no model is named: -m provider/model, such as -m sim/steady")
    for lane in lanes:
        check_target(setup, lane.target)
    if arguments.chaos:
        from workbench.providers.chaos import parse_fault

        parse_fault(arguments.chaos)
    read_tools(arguments.tools)
    schema = read_schema(arguments.schema)
    parts = read_prompt(arguments.prompt, arguments.attach, _note)
    return asyncio.run(_Asking(arguments, setup, lanes, parts, schema).run())


class _Asking:
    """One turn from the first preparation to the last row."""

    def __init__(
        self,
        arguments: argparse.Namespace,
        setup: Setup,
        lanes: Sequence[Lane],
        parts: Sequence[Part],
        schema: Mapping[str, Any] | None,
    ) -> None:
        self._arguments = arguments
        self._setup = setup
        self._lanes = lanes
        self._parts = parts
        self._schema = schema
        self._session = Session(new_id(), "", utc_now(), origin="ask")
        self._interrupt = asyncio.Event()
        self._told_to_end: int | None = None

    async def run(self) -> int:
        loop = asyncio.get_running_loop()
        for number, code in _SIGNALS.items():
            loop.add_signal_handler(number, self._end, code)
        output = Output(lambda: loop.call_soon_threadsafe(self._interrupt.set))
        record = Record(self._session, self._lanes)
        try:
            await self._turn(output, record)
        finally:
            await self._written(output)
        return self._code(output, record)

    async def _turn(self, output: Output, record: Record) -> None:
        async with Workbench.open(setup=self._setup, save=not self._arguments.no_save) as bench:
            said = {None, bench.history_problem}
            for notice in (*bench.notices, bench.history_problem):
                if notice is not None:
                    output.note(f"workbench: {clean_line(notice)}")
            targets = [lane.target for lane in self._lanes]
            await bench.prepare(targets)
            self._check_some_can_answer(bench.deployments)
            printer = self._printer(output, record)
            deployments = self._deployments(bench)
            events = bench.ask(
                self._parts,
                lanes=self._lanes,
                session=self._session,
                deployments=deployments,
                interrupt=self._interrupt,
                toolbox=toolbox_for(self._arguments, output, self._lanes),
                output_schema=self._schema,
            )
            async for event in events:
                record(event)
                printer(event)
            printer.close()
        if bench.history_problem not in said:
            output.note(f"workbench: {clean_line(bench.history_problem or '')}")

    async def _written(self, output: Output) -> None:
        """Until the reader took everything; when the command was told to end, only for a moment."""
        waited_s = 0.0
        while not output.close(_STEP_S if waited_s == 0 else 0):
            if self._told_to_end is not None and waited_s > _LAST_WORDS_S:
                output.abandon()
                return
            await asyncio.sleep(_STEP_S)
            waited_s += _STEP_S

    def _check_some_can_answer(self, deployments: Deployments) -> None:
        """When not one lane could be asked, that is an error of the configuration, found before anything is sent."""
        problem: ConfigurationError | None = None
        message = Message("user", tuple(self._parts))
        for lane in self._lanes:
            target = parse_target(lane.target)
            try:
                deployments.open(target)
            except ConfigurationError as error:
                problem = problem or error
                continue
            unable = inability(target, capabilities_of(deployments, target), [message])
            if unable is None:
                return
            problem = problem or ConfigurationError(unable)
        if problem is not None:
            raise problem

    def _deployments(self, bench: Workbench) -> Deployments:
        if not self._arguments.chaos:
            return bench.deployments
        from workbench.providers.chaos import ChaosDeployments, parse_fault

        return ChaosDeployments(bench.deployments, parse_fault(self._arguments.chaos))

    def _printer(self, output: Output, record: Record) -> JsonPrinter | EventPrinter | TextPrinter:
        if self._arguments.json:
            return JsonPrinter(output, record)
        if self._arguments.events:
            return EventPrinter(output, record)
        verbose = sys.stderr is not None and sys.stderr.isatty()
        return TextPrinter(output, record, markdown=self._arguments.markdown, verbose=verbose)

    def _end(self, code: int) -> None:
        """A signal: the first one stops the answers, a further one gives up waiting for anything."""
        if self._told_to_end is not None:
            import os

            os._exit(code)
        self._told_to_end = code
        self._interrupt.set()

    def _code(self, output: Output, record: Record) -> int:
        if self._told_to_end is not None:
            return self._told_to_end
        if output.broken:
            return exits.PIPE_CLOSED
        if output.failure:
            _note(f"standard output can't be written: {output.failure}")
            return exits.SOME_INCOMPLETE
        states = record.states
        if all(state == "complete" for state in states):
            return exits.OK
        return exits.ALL_FAILED if all(state == "failed" for state in states) else exits.SOME_INCOMPLETE


class _Terminated(BaseException):
    """A signal came while nothing was running yet."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@contextmanager
def _termination() -> Iterator[None]:
    """Until the loop listens, SIGTERM and SIGHUP unwind like Ctrl+C does, so that JSON is written then too."""

    def raise_it(number: int, _: object) -> None:
        raise _Terminated(_SIGNALS[signal.Signals(number)])

    before = {number: signal.signal(number, raise_it) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _note(text: str) -> None:
    note(clean_line(text))
