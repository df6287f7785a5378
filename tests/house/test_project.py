"""House rule: what is installed is pinned, comes from nowhere in particular, and has a reason."""

import re
import tomllib
from typing import Any

import pytest

from tests.house.sources import ROOT, read

PROJECT: dict[str, Any] = tomllib.loads(read(ROOT / "pyproject.toml"))
LOCKS = ("requirements.lock", "requirements-dev.lock", "deploy/windows/installer.lock")
PIN = re.compile(r"^([a-z0-9][a-z0-9.-]*)==([^\s;\\]+)", re.MULTILINE)


def names(requirements: list[Any]) -> set[str]:
    return {
        re.split(r"[\s<>=!~;\[]", requirement, maxsplit=1)[0].lower()
        for requirement in requirements
        if isinstance(requirement, str)
    }


def runtime_names() -> set[str]:
    extras = PROJECT["project"].get("optional-dependencies", {}).values()
    return names(PROJECT["project"]["dependencies"]).union(*(names(extra) for extra in extras))


def developer_names() -> set[str]:
    groups = PROJECT["dependency-groups"].values()
    build = PROJECT["build-system"]["requires"]
    return names(build).union(*(names(group) for group in groups))


def pins(lock: str) -> dict[str, str]:
    return dict(PIN.findall(read(ROOT / lock)))


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_a_hash(lock: str) -> None:
    entries = re.split(r"\n(?=[a-z0-9])", read(ROOT / lock))
    pinned = [entry for entry in entries if PIN.match(entry)]

    assert pinned
    assert [entry.splitlines()[0] for entry in pinned if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_names_no_place(lock: str) -> None:
    offending = [
        line
        for line in read(ROOT / lock).splitlines()
        if "://" in line
        or " @ " in line
        or "# via" in line
        or re.match(r"\s*(-[a-z]|--(?!hash=))", line)
        or re.search(r"(^|\s)[./~]\S*/", line)
    ]

    assert not offending, "\n".join(["", *offending])


def embedded_names() -> set[str]:
    """What the embedded default runs on: drivers of servers are installed where they are used."""
    extras = PROJECT["project"]["optional-dependencies"]
    return names(
        [*PROJECT["project"]["dependencies"], *extras["core"], *extras["agent"]],
    )


def test_locks_pin_everything_that_is_asked_for() -> None:
    assert embedded_names() <= set(pins("requirements.lock"))
    assert runtime_names() | developer_names() <= set(pins("requirements-dev.lock"))


def test_tests_run_on_the_versions_that_users_run() -> None:
    developing = pins("requirements-dev.lock")
    differing = {n: v for n, v in pins("requirements.lock").items() if developing.get(n) != v}

    assert differing == {}


def test_every_dependency_has_its_reason_written_down() -> None:
    decisions = "\n".join(read(page) for page in sorted((ROOT / "docs/adr").glob("*.md")))
    nameless = {
        name
        for name in runtime_names() | developer_names()
        if not re.search(rf"`{re.escape(name)}`", decisions, re.IGNORECASE)
    }

    assert nameless == set()


def test_decisions_have_one_form() -> None:
    headings = ["## Context", "## Decision", "## Consequences"]
    pages = sorted((ROOT / "docs/adr").glob("[0-9]*.md"))
    misshapen = [
        page.name
        for page in pages
        if [line for line in read(page).splitlines() if line.startswith("## ")] != headings
    ]

    assert misshapen == []
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))


def test_changelog_knows_the_version() -> None:
    changelog = read(ROOT / "CHANGELOG.md")

    assert f"## [{PROJECT['project']['version']}]" in changelog or "## [Unreleased]" in changelog
