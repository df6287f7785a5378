"""``echo-core`` as a process: ready, changed settings, orderly and disorderly ends, refusals."""

import json
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import grpc.aio
import pytest

from echo.links.grpc_client import GrpcCoreLink
from echo.links.system_clock import SystemClock
from echo.links.system_ids import SystemIds
from echo.services.core.recorder import read_recording
from echo.wire.pb import agent_pb2 as pb
from echo.wire.pb.agent_pb2_grpc import AgentServiceStub
from tests.apps.programs import Program, refusal, start, write_settings
from tests.fakes import until_real
from tests.links.grpc_peers import AGENT, Agent, hello
from tests.links.linked import linked


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[Program]:
    program = await start("core", write_settings(tmp_path))
    yield program
    await program.kill()


def state(folder: Path) -> dict[str, object]:
    told: dict[str, object] = json.loads((folder / "core" / "core.state.json").read_text())
    return told


def port_of(folder: Path) -> int:
    return int(str(state(folder)["address"]).rpartition(":")[2])


def link_to(port: int) -> GrpcCoreLink:
    return GrpcCoreLink("127.0.0.1", port, AGENT, SystemClock(), SystemIds())


async def test_it_says_when_it_serves_and_where(core: Program, tmp_path: Path) -> None:
    assert core.first_line.startswith("echo-core ready")
    assert state(tmp_path) == {
        "ready": True,
        "pid": core.process.pid,
        "address": f"127.0.0.1:{port_of(tmp_path)}",
        "admin": state(tmp_path)["admin"],
    }
    assert str(port_of(tmp_path)) in core.first_line
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port_of(tmp_path)}") as channel:
        pong = await AgentServiceStub(channel).Ping(pb.PingRequest(agent_id=AGENT))
    assert pong.ready


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_told_to_stop_it_ends_in_order(
    core: Program, tmp_path: Path, number: signal.Signals
) -> None:
    agent = Agent(hello())
    async with linked(0, agent, link_to(port_of(tmp_path))):
        await until_real(lambda: agent.said)
        core.signal(number)
        code, errors = await core.ended()

    assert code == 0
    assert "Traceback" not in errors
    assert not (tmp_path / "core" / "core.state.json").exists()


async def test_it_ends_with_whoever_started_it(tmp_path: Path) -> None:
    core = await start("core", write_settings(tmp_path))
    core.hang_up()

    assert (await core.ended())[0] == 0
    assert not (tmp_path / "core" / "core.state.json").exists()


async def test_after_a_kill_it_starts_as_ever(core: Program, tmp_path: Path) -> None:
    await core.kill()

    again = await start("core", tmp_path / "echo.toml")

    assert again.first_line.startswith("echo-core ready")
    assert state(tmp_path)["pid"] == again.process.pid
    assert (await again.end())[0] == 0


async def test_changed_settings_count_without_a_restart(core: Program, tmp_path: Path) -> None:
    agent = Agent(hello())
    async with linked(0, agent, link_to(port_of(tmp_path))):
        await until_real(lambda: agent.said)
        changed = "[core]\ndelivery.max_retries = 77\n"
        write_settings(tmp_path, change=("[core]\n", changed))

        await until_real(
            lambda: any(getattr(each, "max_retries", None) == 77 for each in agent.said)
        )


async def test_settings_that_cannot_be_used_change_nothing_and_are_told(
    core: Program, tmp_path: Path
) -> None:
    write_settings(tmp_path, change=("[core]\n", "[core]\nnonsense = 1\n"))
    assert core.process.stderr is not None
    line = json.loads(await core.process.stderr.readline())

    assert (line["fact"], line["code"]) == ("Alarm", "SETTINGS_INVALID")
    assert state(tmp_path)["ready"] is True
    assert (await core.end())[0] == 0


async def test_a_recording_can_be_read_back(tmp_path: Path) -> None:
    day = tmp_path / "day.jsonl"
    settings = write_settings(tmp_path, change=("[core]\n", f'[core]\nrecord_file = "{day}"\n'))
    core = await start("core", settings)
    agent = Agent(hello())
    async with linked(0, agent, link_to(port_of(tmp_path))):
        await until_real(lambda: agent.said)
    await core.end()

    with day.open("rb") as lines:
        kinds = [type(event).__name__ for event, _ in read_recording(lines)]
    assert kinds[:3] == ["SettingsRead", "Started", "AgentJoined"]


FIXED_RISK = 'risk_type = "FIXED_RISK"\namount = 100'


@pytest.mark.parametrize(
    ("change", "named"),
    [
        pytest.param(("grpc_port", "grpc_prt"), "did you mean core/grpc_port?", id="unknown key"),
        pytest.param(("grpc_port = 0", 'grpc_port = "x"'), "core/grpc_port", id="wrong type"),
        pytest.param(("grpc_port = 0", "grpc_port = 70000"), "70000", id="out of bounds"),
        pytest.param(("grpc_port = 0", 'bind = "0.0.0.0"'), "needs TLS files", id="unsafe bind"),
        pytest.param(
            ("grpc_port = 0", 'grpc_port = 0\ntls.cert_file = "c"\ntls.key_file = "k"'),
            "TLS file",
            id="missing tls file",
        ),
        pytest.param(
            ("grpc_port = 0", 'record_file = "/proc/none/x"'),
            "/proc/none/x",
            id="unwritable recording",
        ),
        pytest.param(("/core", "/echo.toml"), "a file is in its place", id="unwritable folder"),
        pytest.param(("[core]", "[core"), "is not TOML", id="not toml"),
        pytest.param(("lot_size", "amount"), "lot_size", id="policy without sense"),
        pytest.param(
            ('risk_type = "FIXED_LOT"\nlot_size = 0.1', FIXED_RISK),
            "currency",
            id="fixed risk without currency",
        ),
        pytest.param(
            ("[core]", "[core]\nprotocol.min_version = 3\nprotocol.max_version = 2"),
            "core/protocol/min_version = 3 is above core/protocol/max_version = 2",
            id="versions crossed",
        ),
    ],
)
async def test_what_cannot_be_used_is_said_in_a_sentence(
    tmp_path: Path, change: tuple[str, str], named: str
) -> None:
    said = await refusal("core", write_settings(tmp_path, change=change))

    assert named in said
    assert len(said.splitlines()) == 1


async def test_a_missing_file_is_named(tmp_path: Path) -> None:
    said = await refusal("core", tmp_path / "nowhere.toml")

    assert said == f"{tmp_path / 'nowhere.toml'}: No such file or directory"


async def test_two_cores_do_not_share_a_port_or_a_folder(core: Program, tmp_path: Path) -> None:
    before = state(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    same_port = await refusal("core", write_settings(other, port=port_of(tmp_path)))
    same_folder = await refusal("core", tmp_path / "echo.toml")

    assert same_port == (f"cannot listen on 127.0.0.1:{port_of(tmp_path)}: Address already in use")
    assert "journal.sqlite is in use by process" in same_folder
    assert state(tmp_path) == before, "whoever was refused leaves what the first one says"
