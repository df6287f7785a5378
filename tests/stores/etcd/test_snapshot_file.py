"""The last good settings on disk."""

import stat
from pathlib import Path

import pytest

from echo.ports.errors import SettingsInvalid
from echo.stores.etcd.snapshot_file import SnapshotFile


def test_what_was_written_is_read_back_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "kept.json"
    kept = SnapshotFile(path)

    assert kept.read() is None
    kept.write({"a": "1"})
    kept.write({"b": "ñ"})

    assert kept.read() == {"b": "ñ"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["kept.json"]


def test_what_a_kill_left_behind_is_in_nobodys_way(tmp_path: Path) -> None:
    (tmp_path / "kept.json.new").write_text("half")

    SnapshotFile(tmp_path / "kept.json").write({"a": "1"})

    assert SnapshotFile(tmp_path / "kept.json").read() == {"a": "1"}


@pytest.mark.parametrize("text", ["{", '{"form": "other", "values": {}}', "[]", "{}"])
def test_another_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "kept.json"
    path.write_text(text)

    with pytest.raises(SettingsInvalid, match=r"kept\.json"):
        SnapshotFile(path).read()
