"""Settings of paper terminals, and an Agent that only listens."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

EURUSD = {
    "name": "EURUSD.m",
    "canonical": "EURUSD",
    "market": "ticks",
    "digits": 5,
    "tick_size": "0.00001",
    "contract_size": "100000",
    "min_lot": "0.01",
    "max_lot": "100",
    "lot_step": "0.01",
}


def account(role: str = "master", name: str = "100", **more: Any) -> dict[str, Any]:
    """Return the settings of one account."""
    return {
        "role": role,
        "account": name,
        "broker": "Paper",
        "server": "Paper-Demo",
        "terminal": "mt4",
        "broker_delay": "0",
        "symbols": [EURUSD],
    } | more


def terminal(folder: Path, *accounts: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return the settings of a terminal; its market begins now, and stands still."""
    ticks = folder / "ticks.csv"
    if not ticks.exists():
        ticks.write_text("".join(f"{ms},1.10000,1.10010\n" for ms in range(0, 60_000, 1_000)))
    return {
        "state_dir": str(folder / "terminals"),
        "pipe_dir": str(folder / "p"),
        "clock": {
            "started_wall_ms": time.time_ns() // 1_000_000,
            "market_start_ms": 0,
            "speed": "1",
        },
        "markets": {"ticks": {"file": str(ticks)}},
        "accounts": list(accounts or (account(),)),
    } | more


def write_terminal(folder: Path, config: dict[str, Any]) -> Path:
    """Write the settings into *folder*."""
    path = folder / "terminal.json"
    path.write_text(json.dumps(config))
    return path


class ListeningAgent:
    """Hears what EAs say on one pipe.

    It answers pings and nothing else: an EA reports nothing before it knows its Agent's clock.
    """

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.writers: list[asyncio.StreamWriter] = []

    async def hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take in lines until the EA is gone."""
        self.writers.append(writer)
        with contextlib.suppress(OSError):  # it was killed
            async for raw in reader:
                line = json.loads(raw)
                self.heard.append(line)
                if line["type"] == "ping":
                    pong = {"type": "pong", "id": line["id"], "timestamp_ms": 1, "echo_ms": 1}
                    writer.write(json.dumps({**pong, "mono_ms": 1}).encode() + b"\n")

    def lines(self, kind: str) -> list[dict[str, Any]]:
        """Return the payloads of one type of line."""
        return [line["payload"] for line in self.heard if line["type"] == kind]


@asynccontextmanager
async def listening(folder: Path, role: str, name: str) -> AsyncIterator[ListeningAgent]:
    """Serve the pipe of one EA."""
    (folder / "p").mkdir(exist_ok=True)
    agent = ListeningAgent()
    path = str(folder / "p" / f"echo_{role}_{name}.sock")
    server = await asyncio.start_unix_server(agent.hear, path)
    try:
        yield agent
    finally:
        server.close()
        for writer in agent.writers:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
