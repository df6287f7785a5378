"""A desk on two hosts, in real programs: a Core, an Agent for each host, paper terminals.

The second host's wall clock is ahead of the first one's, where the Core is, too.
"""

import asyncio
import contextlib
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from tests.apps.terminals import account, terminal
from tests.servers.ports import free_port

AHEAD_MS: Final = 5_000
READY_WITHIN_S: Final = 60.0
PAPER_MASTER: Final = "50002"
PAPER_SLAVE: Final = "70002"

OPENS: Final = {"at_ms": 6_000}
CLOSES: Final = {"at_ms": 9_000}
"""After the terminals were started, long enough to be judged."""

_SHIFTED: Final = """
import time
real = time.time_ns
time.time_ns = lambda: real() + {ahead_ms} * 1_000_000
from echo.apps.{name} import main
main()
"""
"""The program as it is, on a host whose clock was set wrong."""

_CORE: Final = """
[core]
bind = "127.0.0.1"
grpc_port = {port}
state_dir = "{folder}/core"
log_level = "DEBUG"
admin.port = 0
slave_accounts = {slaves}
canonical_symbols = ["EURUSD"]
risk.quote_max_age_ms = 10000
specs.max_age_ms = 3600000
{told}
{rules}
"""
_AGENT: Final = """
[agent]
agent_id = "{name}"
master_accounts = {masters}
slave_accounts = {slaves}
pipe_dir = "{folder}/{name}"
delivery.ledger_path = "{folder}/{name}.sqlite"
log_level = "DEBUG"
{more}
[endpoints]
core_addr = "127.0.0.1:{port}"
{told}
"""
_TOLD: Final = """
[endpoints.otel]
otlp_endpoint = "{collector}"
[telemetry]
service_name = "{service}"
export_every_s = 1
"""


class TwoHosts:
    """The programs, and where they are.

    Args:
        folder: For everything that they write.
        collector: Who is told.
        masters: Accounts of the first host; slaves: of the second, beside the paper ones.
        rules: More settings of the Core.
    """

    def __init__(
        self, folder: Path, collector: str, masters: list[str], slaves: list[str], rules: str
    ) -> None:
        self.folder = folder
        self._collector, self._rules = collector, rules
        self._masters, self._slaves = [*masters, PAPER_MASTER], [*slaves, PAPER_SLAVE]
        self._programs: dict[str, asyncio.subprocess.Process] = {}
        self.port = free_port()

    async def open(self) -> None:
        """Start everything."""
        self._write("core", _CORE, rules=self._rules, slaves=self._slaves)
        self._write_agent("north", masters=self._masters, slaves=[])
        self._write_agent("south", masters=[], slaves=self._slaves, more="spans_via_core = true")
        await self.start("core")
        await asyncio.gather(self.start("north"), self.start("south"))
        shares = {"sl_share": "0.01", "tp_share": "0.02"}
        script = [
            {"do": "open", "key": "a", "symbol": "EURUSD", "lots": "0.1", **OPENS, **shares},
            {"do": "close", "key": "a", **CLOSES},
        ]
        self._write_terminal("north", account("master", PAPER_MASTER, script=script))
        self._write_terminal("south", account("slave", PAPER_SLAVE))
        await asyncio.gather(self.start("terminal-north"), self.start("terminal-south"))

    async def close(self) -> None:
        """End everything; what a program has not told yet it tells now."""
        for name in reversed(self._programs):
            with contextlib.suppress(ProcessLookupError):
                self._programs[name].send_signal(signal.SIGCONT)
                self._programs[name].terminate()
        for program in self._programs.values():
            await program.wait()

    async def start(self, name: str) -> None:
        """Start a program, or start it again, and wait until it is ready."""
        module, _, _ = name.partition("-")
        module = {"north": "agent", "south": "agent"}.get(module, module)
        ahead_ms = AHEAD_MS if name.endswith("south") else 0
        config = self.folder / (f"{name}.json" if module == "terminal" else f"{name}.toml")
        with (self.folder / f"{name}.log").open("ab") as log:
            program = await asyncio.create_subprocess_exec(
                *(sys.executable, "-c", _SHIFTED.format(name=module, ahead_ms=ahead_ms)),
                *("--config", str(config)),
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        self._programs[name] = program
        assert program.stdout is not None
        line = await asyncio.wait_for(program.stdout.readline(), READY_WITHIN_S)
        assert b" ready" in line, (self.folder / f"{name}.log").read_text()

    async def kill(self, name: str) -> None:
        """Kill a program."""
        self._programs[name].kill()
        await self._programs[name].wait()

    def change(self, name: str, more: str) -> None:
        """Add settings to a running program's."""
        path = self.folder / f"{name}.toml"
        path.write_text(f"{path.read_text()}\n{more}")

    @asynccontextmanager
    async def frozen(self, name: str, for_s: float) -> AsyncIterator[None]:
        """Freeze a program; it goes on *for_s* after the end of the block."""
        self._programs[name].send_signal(signal.SIGSTOP)
        try:
            yield
            await asyncio.sleep(for_s)
        finally:
            self._programs[name].send_signal(signal.SIGCONT)

    @property
    def figures_address(self) -> str:
        """Where the Core shows its figures."""
        state = json.loads((self.folder / "core" / "core.state.json").read_text())
        port = str(state["admin"]).rpartition(":")[2]
        return f"http://127.0.0.1:{port}/metrics"

    def log_lines(self, name: str) -> list[dict[str, object]]:
        """Return what a program wrote into its log."""
        *whole, _ = (self.folder / f"{name}.log").read_text().split("\n")
        return [json.loads(line) for line in whole if line.startswith("{")]

    def _write(self, program: str, template: str, **values: object) -> None:
        told = _TOLD.format(collector=self._collector, service=f"echo-{program}")
        values |= {"told": told, "folder": self.folder, "port": self.port}
        (self.folder / f"{program}.toml").write_text(template.format(**values))

    def _write_agent(
        self, name: str, *, masters: list[str], slaves: list[str], more: str = ""
    ) -> None:
        (self.folder / name).mkdir(mode=0o700)
        self._write(name, _AGENT, name=name, masters=masters, slaves=slaves, more=more)

    def _write_terminal(self, host: str, player: dict[str, object]) -> None:
        config = terminal(self.folder, player, pipe_dir=str(self.folder / host))
        config["state_dir"] = str(self.folder / f"terminals-{host}")
        (self.folder / f"terminal-{host}.json").write_text(json.dumps(config))
