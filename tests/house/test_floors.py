"""House rule: a room imports only from the floors below it, and siblings never meet."""

import tomllib
from pathlib import Path

import pytest
from importlinter import api as import_linter
from importlinter.application import use_cases

from tests.house.sources import PACKAGE, ROOT, read

PYPROJECT = ROOT / "pyproject.toml"
CONTRACTS = tomllib.loads(read(PYPROJECT))["tool"]["importlinter"]["contracts"]


@pytest.fixture(autouse=True)
def in_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize("contract", [c["id"] for c in CONTRACTS])
def test_contract_is_kept(contract: str, capsys: pytest.CaptureFixture[str]) -> None:
    kept = use_cases.lint_imports(
        config_filename=str(PYPROJECT), limit_to_contracts=(contract,), cache_dir=None, no_logo=True
    )

    assert kept, capsys.readouterr().out


def test_every_room_has_a_floor() -> None:
    configuration = import_linter.read_configuration(str(PYPROJECT))
    [floors] = [c for c in configuration["contracts_options"] if c["type"] == "layers"]
    placed = {room.strip() for floor in floors["layers"] for room in floor.split("|")}
    rooms = {p.name for p in PACKAGE.iterdir() if p.is_dir() and any(p.glob("*.py"))}

    assert rooms <= placed
    assert floors["exhaustive"] in (True, "True")


def test_an_upward_import_would_be_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    probe = tmp_path / "echo_floor_probe"
    for room, line in (("domain", "import echo_floor_probe.apps.shell\n"), ("apps", "")):
        (probe / room).mkdir(parents=True)
        (probe / room / "__init__.py").write_text("")
        (probe / room / "shell.py").write_text(line)
    (probe / "__init__.py").write_text("")
    config = tmp_path / "probe.toml"
    config.write_text(
        '[tool.importlinter]\nroot_package = "echo_floor_probe"\n'
        '[[tool.importlinter.contracts]]\nname = "Floors"\ntype = "layers"\n'
        'containers = ["echo_floor_probe"]\nexhaustive = true\nlayers = ["apps", "domain"]\n'
    )
    monkeypatch.syspath_prepend(str(tmp_path))

    kept = use_cases.lint_imports(config_filename=str(config), cache_dir=None, no_logo=True)

    assert not kept
    assert "echo_floor_probe.domain.shell" in capsys.readouterr().out
