import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path

import pytest

import echo
from echo.sim import revision as module
from echo.sim.revision import code_digest, revision


@pytest.fixture(autouse=True)
def _asked_anew() -> None:
    revision.cache_clear()


def test_there_always_is_a_revision() -> None:
    assert revision()
    assert revision() != "unknown"


def test_without_git_it_is_the_version_of_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "which", lambda _: None)
    assert revision() == version(module.PACKAGE)
    revision.cache_clear()


def test_without_git_and_without_a_package_it_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "which", lambda _: None)
    monkeypatch.setattr(module, "PACKAGE", "no-such-package-anywhere")
    assert revision() == "unknown"
    revision.cache_clear()


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_git_is_believed_about_its_own_files_only(tmp_path: Path) -> None:
    def git(*words: str) -> None:
        subprocess.run(["git", "-C", str(tmp_path), *words], check=True, capture_output=True)

    git("init", "-q")
    mine = tmp_path / "mine.py"
    mine.write_text("")
    assert module._described(mine) == ""
    git("add", "mine.py")
    git("-c", "user.name=n", "-c", "user.email=e@example.org", "commit", "-q", "-m", "first")
    assert len(module._described(mine)) >= 7
    mine.write_text("changed")
    assert module._described(mine).endswith("-dirty")


def test_a_git_that_does_not_start_says_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(module, "which", lambda _: str(tmp_path / "no-git"))
    assert module._described(tmp_path / "mine.py") == ""


def test_the_digest_of_the_code_is_that_of_its_files(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    real = code_digest()
    assert real == code_digest()
    monkeypatch.setattr(echo, "__path__", [str(tmp_path)])
    digests = set()
    for text in ("one", "two"):
        (tmp_path / "a.py").write_text(text)
        code_digest.cache_clear()
        digests.add(code_digest())
    code_digest.cache_clear()
    assert len(digests | {real}) == 3
