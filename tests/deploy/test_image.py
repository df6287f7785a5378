"""The Core's image: pinned, not root, and its steps, replayed without containers, do their work."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy.composition import COMPOSE
from tests.house.sources import ROOT
from tests.house.test_project import pins, runtime_names

DOCKERFILE = (COMPOSE / "Dockerfile").read_text(encoding="utf-8")
LOCK = COMPOSE / "requirements.lock"
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def steps(keyword: str) -> list[str]:
    joined = DOCKERFILE.replace("\\\n", " ")
    return [
        line.removeprefix(f"{keyword} ")
        for line in joined.splitlines()
        if line.startswith(f"{keyword} ")
    ]


def test_it_pins_what_it_stands_on_and_does_not_run_as_root() -> None:
    bases = {each.split()[0] for each in steps("FROM")}

    assert len(bases) == 1
    assert re.fullmatch(r"python:\d+\.\d+\.\d+-slim-\w+", bases.pop())
    assert steps("USER") == ["$ECHO_UID:$ECHO_GID"]
    assert {"ECHO_UID=10001", "ECHO_GID=10001"} == set(steps("ARG"))


def test_everything_that_is_copied_is_there_and_not_ignored() -> None:
    ignored = (COMPOSE / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    let_in = [line.removeprefix("!") for line in ignored if line.startswith("!")]
    copied = [
        source
        for each in steps("COPY")
        if "--from=" not in each
        for source in each.removeprefix("--chmod=0755 ").split()[:-1]
    ]

    assert "src" in copied
    for source in copied:
        assert (ROOT / source).exists()
        assert source in let_in


def test_its_lock_has_everything_that_a_program_can_use_in_the_versions_that_are_tested() -> None:
    mine, tested = pins("deploy/compose/requirements.lock"), pins("requirements-dev.lock")
    windows_only = {"pywin32"}

    assert runtime_names() - windows_only <= set(mine)
    assert {name: found for name, found in mine.items() if tested.get(name) != found} == {}


def test_every_package_of_its_lock_has_a_hash_and_none_a_host() -> None:
    text = LOCK.read_text(encoding="utf-8")
    packages = re.split(r"\n(?=[a-z0-9])", text.split("make lock\n", 1)[1])

    assert len(packages) > 30
    assert all(HASH.search(each) for each in packages)
    assert "://" not in text


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Take the build's steps in a folder, in place of an image, and return the environment."""
    if "CI" not in os.environ:
        pytest.skip(
            "all packages are installed anew, which takes a minute: set CI=1 to see it done"
        )
    folder = tmp_path_factory.mktemp("image")
    environment = folder / "echo"
    for step in steps("RUN")[:3]:
        command = (
            step.replace("/opt/echo", str(environment))
            .replace("python -m venv", f"{sys.executable} -m venv")
            .replace("-r requirements.lock", f"-r {LOCK}")
            .replace("--no-cache-dir ", "")
            .replace("--no-build-isolation .", f"--no-build-isolation {ROOT}")
        )
        done = subprocess.run(
            command.split(), capture_output=True, text=True, timeout=240, check=False, cwd=folder
        )
        assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
    return environment


def test_what_was_built_runs_without_the_checkout(replayed: Path) -> None:
    def said(*command: str) -> str:
        done = subprocess.run(
            [str(replayed / "bin" / command[0]), *command[1:]],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            cwd=replayed,
            env={"PATH": "/usr/bin:/bin"},
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "--config" in said("echo-core", "--help")
    assert "demo" in said("echoctl", "--help")
    where = said(
        "python", "-c", "import echo, asyncpg, pymongo, opentelemetry; print(echo.__path__)"
    )
    assert str(ROOT) not in where
