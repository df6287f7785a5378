"""Programs as processes: started, watched, ended."""

import asyncio
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.house.sources import ROOT

WITHIN_S = 20.0

TOML = """
[core]
grpc_port = {port}
state_dir = "{folder}/core"
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

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    async def ended(self) -> tuple[int, str]:
        """Wait for the end; return exit code and standard error."""
        async with asyncio.timeout(WITHIN_S):
            _, errors = await self.process.communicate()
        return self.process.returncode or 0, errors.decode()

    async def end(self) -> tuple[int, str]:
        """Ask the program to end."""
        self.signal(signal.SIGTERM)
        return await self.ended()

    async def kill(self) -> None:
        """End it without asking."""
        if self.process.returncode is None:
            self.process.kill()
            await self.process.communicate()


async def start(name: str, settings: Path) -> Program:
    """Start ``echo-<name>`` and wait for its first line; empty = it has ended."""
    command = [sys.executable, "-m", f"echo.apps.{name}", "--config", str(settings)]
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    assert process.stdout is not None
    async with asyncio.timeout(WITHIN_S):
        line = await process.stdout.readline()
    return Program(process, line.decode().strip())
