"""What is replayed: the bundled day or a person's own, and a sentence where neither will do."""

from decimal import Decimal
from pathlib import Path

import pytest

from echo.apps.demo.material import Material, gather
from echo.apps.demo.options import DemoOptions, DemoRefused
from echo.apps.demo_data.feeds import DAY_START_MS, FXCM_EURUSD, OANDA_XAUUSD, WINDOW_START_MS
from echo.terminal.replay_script import Open
from tests.apps.demo.replays import write_ticks

MASTERS = ("50001", "50002")


@pytest.fixture(scope="module")
def bundled() -> Material:
    return gather(DemoOptions(seconds=10), MASTERS)


def refusal(**asked: object) -> str:
    with pytest.raises(DemoRefused) as caught:
        gather(DemoOptions(**asked), MASTERS)  # type: ignore[arg-type]  # tests name real fields
    return str(caught.value)


def test_the_bundled_day_gives_every_master_something_to_do(bundled: Material) -> None:
    plan = bundled.plan

    assert bundled.bundled
    assert [script.master for script in plan.scripts] == list(MASTERS)
    assert all(script.actions for script in plan.scripts)
    assert plan.market_start_ms >= WINDOW_START_MS
    assert plan.end_ms <= 10_000
    assert bundled.digits == {"EURUSD": 5, "XAUUSD": 3}


def test_the_bundled_ticks_lie_where_terminals_can_read_them(bundled: Material) -> None:
    found = [bundled.tick_file(feed) for feed in (FXCM_EURUSD, OANDA_XAUUSD)]

    assert [each.path.is_file() for each in found] == [True, True]
    assert [each.shift_ms for each in found] == [5 * 3_600_000, 0]
    assert {each.day_start_ms for each in found} == {DAY_START_MS}


def test_a_person_s_own_ticks_take_the_place_of_the_bundled_ones(tmp_path: Path) -> None:
    path = write_ticks(tmp_path, "2024-05_EURUSD_ticks.csv")
    material = gather(DemoOptions(seconds=10, ticks=(str(path),)), MASTERS)

    assert not material.bundled
    assert material.digits == {"EURUSD": 5}
    assert material.tick_file(FXCM_EURUSD).path == path
    assert material.plan.market_start_ms >= DAY_START_MS
    assert {
        action.symbol
        for script in material.plan.scripts
        for action in script.actions
        if isinstance(action, Open)
    } == {"EURUSD"}


def test_a_symbol_can_be_named(tmp_path: Path) -> None:
    path = write_ticks(tmp_path, "mine.csv")

    material = gather(DemoOptions(seconds=10, ticks=(f"eurusd={path}",)), MASTERS)
    assert list(material.own_ticks) == ["EURUSD"]


def test_ticks_of_no_known_symbol_are_asked_about(tmp_path: Path) -> None:
    path = write_ticks(tmp_path, "mine.csv")

    assert f"say --ticks SYMBOL={path}" in refusal(ticks=(str(path),))


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    empty = tmp_path / "eurusd.csv"
    empty.write_text("nothing, really\n")

    assert "eurusd.csv: no ticks" in refusal(ticks=(str(empty),))
    assert "gone-eurusd.csv: No such file" in refusal(ticks=(str(tmp_path / "gone-eurusd.csv"),))
    assert "gone.htm: No such file" in refusal(data=(tmp_path / "gone.htm",))
    assert f"{empty}: " in refusal(data=(empty,))


def test_ticks_that_never_meet_are_refused(tmp_path: Path) -> None:
    early = write_ticks(tmp_path, "eurusd.csv", seconds=600)
    late = write_ticks(tmp_path, "gbpusd.csv", start_ms=7_200_000)

    assert "no time in common" in refusal(ticks=(str(early), str(late)))


def test_ticks_that_are_over_too_soon_are_refused_with_how_long_they_last(tmp_path: Path) -> None:
    path = write_ticks(tmp_path, "eurusd.csv", seconds=241)

    assert "at --speed 60 the ticks last 4.0 s" in refusal(ticks=(str(path),))
    slower = gather(DemoOptions(seconds=5, speed=Decimal(30), ticks=(str(path),)), MASTERS)
    assert slower.plan.speed == 30


def test_a_history_without_a_symbol_of_the_market_is_refused(tmp_path: Path) -> None:
    path = write_ticks(tmp_path, "nzdchf.csv")

    assert "NZDCHF" in refusal(ticks=(str(path),))
