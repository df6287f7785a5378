"""The whole chain: Core here, Agent on Windows, experts of both platforms with the real DLL."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.native import wine
from tests.native.build import ROOT, build
from tests.native.experts import compilers_missing

HERE = Path(__file__).parent
PAIRS = [f"{master} to {slave}" for master in ("mt4", "mt5") for slave in ("mt4", "mt5")]


# Four compilations and a minute of trading, on a machine that may be busy with other things.
@pytest.mark.timeout(900)
def test_agent_and_core_are_killed_again_and_again_and_the_books_agree(
    prefix: dict[str, str],
    windows_python: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert compilers_missing() == []
    chain = [sys.executable, "-m", "tests.native.chain", str(tmp_path / "chain")]
    (tmp_path / "chain").mkdir()
    with subprocess.Popen(
        chain, cwd=ROOT, env=prefix, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as playing:
        said, complaint = playing.communicate(timeout=600)
    pipe = _raw_pipe(prefix, windows_python, tmp_path)

    assert said, complaint
    told = json.loads(said)
    _print(told, pipe, capsys)
    assert (told["lost"], told["duplicated"], told["orphans"]) == (0, 0, 0), said
    assert (told["unexplained"], told["held"]) == (0, 0), said
    assert told["killed"] == {"agent": 3, "core": 3}
    assert told["starts"]["agent"] >= 4
    assert told["starts"]["core"] >= 4
    for pair in PAIRS:
        for outcome in ("filled", "modified", "reduced", "closed"):
            assert told["pairs"].get(f"{pair}: {outcome}", 0) > 0, said


def _raw_pipe(prefix: dict[str, str], python: str, folder: Path) -> str:
    """Measure the pipe alone: a Python of Windows on both ends, one of them through the DLL."""
    program = [str(HERE / "windows_pipes.py"), str(build("x64", folder)), str(ROOT / "src")]
    ran = subprocess.run(
        [wine.LOADERS["x64"], python, *program],
        env=prefix,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )
    wine.end(prefix)
    rows = ran.stdout.decode(errors="replace").splitlines()
    return next((row.strip() for row in rows if "round trip" in row), "not measured")


def _print(told: dict[str, object], pipe: str, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print(
            f"\n    whole chain under Wine: {told['actions']} actions, {told['outcomes']}"
            f"\n    killed {told['killed']}, quiet after {told['drained_s']} s"
            f"\n    EA to EA before the first kill: {told['undisturbed_ms']} ms"
            f"\n    reaction of the slaves, pipe to order: {told['reaction_ms']} ms"
            f"\n    raw pipe of the same run: {pipe}"
        )
