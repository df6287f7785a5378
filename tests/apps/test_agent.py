"""``echo-agent`` as a process, beside a Core or without one."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.apps.programs import Program, start, write_settings
from tests.fakes import until_real

HANDSHAKE = {
    "type": "handshake",
    "timestamp_ms": 1,
    "payload": {
        "client_id": "slave_200",
        "account_id": "200",
        "broker": "B",
        "role": "slave",
        "protocol_version": 3,
        "client_semver": "3.0.0",
        "instance": "i1",
        "capabilities": {"features": ["lossless/v1", "spec_report/v1"], "metrics": []},
        "required_features": [],
        "optional_features": [],
        "symbols": [],
    },
}


@pytest.fixture
async def agent(tmp_path: Path) -> AsyncIterator[Program]:
    program = await start("agent", write_settings(tmp_path, port=1))
    yield program
    await program.kill()


class Ea:
    """A bare EA on the slave's pipe."""

    def __init__(self, folder: Path) -> None:
        self._path = str(folder / "p" / "echo_slave_200.sock")
        self.heard: list[dict[str, object]] = []

    async def connect(self) -> None:
        self._reader, self._writer = await asyncio.open_unix_connection(self._path)
        self._hearing = asyncio.create_task(self._hear())

    def say(self, line: dict[str, object]) -> None:
        self._writer.write(json.dumps(line).encode() + b"\n")

    async def close(self) -> None:
        self._hearing.cancel()
        self._writer.close()
        await asyncio.wait([self._hearing])

    async def _hear(self) -> None:
        async for line in self._reader:
            self.heard.append(json.loads(line))

    @property
    def types(self) -> set[object]:
        return {line["type"] for line in self.heard}


async def test_it_serves_pipes_while_the_core_is_away(agent: Program, tmp_path: Path) -> None:
    ea = Ea(tmp_path)
    await ea.connect()
    ea.say({"type": "ping", "id": "p1", "timestamp_ms": 1, "role": "slave"})
    ea.say(HANDSHAKE)
    await until_real(lambda: ea.types >= {"pong", "session"})

    assert agent.first_line.startswith("echo-agent ready")
    await ea.close()


async def test_it_finds_the_core_and_brings_its_verdict(tmp_path: Path) -> None:
    core = await start("core", write_settings(tmp_path))
    told = json.loads((tmp_path / "core" / "core.state.json").read_text())
    port = int(told["address"].rpartition(":")[2])
    agent = await start("agent", write_settings(tmp_path, port=port))
    ea = Ea(tmp_path)
    try:
        await ea.connect()
        ea.say(HANDSHAKE)
        await until_real(lambda: "symbol_registration_result" in ea.types)
    finally:
        await ea.close()
        assert (await agent.end())[0] == 0
        assert (await core.end())[0] == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_told_to_stop_it_ends_in_order(
    agent: Program, tmp_path: Path, number: signal.Signals
) -> None:
    ea = Ea(tmp_path)
    await ea.connect()
    agent.signal(number)
    code, errors = await agent.ended()
    await ea.close()

    assert code == 0
    assert "Traceback" not in errors
    assert [path.suffix for path in (tmp_path / "p").glob("*")] == []


async def test_after_a_kill_it_starts_as_ever(agent: Program, tmp_path: Path) -> None:
    await agent.kill()
    again = await start("agent", tmp_path / "echo.toml")

    assert again.first_line.startswith("echo-agent ready")
    assert (await again.end())[0] == 0


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (("agent_id", "agent_ident"), "agent_ident"),
        (("127.0.0.1:0", "nowhere"), "core_addr"),
        (("127.0.0.1:0", "core.example.com:1"), "TLS"),
        (("/p", "/echo.toml"), "echo.toml"),
        (("/p", "/" + "p" * 100), "bytes"),
        (("/agent/", "/echo.toml/"), "echo.toml"),
    ],
    ids=["unknown key", "address", "unsafe", "pipe folder", "long path", "ledger folder"],
)
async def test_what_cannot_be_used_is_said_in_a_sentence(
    tmp_path: Path, change: tuple[str, str], named: str
) -> None:
    settings = write_settings(tmp_path)
    port = ("127.0.0.1:0", "127.0.0.1:1") if change[0] != "127.0.0.1:0" else ("", "")
    settings.write_text(settings.read_text().replace(*change).replace(*port))
    program = await start("agent", settings)
    code, errors = await program.ended()

    assert code == 2, errors
    assert named in errors
    assert all(line.startswith("echo-agent: ") for line in errors.splitlines()), errors


async def test_two_agents_do_not_share_a_ledger_or_a_pipe(agent: Program, tmp_path: Path) -> None:
    same_ledger = await start("agent", tmp_path / "echo.toml")
    other = tmp_path / "other.toml"
    text = (tmp_path / "echo.toml").read_text()
    other.write_text(text.replace("/agent/ledger", "/agent2/ledger"))
    same_pipes = await start("agent", other)

    for program, named in ((same_ledger, "ledger.sqlite"), (same_pipes, "echo_master_100.sock")):
        code, errors = await program.ended()
        assert code == 2
        assert named in errors
        assert len(errors.splitlines()) == 1
