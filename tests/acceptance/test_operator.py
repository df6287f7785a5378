"""A person at the running Core: real programs, asked over the command line, audited afterwards."""

import asyncio
import json
import socket
import stat
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.apps.programs import Program, begin, refusal, start, write_settings

pytestmark = pytest.mark.no_cover

UNKNOWN = "01890a5d-ac96-774b-bcce-b302099a8057"


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[Program]:
    program = await start("core", write_settings(tmp_path))
    yield program
    await program.kill()


async def echoctl(*arguments: str) -> tuple[int, str, str]:
    """Run the real program; return exit code, standard output and standard error."""
    program = await begin(sys.executable, "-m", "echo.apps.cli.main", *arguments)
    code, errors = await program.ended()
    return code, f"{program.first_line}\n{program.last_words}".strip(), errors


async def test_a_person_asks_is_refused_and_audits(core: Program, tmp_path: Path) -> None:
    here = ("--config", str(tmp_path / "echo.toml"))

    listed = await echoctl("replicator", "pending", *here)
    settled = await echoctl("replicator", "settle", UNKNOWN, "--as", "failed", "--json", *here)
    compared = await echoctl("replicator", "reconcile", "--by", "ana", *here)
    running = await echoctl("audit", "run", *here)
    await core.end()
    stopped = await echoctl("audit", "run", "--json", *here)
    alone = await echoctl("replicator", "pending", *here)

    assert listed == (0, "nothing is pending", "")
    assert settled[0] == 1
    assert json.loads(settled[1])["code"] == "unknown_command"
    assert "see what is unresolved: echoctl replicator pending" in settled[2]
    assert compared[:2] == (0, "0 sent again, 0 left as they are")
    assert running[0] == 0
    assert running[1].endswith("kept what was promised")
    assert (stopped[0], json.loads(stopped[1])["ok"]) == (0, True)
    assert alone[0] == 3
    assert "start it with echo-core" in alone[2]


async def test_what_a_person_did_is_in_the_log_and_in_the_journal(
    core: Program, tmp_path: Path
) -> None:
    here = ("--config", str(tmp_path / "echo.toml"))
    await echoctl("replicator", "reconcile", "--by", "ana", *here)
    await echoctl("replicator", "resend", UNKNOWN, "--by", "berta", *here)
    _, errors = await core.end()

    acts = [json.loads(line) for line in errors.splitlines() if '"OperatorActed"' in line]
    assert [(each["by"], each["action"], each["done"]) for each in acts] == [
        ("ana", "reconcile", True),
        ("berta", "resend", False),
    ]


async def test_the_token_is_its_owners_and_goes_with_the_core(
    core: Program, tmp_path: Path
) -> None:
    token = tmp_path / "core" / "admin.token"
    assert stat.S_IMODE(token.stat().st_mode) == 0o600

    code, _ = await core.end()

    assert code == 0
    assert not token.exists()


async def test_health_is_asked_without_a_token(core: Program, tmp_path: Path) -> None:
    told = json.loads((tmp_path / "core" / "core.state.json").read_text())
    host, _, port = str(told["admin"]).rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"GET /health/ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()

    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(b'{"ready":true}')


async def test_a_port_in_use_is_told_at_start(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        settings = write_settings(tmp_path, change=("admin.port = 0", f"admin.port = {port}"))

        sentence = await refusal("core", settings)

    assert f"the admin door cannot listen on 127.0.0.1:{port}" in sentence
    assert "core/admin/port" in sentence


async def test_a_door_beyond_loopback_needs_tls(tmp_path: Path) -> None:
    change = ("admin.port = 0", 'admin.bind = "0.0.0.0"')

    sentence = await refusal("core", write_settings(tmp_path, change=change))

    assert "the admin door on 0.0.0.0 needs TLS files" in sentence


async def test_a_core_without_a_door_says_how_to_get_one(tmp_path: Path) -> None:
    settings = write_settings(tmp_path, change=("admin.port = 0", "admin.enabled = false"))
    core = await start("core", settings)

    code, _, errors = await echoctl("replicator", "pending", "--config", str(settings))

    assert code == 2
    assert "set it to true and restart the Core" in errors
    assert not (tmp_path / "core" / "admin.token").exists()
    await core.end()


async def test_an_entry_is_explained_by_the_core_that_runs(core: Program, tmp_path: Path) -> None:
    asked = ("policy", "explain", "--symbol", "EURUSD", "--side", "BUY", "--json", "--config")

    code, out, errors = await echoctl(*asked, str(tmp_path / "echo.toml"), "--account", "404")

    assert code == 1
    assert json.loads(out)["code"] == "unknown_account"
    assert "see which accounts there are" in errors
