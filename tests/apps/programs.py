"""Programs as processes: started, watched, ended."""

import asyncio
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.house.sources import ROOT

WITHIN_S = 60.0

TOML = """
[core]
grpc_port = {port}
state_dir = "{folder}/core"
admin.port = 0
slave_accounts = ["200"]
canonical_symbols = ["EURUSD"]

[agent]
agent_id = "agent_test"
master_accounts = ["100"]
slave_accounts = ["200"]
pipe_dir = "{folder}/p"
delivery.ledger_path = "{folder}/agent/ledger.sqlite"

[endpoints]
core_addr = "127.0.0.1:{port}"

[risk."200"."*"]
risk_type = "FIXED_LOT"
lot_size = 0.1
"""


def write_settings(folder: Path, *, port: int = 0, change: tuple[str, str] = ("", "")) -> Path:
    """Write ``echo.toml`` into *folder*, with one text in it changed."""
    path = folder / "echo.toml"
    path.write_text(TOML.format(folder=folder, port=port).replace(*change))
    return path


@dataclass(slots=True)
class Program:
    """A running program."""

    process: asyncio.subprocess.Process
    first_line: str
    """Empty = it has ended without one."""
    last_words: str = ""
    """What came on standard output after the first line, once it has ended."""

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def hang_up(self) -> None:
        """Close its standard input, as the death of whoever started it would."""
        assert self.process.stdin is not None
        self.process.stdin.close()

    async def ended(self, *, within_s: float = WITHIN_S) -> tuple[int, str]:
        """Wait for the end; return exit code and standard error."""
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        async with asyncio.timeout(within_s):
            # Its standard input stays as it is: closing that could be what ends it.
            said, errors = await asyncio.gather(
                self.process.stdout.read(), self.process.stderr.read()
            )
            await self.process.wait()
        self.last_words = said.decode()
        return self.process.returncode or 0, errors.decode()

    async def end(self) -> tuple[int, str]:
        """Ask the program to end.  One that never came up has ended already: that is no end."""
        assert self.first_line, (await self.ended())[1]
        self.signal(signal.SIGTERM)
        return await self.ended()

    async def kill(self) -> None:
        """End it without asking."""
        if self.process.returncode is None:
            self.process.kill()
            await self.process.communicate()


async def refusal(name: str, settings: Path) -> str:
    """Start a program that must not come up; return the sentences that it gives as the reason."""
    program = await start(name, settings)
    code, errors = await program.ended()
    assert (code, program.first_line) == (2, ""), errors
    sentences = errors.splitlines()
    assert all(line.startswith(f"echo-{name}: ") for line in sentences), errors
    return "\n".join(line.removeprefix(f"echo-{name}: ") for line in sentences)


async def start(name: str, settings: Path | str, *options: str) -> Program:
    """Start ``echo-<name>`` and wait for its first line; empty = it has ended.

    It ends with these tests, also when they are killed.
    """
    command = [sys.executable, "-m", f"echo.apps.{name}", "--config", str(settings), *options]
    return await begin(*command, "--until-eof")


async def begin(*command: str) -> Program:
    """Start any command with a pipe as its standard input, and wait for its first line."""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    assert process.stdout is not None
    begun = Program(process, "")
    try:
        async with asyncio.timeout(WITHIN_S):
            begun.first_line = (await process.stdout.readline()).decode().strip()
    except BaseException:
        await begun.kill()
        raise
    return begun
