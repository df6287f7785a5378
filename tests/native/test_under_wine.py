"""The DLL at work: a Windows program checks it under Wine, in each width that Wine here can run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.native import wine
from tests.native.build import ROOT, TOOLS, build
from tests.native.wine import LOADERS
from tests.servers.ports import free_port

HERE = Path(__file__).parent
CHECKS = 34


def test_the_agents_pipes_hold_what_the_port_promises(
    prefix: dict[str, str], windows_python: str, tmp_path: Path
) -> None:
    """The pipe server on Windows Python, with the DLL as its client."""
    program = [str(HERE / "windows_pipes.py"), str(build("x64", tmp_path)), str(ROOT / "src")]
    rows = run(LOADERS["x64"], [windows_python, *program], prefix)

    assert [row for row in rows if row.startswith("FAIL")] == []
    assert rows[-1].startswith("0 failures")


def test_a_verdict_comes_from_a_core_here_to_a_terminal_there(
    prefix: dict[str, str], windows_python: str, tmp_path: Path
) -> None:
    """Core on Linux, gRPC, Agent on Windows Python, named pipe, DLL."""
    port = free_port()
    core, agent = tmp_path / "core.toml", tmp_path / "agent.toml"
    core.write_text(
        f'[core]\nbind = "127.0.0.1"\ngrpc_port = {port}\nstate_dir = "{tmp_path}/core"\n'
        'admin.port = 0\nslave_accounts = ["70001"]\ncanonical_symbols = ["EURUSD"]\n'
        '[risk."70001"."*"]\nrisk_type = "FIXED_LOT"\nlot_size = 0.1\n'
    )
    agent.write_text(
        '[agent]\nagent_id = "agent_wine"\nslave_accounts = ["70001"]\n'
        'pipe_dir = "C:/echo/pipes"\ndelivery.ledger_path = "C:/echo/agent/ledger.sqlite"\n'
        f'[endpoints]\ncore_addr = "127.0.0.1:{port}"\n'
    )
    command = [sys.executable, "-m", "echo.apps.core", "--config", str(core)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        running.stdout.readline()
        program = str(HERE / "windows_agent.py")
        dll = str(build("x64", tmp_path))
        command = [windows_python, program, dll, str(ROOT / "src"), str(agent)]
        rows = run(LOADERS["x64"], command, prefix)
        running.terminate()

    assert rows[-1].startswith("ok"), rows


def run(loader: Path, command: list[str], environment: dict[str, str]) -> list[str]:
    """Run a Windows program to its end and return what it printed."""
    ran = subprocess.run(
        [loader, *command],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=240,
        check=False,
    )
    wine.end(environment)
    return ran.stdout.decode(errors="replace").splitlines()


@pytest.mark.parametrize("width", list(TOOLS))
def test_every_check_passes(width: str, prefix: dict[str, str], tmp_path: Path) -> None:
    loader = LOADERS[width]
    dll = build(width, tmp_path)
    program = tmp_path / "checks.exe"
    subprocess.run(
        [
            f"{TOOLS[width]}-gcc",
            *("-O1", "-Wall", "-DUNICODE", "-static-libgcc"),
            *("-o", str(program), str(HERE / "checks.c"), "-luser32"),
        ],
        check=True,
    )
    rows = run(loader, [str(program), str(dll)], prefix)

    assert [row for row in rows if row.startswith("FAIL")] == []
    assert sum(row.startswith("ok") for row in rows) >= CHECKS
    assert rows[-1].startswith("0 failures")
