"""The experts need a compiler; without one their tests say so, and in CI they fail."""

import os
from collections.abc import Iterator

import pytest

from tests.mql.build import compiler
from tests.mql.terminal import Stable


@pytest.fixture(scope="session")
def has_compiler() -> None:
    """Skip, visibly, where nothing can be compiled; in CI that is a failure."""
    if compiler() is None:
        if os.environ.get("CI"):
            pytest.fail("g++ is missing: the experts could not be compiled")
        pytest.skip("g++ is missing: the experts are not compiled and not tested")


@pytest.fixture(scope="session")
def stable(has_compiler: None) -> Iterator[Stable]:
    """Give compiled experts; each test gets terminals of its own from them."""
    stable = Stable()
    yield stable
    stable.close()
