"""The release workflow: every file, program and target that it names is there, and no secret is.

It runs on machines of GitHub; that it runs there is not shown here.
"""

import re
from functools import cache
from typing import Any

import pytest

from tests.deploy.composition import read_yaml
from tests.house.sources import ROOT, read

WORKFLOW = ROOT / ".github" / "workflows" / "release.yml"
TEXT = read(WORKFLOW)
MADE_THERE = ("dist", "build", ".venv")
"""Folders of what the workflow makes itself."""


@cache
def jobs() -> dict[str, Any]:
    found: dict[str, Any] = read_yaml(TEXT)["jobs"]
    return found


def steps() -> list[dict[str, Any]]:
    return [step for job in jobs().values() for step in job["steps"]]


def commands() -> str:
    return "\n".join(step["run"] for step in steps() if "run" in step)


def uses(action: str) -> list[dict[str, Any]]:
    return [step["with"] for step in steps() if step.get("uses", "").startswith(f"{action}@")]


def test_it_builds_on_both_systems_before_it_publishes() -> None:
    assert set(jobs()) == {"linux", "windows", "publish"}
    assert jobs()["windows"]["runs-on"].startswith("windows-")
    assert jobs()["publish"]["needs"] == ["linux", "windows"]


def test_it_needs_no_secret_and_only_publishing_may_write() -> None:
    assert "secrets." not in TEXT
    assert read_yaml(TEXT)["permissions"] == {"contents": "read"}
    assert [name for name, job in jobs().items() if "permissions" in job] == ["publish"]
    assert "--draft" in jobs()["publish"]["steps"][-1]["run"]


def test_every_file_that_it_names_is_there() -> None:
    words = re.findall(r"[\w.-]+(?:/[\w.-]+)+|[\w-]+\.(?:lock|md|py|sh)\b", commands())
    named = {word for word in words if word.partition("/")[0] not in MADE_THERE}

    assert named >= {"tools/test_packages.sh", "requirements.lock", "tests/native/windows_pipes.py"}
    assert [word for word in sorted(named) if not (ROOT / word).exists()] == []


def test_every_module_that_it_runs_is_there() -> None:
    modules = set(re.findall(r"python -m ([\w.]+)", commands())) - {"pip"}
    lost = [each for each in modules if not (ROOT / f"{each.replace('.', '/')}.py").is_file()]

    assert modules >= {"tools.windows_installer", "tools.bill_of_materials", "tests.native.build"}
    assert lost == []


def test_every_target_of_make_is_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", read(ROOT / "Makefile"), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z-]+)", commands()))

    assert named
    assert named <= targets


@pytest.mark.parametrize("step", [each for each in re.findall(r"uses: (\S+)", TEXT)])
def test_every_action_has_a_version(step: str) -> None:
    assert re.fullmatch(r"actions/[\w-]+@v\d+", step)


def test_what_a_job_fetches_another_one_has_made() -> None:
    made = {each["name"] for each in uses("actions/upload-artifact")}
    fetched = {each["name"] for each in uses("actions/download-artifact")}

    assert fetched == made


def test_what_is_installed_there_is_pinned() -> None:
    installed = [line for line in commands().splitlines() if "pip install" in line]

    assert all("--require-hashes" in line or "--no-deps" in line for line in installed)
    assert re.search(r"choco install nsis --version=\d", commands())


def test_python_is_the_oldest_that_echo_runs_on() -> None:
    versions = {each["python-version"] for each in uses("actions/setup-python")}

    assert versions == {"3.11"}
    assert 'requires-python = ">=3.11"' in read(ROOT / "pyproject.toml")
