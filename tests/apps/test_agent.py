"""``echo-agent`` as a process, beside a Core or without one."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.apps.programs import Program, refusal, start, write_settings
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


def state(folder: Path) -> dict[str, object]:
    told: dict[str, object] = json.loads((folder / "agent" / "agent.state.json").read_text())
    return told


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
    assert state(tmp_path)["ready"] is True
    agent.signal(number)
    code, errors = await agent.ended()
    await ea.close()

    assert code == 0
    assert "Traceback" not in errors
    assert list((tmp_path / "p").iterdir()) == []
    assert not (tmp_path / "agent" / "agent.state.json").exists()


async def test_it_ends_with_whoever_started_it(tmp_path: Path) -> None:
    agent = await start("agent", write_settings(tmp_path, port=1))
    agent.hang_up()

    assert (await agent.ended())[0] == 0
    assert list((tmp_path / "p").iterdir()) == []


async def test_after_a_kill_it_starts_as_ever(agent: Program, tmp_path: Path) -> None:
    await agent.kill()
    again = await start("agent", tmp_path / "echo.toml")

    assert again.first_line.startswith("echo-agent ready")
    assert (await again.end())[0] == 0


@pytest.mark.parametrize(
    ("change", "named"),
    [
        pytest.param(("agent_id", "agent_ident"), "did you mean agent/agent_id?", id="unknown key"),
        pytest.param(('"agent_test"', "7"), "agent/agent_id", id="wrong type"),
        pytest.param(
            ("[agent]", "[agent]\ndelivery.max_retries = 0"),
            "agent/delivery/max_retries",
            id="out of bounds",
        ),
        pytest.param(
            ("[agent]", "[agent]\nprotocol.min_version = 3\nprotocol.max_version = 2"),
            "agent/protocol/min_version = 3 is above agent/protocol/max_version = 2",
            id="versions crossed",
        ),
        pytest.param(("127.0.0.1:1", "nowhere"), "is not host:port", id="address"),
        pytest.param(("127.0.0.1:1", "core.example.com:1"), "needs TLS files", id="unsafe"),
        pytest.param(('/p"', '/echo.toml"'), "a file is in its place", id="pipe folder"),
        pytest.param(('/p"', "/" + "p" * 100 + '"'), "bytes of a pipe's name", id="long path"),
        pytest.param(("/agent/", "/echo.toml/"), "a file is in its place", id="ledger folder"),
        pytest.param(("[agent]", "[agent"), "is not TOML", id="not toml"),
    ],
)
async def test_what_cannot_be_used_is_said_in_a_sentence(
    tmp_path: Path, change: tuple[str, str], named: str
) -> None:
    said = await refusal("agent", write_settings(tmp_path, port=1, change=change))

    assert named in said
    assert len(said.splitlines()) == 1


async def test_an_agent_without_accounts_has_nothing_to_do(tmp_path: Path) -> None:
    settings = write_settings(tmp_path, port=1)
    text = settings.read_text().partition("[risk")[0].replace('["100"]', "[]")
    settings.write_text(text.replace('["200"]', "[]"))

    assert "no pipe to serve" in await refusal("agent", settings)


async def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert "nowhere.toml: No such file" in await refusal("agent", tmp_path / "nowhere.toml")


async def test_two_agents_do_not_share_a_ledger_or_a_pipe(agent: Program, tmp_path: Path) -> None:
    same_ledger = await refusal("agent", tmp_path / "echo.toml")
    other = tmp_path / "other.toml"
    text = (tmp_path / "echo.toml").read_text()
    other.write_text(text.replace("/agent/ledger", "/agent2/ledger"))
    same_pipes = await refusal("agent", other)

    assert "ledger.sqlite is in use by process" in same_ledger
    assert "echo_master_100.sock" in same_pipes
    assert state(tmp_path)["pid"] == agent.process.pid
