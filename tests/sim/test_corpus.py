"""Every history of the corpus is played again: what went wrong once never may again."""

from pathlib import Path

import pytest

from echo.sim.__main__ import main
from echo.sim.corpus import CorpusBroken, Entry, entries, keep, load
from echo.sim.report import play
from echo.terminal.openings import Openings
from tests.sim.stories import closes, opens, scenario

HERE = Path(__file__).with_name("corpus")
CLASSICS = 11


@pytest.mark.parametrize("path", entries(HERE), ids=lambda path: path.stem)
def test_a_history_of_the_corpus_breaks_no_promise(path: Path) -> None:
    entry = load(path)
    outcome = play(entry.scenario)
    assert [each.sentence for each in outcome.violations] == []
    assert outcome.trades > 0
    assert entry.about


def test_the_corpus_holds_the_classic_failures_of_copiers() -> None:
    found = [load(path) for path in entries(HERE)]
    assert sum(entry.invariant is None for entry in found) >= CLASSICS
    assert all(entry.origin for entry in found if entry.invariant is not None)
    assert len({entry.about for entry in found}) == len(found)


def test_what_is_kept_is_read_again_and_never_overwritten(tmp_path: Path) -> None:
    entry = Entry(about="a day", scenario=scenario(opens(), closes(9_000)), invariant=4, origin="x")
    path = keep(entry, "day", tmp_path)
    assert load(path) == entry
    assert entries(tmp_path) == [path]
    with pytest.raises(FileExistsError):
        keep(entry, "day", tmp_path)


@pytest.mark.parametrize(
    "text", ["", "[]", '{"about": "x"}', '{"about": "x", "scenario": {"a": 1}}']
)
def test_what_is_no_history_is_refused_by_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "odd.json"
    path.write_text(text)
    with pytest.raises(CorpusBroken, match=r"odd\.json"):
        load(path)


def test_a_clean_seed_can_be_kept_and_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = str(tmp_path)
    assert main(["--keep", "3", "--about", "a calm day", "--corpus", where]) == 0
    path = tmp_path / "gentle_3.json"
    assert str(path) in capsys.readouterr().out
    entry = load(path)
    assert (entry.about, entry.invariant) == ("a calm day", None)
    assert entry.origin.startswith("--profile gentle, seed 3, revision ")

    assert main(["--replay", str(path)]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "a calm day"
    assert any("by hand: opens" in line for line in told)

    assert main(["--keep", "3", "--corpus", where]) == 2
    assert "exists" in capsys.readouterr().err
    assert main(["--replay", str(tmp_path / "no.json")]) == 2


@pytest.mark.no_cover
def test_a_failing_seed_is_kept_as_small_as_it_gets(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Openings, "_rival", lambda *_: None)
    words = ["--profile", "harsh", "--shrink-seconds", "3", "--corpus", str(tmp_path)]
    seed = next(
        n for n in range(60) if main(["--seeds", str(n), *words[:2], "--shrink-seconds", "0"])
    )
    capsys.readouterr()

    assert main(["--keep", str(seed), *words]) == 0
    entry = load(tmp_path / f"harsh_{seed}.json")
    assert entry.invariant is not None
    assert main(["--replay", str(tmp_path / f"harsh_{seed}.json")]) == 1
    assert "is broken" in capsys.readouterr().out
    monkeypatch.undo()
    assert play(entry.scenario).violations == ()
