"""The demo in tests: played here, or by ``echoctl`` as a process of its own."""

import asyncio
import contextlib
import fcntl
import json
import os
import pty
import signal
import struct
import subprocess
import sys
import tempfile
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from echo.apps.demo.cast import Cast
from echo.apps.demo.options import DemoOptions
from echo.apps.demo.performance import Performance, Result
from echo.apps.demo.show import Moment
from tests.house.sources import ROOT

WITHIN_S = 90.0

CONTRACT = {
    *("masters", "slaves", "actions", "decisions", "filled", "modified", "closed"),
    *("omitted", "failed", "lost", "duplicated", "in_doubt", "latency_ms", "seconds"),
}
"""What scripts may rely on in the JSON of a demo."""


@contextmanager
def short_folder() -> Iterator[Path]:
    """A folder whose name leaves room for sockets, whatever the test is called."""
    with tempfile.TemporaryDirectory(prefix="echo-test-") as name:
        yield Path(name)


@dataclass(slots=True)
class Killer:
    """Kills one program again and again, at moments at which something is under way."""

    name: str
    after_s: list[float]
    performance: Performance | None = None
    kills: int = field(default=0)

    def seen(self, _cast: Cast, moment: Moment) -> None:
        """Kill when it is time."""
        if not self.after_s or moment.elapsed_s < self.after_s[0]:
            return
        assert self.performance is not None
        for program in self.performance.troupe.programs:
            process = program.process
            if program.name == self.name and process is not None and process.returncode is None:
                self.after_s.pop(0)
                self.kills += 1
                process.kill()

    @property
    def starts(self) -> int:
        """How often the program was started."""
        assert self.performance is not None
        [starts] = [
            program.starts
            for program in self.performance.troupe.programs
            if program.name == self.name
        ]
        return starts


def play(options: DemoOptions, killer: Killer | None = None) -> Result:
    """Play a demo in this process; its programs are processes all the same."""
    seen: Callable[[Cast, Moment], None] = (lambda _c, _m: None) if killer is None else killer.seen
    performance = Performance(options, seen=seen, told=lambda _line: None)
    if killer is not None:
        killer.performance = performance
    return asyncio.run(performance.play())


def honest(result: Result) -> bool:
    """Whether nothing was lost, duplicated, orphaned, left in doubt or unexplained."""
    takings = result.takings
    assert not takings.discrepancies, "\n".join(map(str, takings.discrepancies))
    assert takings.unexplained == 0
    assert takings.outcomes.get("in_doubt", 0) == 0
    assert sum(takings.outcomes.values()) == takings.decisions
    return result.exit_code == 0


@dataclass(frozen=True, slots=True)
class Echoctl:
    """``echoctl demo`` as a process, with a folder for what it makes."""

    process: asyncio.subprocess.Process
    folder: Path

    async def ended(self) -> tuple[int, str, str]:
        """Wait for its end; return exit code, standard output and standard error."""
        async with asyncio.timeout(WITHIN_S):
            said, errors = await self.process.communicate()
        return self.process.returncode or 0, said.decode(), errors.decode()

    async def figures(self) -> dict[str, Any]:
        """Wait for its end, which must be a good one, and return the JSON."""
        code, said, errors = await self.ended()
        assert code == 0, said + errors
        figures: dict[str, Any] = json.loads(said)
        return figures

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    def programs(self) -> list[str]:
        """Return the command lines of the programs that live in its folder."""
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                command = path.read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue  # it has ended meanwhile
            if "echo.apps." in command and str(self.folder) in command:
                found.append(command)
        return found


def in_a_window(folder: Path, *options: str, columns: int, rows: int) -> tuple[int, str]:
    """Run ``echoctl demo`` in a terminal of that size; return exit code and all it wrote."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    environment = {key: value for key, value in _environment(folder).items() if key != "COLUMNS"}
    process = subprocess.Popen(
        _command(*options),
        cwd=ROOT,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment | {"TERM": "xterm-256color"},
    )
    os.close(theirs)
    shown = bytearray()
    with contextlib.suppress(OSError):  # that is how the end of a terminal is told
        while data := os.read(ours, 65_536):
            shown += data
    os.close(ours)
    return process.wait(WITHIN_S), shown.decode()


async def echoctl(folder: Path, *options: str) -> Echoctl:
    """Start ``echoctl demo`` with *options*; its own temporary files go below *folder*."""
    process = await asyncio.create_subprocess_exec(
        *_command(*options),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=_environment(folder),
    )
    return Echoctl(process, folder)


def _command(*options: str) -> list[str]:
    return [sys.executable, "-m", "echo.apps.cli.main", "demo", *options]


def _environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT / "src"), "TMPDIR": str(folder)}
