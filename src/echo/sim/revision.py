"""Which code it was that ran: for people as a revision, for programs as a digest."""

import subprocess
from functools import cache
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from shutil import which
from typing import Final

import echo

PACKAGE: Final = "echo-copier"
PATIENCE_S: Final = 5


@cache
def revision() -> str:
    """Return what git says about this code, or the package's version where git knows nothing."""
    return _described(Path(__file__)) or _packaged()


@cache
def code_digest() -> str:
    """Return a digest of all code of the package: equal digests, equal histories."""
    digest = blake2b(digest_size=8)
    for root in echo.__path__:
        for path in sorted(Path(root).rglob("*.py")):
            digest.update(str(path.relative_to(root)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _described(path: Path) -> str:
    """Ask git about *path*; empty = no git, no repository, or not a file of it."""
    git = which("git")
    if git is None:
        return ""
    answers = []
    for question in (
        ("ls-files", "--error-unmatch", path.name),
        ("describe", "--tags", "--always", "--dirty"),
    ):
        try:
            done = subprocess.run(  # noqa: S603 -- fixed words and this module's own name
                [git, "-C", str(path.parent), *question],
                capture_output=True,
                text=True,
                timeout=PATIENCE_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return ""
        if done.returncode:
            return ""
        answers.append(done.stdout.strip())
    return answers[-1]


def _packaged() -> str:
    try:
        return version(PACKAGE)
    except PackageNotFoundError:
        return "unknown"
