"""What the compose file comes to, read by programs that know its form and not ours."""

import json
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.house.sources import ROOT

COMPOSE = ROOT / "deploy" / "compose"
READS_YAML = "import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout, default=str)"
SYSTEM_PYTHON = "/usr/bin/python3"
"""Debian's own, for which Debian's package of a YAML reader is."""


def missing(what: str) -> None:
    """Skip what needs *what*; in CI fail."""
    assert "CI" not in os.environ, f"{what} is missing: tools/test_packages.sh installs it"
    pytest.skip(f"{what} is not installed: tools/test_packages.sh, as root, on Debian")


def read_yaml(text: str) -> Any:
    """Return what a YAML text says."""
    done = (
        subprocess.run(
            [SYSTEM_PYTHON, "-I", "-c", READS_YAML],
            input=text,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        if Path(SYSTEM_PYTHON).exists()
        else None
    )
    if done is None or "No module named 'yaml'" in done.stderr:
        missing("python3-yaml")
    assert done is not None
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@cache
def config_of(*places: str) -> Any:
    """Return what a configuration file below ``deploy/compose`` says."""
    return read_yaml(COMPOSE.joinpath(*places).read_text(encoding="utf-8"))


@cache
def composition() -> dict[str, Any]:
    """Return the compose file with everything filled in, as Compose understands it."""
    program = shutil.which("docker-compose")
    if program is None:
        missing("docker-compose")
    done = subprocess.run(
        [
            str(program),
            *("--env-file", str(COMPOSE / ".env.example")),
            *("--file", str(COMPOSE / "compose.yaml")),
            *("--profile", "desk", "config"),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")},
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = read_yaml(done.stdout)
    return found


def services() -> dict[str, Any]:
    """Return the services by name."""
    found: dict[str, Any] = composition()["services"]
    return found
