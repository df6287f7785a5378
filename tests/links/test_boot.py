"""The machine's life, as persisted deadlines count it."""

from pathlib import Path

from echo.links.boot import boot_stamp


def test_one_boot_has_one_name_and_its_clock_goes_on() -> None:
    first, second = boot_stamp(), boot_stamp()

    assert first.boot_id == second.boot_id != ""
    assert 0 < first.boot_ms <= second.boot_ms


def test_a_system_that_does_not_name_its_boots_is_always_another_one(tmp_path: Path) -> None:
    nowhere = tmp_path / "boot_id"

    assert boot_stamp(nowhere).boot_id != boot_stamp(nowhere).boot_id
