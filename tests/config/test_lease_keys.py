from pathlib import Path

import pytest

from echo.config.lease_keys import LeaseSettings, lease_settings
from echo.config.reading import read_settings


def test_a_core_by_itself_needs_none() -> None:
    assert lease_settings(read_settings({}).values) is None


def test_by_default_it_lies_beside_the_journal() -> None:
    flat = {"core/lease/kind": "file", "core/state_dir": "desk"}

    settings = lease_settings(read_settings(flat).values)

    assert settings == LeaseSettings(file=Path("desk/journal.lease"), ttl_ms=10_000, name=None)


def test_everything_can_be_said() -> None:
    flat = {
        "core/lease/kind": "file",
        "core/lease/file": "elsewhere/lease",
        "core/lease/ttl_ms": 2_000,
        "core/lease/name": "left",
    }

    settings = lease_settings(read_settings(flat).values)

    assert settings == LeaseSettings(file=Path("elsewhere/lease"), ttl_ms=2_000, name="left")


@pytest.mark.parametrize(("key", "value"), [("kind", "etcd"), ("ttl_ms", 1_999)])
def test_what_is_out_of_bounds_is_refused(key: str, value: object) -> None:
    assert len(read_settings({f"core/lease/{key}": value}).complaints) == 1
