"""Secrets made by the script that people run, in a folder of the test's own."""

import os
import shutil
import subprocess
from pathlib import Path

from tests.deploy.composition import COMPOSE, missing


def run_script(path: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run one of the compose folder's scripts."""
    return subprocess.run(
        [str(path), *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **environment},
    )


def openssl(*arguments: str | Path) -> str:
    """Ask OpenSSL, and return what it says."""
    if shutil.which("openssl") is None:
        missing("openssl")
    done = subprocess.run(
        ["openssl", *map(str, arguments)], capture_output=True, text=True, timeout=30, check=False
    )
    return done.stdout + done.stderr


def make_secrets(folder: Path, *arguments: str, names: str = "") -> Path:
    """Make the secrets and return their folder."""
    if shutil.which("openssl") is None:
        missing("openssl")
    done = run_script(
        COMPOSE / "secrets.sh", *arguments, ECHO_SECRETS=str(folder), ECHO_NAMES=names
    )
    assert done.returncode == 0, done.stderr
    return folder
