"""What runs under Wine is run by ``make test-windows``; elsewhere it is skipped, and says so."""

import os
import subprocess
from collections.abc import Iterator

import pytest

from tests.native import wine


@pytest.fixture(scope="session")
def prefix(
    windows_python: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """Give the environment of a fresh Wine for both widths."""
    environment = wine.environment(tmp_path_factory.mktemp("wine"))
    for width in wine.LOADERS:
        if sentence := wine.missing(width):
            if os.environ.get("CI"):
                pytest.fail(f"{sentence}: what runs on Windows cannot be tested")
            pytest.skip(f"{sentence}: what runs on Windows is not tested")
    subprocess.run(
        ["wine", "wineboot", "-i"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    yield environment
    wine.end(environment)


@pytest.fixture(scope="session")
def windows_python() -> str:
    """Name the Python of Windows that ``make test-windows`` has put together."""
    python = os.environ.get(wine.PYTHON)
    if python is None:
        pytest.skip("only make test-windows runs what is for Windows")
    return python
