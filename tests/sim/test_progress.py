import json
from pathlib import Path
from typing import Any

import pytest

from echo.ports.errors import StoreLocked
from echo.sim import progress as module
from echo.sim.profiles import Profile
from echo.sim.progress import Progress, ProgressRefused, blocks
from echo.sim.report import Report

OPTIONS: dict[str, Any] = {"profile": "gentle", "seeds": [0, 4]}


def report(**sums: Any) -> Report:
    return Report(profile=Profile.GENTLE, **sums)


def begun(path: Path, sum_: Report | None = None, **changes: Any) -> Progress:
    return Progress(path, sum_ or report(), OPTIONS | changes)


@pytest.fixture
def half(tmp_path: Path) -> Path:
    """A file in which two of four blocks are done."""
    path = tmp_path / "progress"
    progress = begun(path)
    progress.note(range(0, 1), report(seeds=1, trades=3, hashes=5))
    progress.note(range(2, 3), report(seeds=1, trades=4, hashes=6))
    progress.close()
    return path


@pytest.mark.parametrize("count", [0, 1, 63, 64, 200, 10_000])
def test_blocks_hold_every_seed_once_and_in_order(count: int) -> None:
    found = blocks(range(7, 7 + count))
    assert [seed for block in found for seed in block] == list(range(7, 7 + count))
    assert all(len(block) <= 50 for block in found)


def test_what_was_done_is_added_and_not_done_again(half: Path) -> None:
    found = report()
    progress = begun(half, found)
    assert progress.left(blocks(range(4))) == [range(1, 2), range(3, 4)]
    assert (found.seeds, found.trades, found.hashes) == (2, 7, 11)
    progress.close()


@pytest.mark.parametrize("cut", range(1, 40, 3))
def test_a_torn_last_line_is_a_block_that_is_not_done(half: Path, cut: int) -> None:
    half.write_bytes(half.read_bytes()[:-cut])
    found = report()
    progress = begun(half, found)
    assert progress.left(blocks(range(4))) == [range(n, n + 1) for n in (1, 2, 3)]
    progress.note(range(2, 3), report(seeds=1, trades=4, hashes=6))
    progress.close()
    again = report()
    begun(half, again).close()
    assert (again.seeds, again.trades) == (2, 7)


def test_a_file_that_was_torn_in_its_first_line_begins_anew(half: Path) -> None:
    half.write_bytes(half.read_bytes()[:15])
    progress = begun(half)
    assert len(progress.left(blocks(range(4)))) == 4
    progress.close()
    assert len(half.read_bytes().splitlines()) == 1


def test_the_same_block_twice_counts_once(half: Path) -> None:
    progress = begun(half)
    progress.note(range(0, 1), report(seeds=1, trades=3))
    progress.close()
    found = report()
    begun(half, found).close()
    assert found.seeds == 2


@pytest.mark.parametrize("changes", [{"profile": "harsh"}, {"seeds": [0, 5]}])
def test_other_options_are_refused_by_name(half: Path, changes: dict[str, Any]) -> None:
    before = half.read_bytes()
    with pytest.raises(ProgressRefused, match=r"another run: its options is .*name another file"):
        begun(half, **changes)
    assert half.read_bytes() == before
    begun(half).close()  # and the file is nobody's


def test_other_code_is_refused(half: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "code_digest", lambda: "other")
    with pytest.raises(ProgressRefused, match="its code is"):
        begun(half)


def test_a_line_broken_before_the_end_is_refused(half: Path) -> None:
    lines = half.read_bytes().splitlines()
    half.write_bytes(b"\n".join([lines[0], b"{", lines[2], b""]))
    with pytest.raises(ProgressRefused, match="line 2 is broken"):
        begun(half)


@pytest.mark.parametrize("text", [b"a letter to a friend", b'{"version":1}\n', b"[]\n"])
def test_any_other_file_is_left_alone(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "letter"
    path.write_bytes(text)
    with pytest.raises(ProgressRefused, match="no progress of a run"):
        begun(path)
    assert path.read_bytes() == text


def test_one_process_at_a_time(half: Path) -> None:
    progress = begun(half)
    with pytest.raises(StoreLocked):
        begun(half)
    progress.close()


def test_the_first_line_says_whose_it_is(half: Path) -> None:
    first = json.loads(half.read_bytes().splitlines()[0])
    assert first["options"] == OPTIONS
    assert first["revision"]
