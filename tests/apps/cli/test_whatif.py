"""``echoctl whatif``: a recorded day under another policy, as a table, as JSON, as a picture."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from echo.stores.events.months import MonthFiles
from tests.apps.cli.running_core import echoctl, write_settings
from tests.engine.scenes import SECOND, SLAVE, desk, fixed_lot
from tests.services.core.days import linked_of, midnights, notes_of, traded_day

ROW = '[risk."{account}"."*"]\nrisk_type = "FIXED_LOT"\nlot_size = {lot}\n'


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """Settings of a Core that has recorded a day of three trades on two slaves."""
    stage = traded_day(desk(SLAVE, SECOND, policies=[fixed_lot(SLAVE)]), trades=3)
    files = MonthFiles(tmp_path / "core" / "events")
    files.append(linked_of(notes_of(stage)))
    files.close()
    return write_settings(tmp_path)


def policy(folder: Path, *, lot: str = "0.20", more: str = "") -> Path:
    path = folder / "other.toml"
    rows = "".join(ROW.format(account=each, lot=lot) for each in (SLAVE, SECOND))
    path.write_text(f'[core]\nslave_accounts = ["{SLAVE}", "{SECOND}"]\n{rows}{more}')
    return path


def whatif(*arguments: object) -> tuple[int, str, str]:
    return echoctl("whatif", *map(str, arguments))


def test_a_table_for_people(settings: Path, tmp_path: Path) -> None:
    code, said, _ = whatif("--policy", policy(tmp_path), "--config", settings)

    assert code == 0
    assert "RISK_POLICY_MISSING 3" in said
    assert "filled 0.20 lots" in said
    assert "6 of 6 openings are played as they were recorded" in said


def test_one_object_for_programs(settings: Path, tmp_path: Path) -> None:
    arguments = ("--policy", policy(tmp_path), "--events", settings.parent / "core" / "events")
    code, said, _ = whatif(*arguments, "--json")
    told = json.loads(said)

    assert code == 0
    first, second = told["accounts"]
    assert float(first["after"]["profit"]) == 2 * float(first["before"]["profit"])
    assert (second["before"]["copied"], second["after"]["copied"]) == (0, 3)
    assert len(told["differences"]) == 6
    assert told["failed"] == 0


def test_a_picture_for_a_browser(settings: Path, tmp_path: Path) -> None:
    picture = tmp_path / "what-if.svg"

    whatif("--policy", policy(tmp_path), "--config", settings, "--plot", picture)

    assert ElementTree.parse(picture).getroot().tag.endswith("svg")  # noqa: S314 -- made here


def test_a_daily_limit_that_would_be_exceeded(settings: Path, tmp_path: Path) -> None:
    """The spread of 10 points is paid at once: 10 per lot."""
    many = policy(tmp_path, lot="9")
    code, said, _ = whatif("--policy", many, "--config", settings, "--daily-loss", "50")
    assert (code, "50.00 EXCEEDED" in said) == (1, True)
    assert whatif("--policy", many, "--config", settings, "--daily-loss", "5000")[0] == 0


def test_the_limits_of_the_policy_count(settings: Path, tmp_path: Path) -> None:
    limits = f'[policy."{SLAVE}"]\nlimit_pack = "ftmo-2-step"\nlimit_initial_balance = 1000\n'
    told = json.loads(
        whatif("--policy", policy(tmp_path, more=limits), "--config", settings, "--json")[1]
    )

    assert [each["daily_limit"] for each in told["accounts"]] == ["50", None]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--policy", "none.toml"), "none.toml"),
        (("--policy", "{policy}", "--events", "none"), "none"),
        (("--policy", "{policy}", "--config", "{config}", "--daily-loss", "-1"), "above 0"),
        (("--policy", "{policy}", "--config", "{config}", "--plot", "/proc/none/x"), "/proc/none"),
    ],
)
def test_what_cannot_be_played_is_told(
    settings: Path, tmp_path: Path, arguments: tuple[str, ...], named: str
) -> None:
    places = {"{policy}": str(policy(tmp_path)), "{config}": str(settings)}
    code, _, errors = whatif(*(places.get(each, each) for each in arguments))

    assert code == 2
    assert named in errors


def test_a_recording_and_a_day_without_a_start_are_refused(settings: Path, tmp_path: Path) -> None:
    recording = tmp_path / "recording.jsonl"
    recording.write_text("[]\n")
    empty = tmp_path / "empty"
    empty.mkdir()

    for place, named in (
        (recording, "raw events are needed"),
        (empty, "neither a start of the Core"),
    ):
        code, _, errors = whatif("--policy", policy(tmp_path), "--events", place)
        assert code == 2
        assert named in errors


def test_any_day_that_the_core_keeps(tmp_path: Path) -> None:
    """Also one on which no Core was started; copies that were open by then are its, too."""
    files = MonthFiles(tmp_path / "core" / "events")
    files.append(linked_of(notes_of(midnights(2))))
    files.close()
    settings = write_settings(tmp_path)
    arguments = ("--policy", policy(tmp_path), "--events", "2025-06-17", "--config", settings)

    code, said, _ = whatif(*arguments, "--json")
    told = json.loads(said)

    assert code == 0
    assert (told["failed"], told["shed"]) == (0, 0)
    assert {each["account"] for each in told["accounts"]} == {SLAVE, SECOND}
    other = (*arguments[:3], "2025-07-17", *arguments[4:])
    assert whatif(*other)[0] == 2
