"""The figures of the EAs' own code come from the demo and from what the experts note."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bench import experts


def test_the_demo_is_played_with_experts_and_their_reactions_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def play(command: list[str], env: dict[str, str], **_: Any) -> subprocess.CompletedProcess[str]:
        asked.extend(command)
        Path(env["ECHO_REACTIONS"]).write_text("1500\n900\n")
        told = json.dumps({"latency_ms": {"p50": 3.0}})
        return subprocess.CompletedProcess(command, 0, stdout=told)

    monkeypatch.setattr(subprocess, "run", play)

    told = experts.demo(tmp_path, 7)

    assert told["reactions_ms"] == [1.5, 0.9]
    assert told["latency_ms"] == {"p50": 3.0}
    assert asked[asked.index("--terminals") + 1] == "ea"
    assert asked[asked.index("--seconds") + 1] == "7"
