"""The DLL at work: a Windows program checks it under Wine, in each width that Wine here can run."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.native.build import ROOT, TOOLS, build, tools_missing

HERE = Path(__file__).parent
LOADERS = {"x64": Path("/usr/lib/wine/wine64"), "x86": Path("/usr/lib/wine/wine")}
CHECKS = 24


@pytest.fixture(scope="session")
def prefix(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the environment of a fresh Wine."""
    folder = tmp_path_factory.mktemp("wine")
    quiet = {"WINEDEBUG": "-all", "WINEDLLOVERRIDES": "mscoree,mshtml,winemenubuilder.exe="}
    return {**os.environ, **quiet, "WINEPREFIX": str(folder / "prefix"), "HOME": str(folder)}


def test_the_agents_pipes_hold_what_the_port_promises(
    prefix: dict[str, str], tmp_path: Path
) -> None:
    """The pipe server on Windows Python, with the DLL as its client."""
    python = os.environ.get("ECHO_WINDOWS_PYTHON")
    if python is None or tools_missing() or not LOADERS["x64"].exists():
        pytest.skip("ECHO_WINDOWS_PYTHON names no python.exe of Windows: its pipes are not tested")
    program = [str(HERE / "windows_pipes.py"), str(build("x64", tmp_path)), str(ROOT / "src")]
    rows = run(LOADERS["x64"], [python, *program], prefix)

    assert [row for row in rows if row.startswith("FAIL")] == []
    assert rows[-1].startswith("0 failures")


def test_a_verdict_comes_from_a_core_here_to_a_terminal_there(
    prefix: dict[str, str], tmp_path: Path
) -> None:
    """Core on Linux, gRPC, Agent on Windows Python, named pipe, DLL."""
    python = os.environ.get("ECHO_WINDOWS_PYTHON")
    if python is None or tools_missing() or not LOADERS["x64"].exists():
        pytest.skip("ECHO_WINDOWS_PYTHON names no python.exe of Windows: no Agent runs on it")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
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
        rows = run(LOADERS["x64"], [python, program, dll, str(ROOT / "src"), str(agent)], prefix)
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
    subprocess.run(["wineserver", "-k"], env=environment, check=False)
    return ran.stdout.decode(errors="replace").splitlines()


@pytest.mark.parametrize("width", list(TOOLS))
def test_every_check_passes(width: str, prefix: dict[str, str], tmp_path: Path) -> None:
    loader = LOADERS[width]
    if tools_missing() or not loader.exists() or shutil.which("wineserver") is None:
        if os.environ.get("CI") and width == "x64":
            pytest.fail("no Wine, or no mingw: the DLL does not run here")
        pytest.skip(f"no Wine for {width}, or no mingw: the DLL does not run here")
    dll = build(width, tmp_path)
    program = tmp_path / "checks.exe"
    subprocess.run(
        [
            f"{TOOLS[width]}-gcc",
            *("-O1", "-Wall", "-DUNICODE", "-static-libgcc"),
            *("-o", str(program), str(HERE / "checks.c")),
        ],
        check=True,
    )
    rows = run(loader, [str(program), str(dll)], prefix)

    assert [row for row in rows if row.startswith("FAIL")] == []
    assert sum(row.startswith("ok") for row in rows) >= CHECKS
    assert rows[-1].startswith("0 failures")
