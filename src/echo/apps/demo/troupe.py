"""The programs of the demo as processes: started, watched, brought back, ended without a trace."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from echo.apps.signalling import signal_to

READY_WITHIN_S: Final = 20.0
ENDED_WITHIN_S: Final = 8.0
STARTS_MAX: Final = 100


class ProgramFailed(Exception):
    """A program did not come up; the message carries what it said."""


@dataclass(slots=True)
class Program:
    """One program: how it is started, and its process while it runs."""

    name: str
    module: str
    config: Path
    log: Path
    process: asyncio.subprocess.Process | None = None
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    starts: int = 0
    environment: Mapping[str, str] = field(default_factory=dict)
    """What its next start, and that one alone, finds in its environment beside everything else."""
    exits: list[int] = field(default_factory=list)
    """How its processes have ended, as exit codes; minus a signal's number."""


class Troupe:
    """Keeps programs running until they are dismissed.

    A program that ends by itself, or is killed, is started again: every program of Echo may be
    killed at any moment, and starting is recovering.
    """

    def __init__(self, told: Callable[[str], None]) -> None:
        self._told = told
        self._programs: list[Program] = []
        self._watchers: list[asyncio.Task[None]] = []
        self._ending = False

    @property
    def programs(self) -> tuple[Program, ...]:
        """All programs, in the order in which they were started."""
        return tuple(self._programs)

    async def start(self, *programs: Program) -> None:
        """Start *programs* together and wait until all are ready.

        Raises:
            ProgramFailed: one of them ended, or was not ready in time.
        """
        for program in programs:
            self._begin(program)
        for program in programs:
            try:
                # Each has its own time: so many may start together that they slow each other.
                await asyncio.wait_for(program.ready.wait(), READY_WITHIN_S)
            except TimeoutError:
                raise ProgramFailed(
                    f"{program.name} is not ready: {_last_words(program)}"
                ) from None
            if program.process is None:
                raise ProgramFailed(f"{program.name} did not start: {_last_words(program)}")

    def start_waiting(self, program: Program) -> None:
        """Start a program that is ready when another one has ended; wait for nothing."""
        program.ready.set()
        self._begin(program)

    async def dismiss(self) -> None:
        """End all programs, the last started first; whatever does not listen is killed."""
        self._ending = True
        for program in reversed(self._programs):
            if program.process is not None and program.process.returncode is None:
                signal_to(program.process, signal.SIGTERM)
        if self._watchers:
            _, stubborn = await asyncio.wait(self._watchers, timeout=ENDED_WITHIN_S)
            for program in self._programs:
                if stubborn and program.process is not None and program.process.returncode is None:
                    self._told(f"{program.name} did not end by itself and was killed")
                    signal_to(program.process, signal.SIGKILL)
            if stubborn:
                await asyncio.wait(stubborn, timeout=ENDED_WITHIN_S)

    def _begin(self, program: Program) -> None:
        self._programs.append(program)
        self._watchers.append(asyncio.create_task(self._watch(program)))

    async def _watch(self, program: Program) -> None:
        while not self._ending and program.starts < STARTS_MAX:
            code = await self._run(program)
            program.exits.append(code)
            if self._ending:
                return
            if not program.ready.is_set():
                # It never came up: starting it again would say the same again.
                program.process = None
                program.ready.set()
                return
            self._told(f"{program.name} ended with {_cause(code)}; started again")

    async def _run(self, program: Program) -> int:
        program.starts += 1
        environment, program.environment = program.environment, {}
        with program.log.open("ab") as log:
            # A session of its own: Ctrl-C reaches the demo alone, which ends the others in order.
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                program.module,
                "--config",
                os.fspath(program.config),
                # Should the demo itself be killed, its end of this pipe closes with it.
                "--until-eof",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                start_new_session=True,
                env={**os.environ, **environment},
            )
        program.process = process
        if self._ending:
            signal_to(process, signal.SIGTERM)  # it came up while the others were being ended
        assert process.stdout is not None  # noqa: S101 -- a pipe was asked for
        async for line in process.stdout:
            if b" ready" in line:
                program.ready.set()
        return await process.wait()


def _cause(code: int) -> str:
    if code < 0:
        return f"signal {signal.Signals(-code).name}"
    return f"exit code {code}"


def _last_words(program: Program) -> str:
    lines = program.log.read_text(errors="replace").strip().splitlines()
    return " / ".join(lines[-3:]) or "it said nothing"
