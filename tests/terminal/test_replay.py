"""A replay is planned from histories: dealt, dense, deterministic, and honest about the rest."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.apps.demo_data.feeds import (
    DAY_START_MS,
    HISTORIES,
    OANDA_EURUSD,
    OANDA_XAUUSD,
    WINDOW_END_MS,
    WINDOW_START_MS,
    load,
)
from echo.domain.quantities import Side
from echo.terminal.histories.reader import read_history
from echo.terminal.histories.trades import HistoricTrade
from echo.terminal.replay import NothingToReplay, plan_replay
from echo.terminal.replay_script import Close, Modify, Open, Reduce, ReplayPlan
from echo.terminal.replay_timing import Pace
from echo.terminal.ticks import read_ticks
from tests.terminal.market import HOUR_MS, START_MS, WINDOW_MS, rising, trade

TICKS = {"EURUSD": rising()}
MASTERS = ("m1", "m2")


def canonical_of(name: str) -> str | None:
    letters = "".join(letter for letter in name.upper() if letter.isalpha())
    return None if letters == "UNKNOWN" else letters[:6]


def plan(
    *histories: Sequence[HistoricTrade],
    masters: Sequence[str] = MASTERS,
    seconds: int = 45,
    pace: Pace = Pace(),  # noqa: B008 - frozen
    speed: Decimal | None = None,
) -> ReplayPlan:
    return plan_replay(
        histories,
        masters=masters,
        canonical_of=canonical_of,
        ticks=TICKS,
        window_ms=WINDOW_MS,
        seconds=seconds,
        speed=speed,
        pace=pace,
    )


def opens(planned: ReplayPlan) -> list[list[Open]]:
    return [[a for a in script.actions if isinstance(a, Open)] for script in planned.scripts]


def test_with_a_file_for_each_master_files_are_dealt() -> None:
    one = [trade(n, lots="0.01", magic=n) for n in range(1, 4)]
    two = [trade(n, lots="0.02", magic=n) for n in range(1, 6)]
    three = [trade(n, lots="0.03") for n in range(1, 3)]

    planned = plan(one, two, three)

    lots = [Counter(str(action.lots) for action in hand) for hand in opens(planned)]
    assert lots == [{"0.01": 3, "0.03": 2}, {"0.02": 5}]


def test_a_file_alone_is_dealt_by_its_magic_numbers() -> None:
    magics = [7, 7, 8, 9, None, 8]

    planned = plan([trade(n, opened_ms=n, magic=m) for n, m in enumerate(magics, start=1)])

    assert [[action.magic for action in hand] for hand in opens(planned)] == [[7, 7, 9], [8, 0, 8]]


def test_without_enough_magic_numbers_positions_are_dealt_one_by_one() -> None:
    planned = plan([trade(n, opened_ms=n, lots=f"0.0{n}") for n in range(1, 6)])

    assert [[str(a.lots) for a in hand] for hand in opens(planned)] == [
        ["0.01", "0.03", "0.05"],
        ["0.02", "0.04"],
    ]


def test_a_file_without_usable_trades_takes_no_master() -> None:
    planned = plan([trade(symbol="jp225")], [trade(1, magic=1), trade(2, magic=2)])

    assert [len(hand) for hand in opens(planned)] == [1, 1]


def test_symbols_without_ticks_are_skipped_and_counted_by_the_files_name() -> None:
    chain = [trade(1, symbol="jp225"), trade(2, symbol="jp225", from_ticket=1)]

    planned = plan([*chain, trade(3, symbol="unknown"), trade(4, symbol="EURUSD-2")])

    assert planned.positions == 1
    assert planned.skipped_symbols == {"jp225": 2, "unknown": 1}
    assert list(planned.skipped_symbols) == ["jp225", "unknown"]


def test_density_bounds_the_positions_and_the_rest_is_told() -> None:
    many = [trade(n, opened_ms=n * 1_000, magic=n % 2 + 1) for n in range(1, 101)]

    planned = plan(many, pace=Pace(positions_per_minute=40))

    assert (planned.positions, planned.left_over) == (30, 70)
    assert [len(hand) for hand in opens(planned)] == [15, 15]


def test_what_one_master_lacks_the_others_get() -> None:
    few = [trade(n) for n in range(1, 4)]
    many = [trade(n) for n in range(1, 101)]

    planned = plan(few, many, pace=Pace(positions_per_minute=40))

    assert [len(hand) for hand in opens(planned)] == [3, 27]


def test_the_window_lasts_as_long_as_the_replay_unless_a_speed_is_given() -> None:
    assert plan([trade()]).speed == Decimal(80)
    slower = plan([trade()], speed=Decimal(10))
    assert (slower.speed, slower.end_ms) == (Decimal(10), 45_000)
    faster = plan([trade()], speed=Decimal(160))
    assert faster.end_ms == 22_500


def test_nothing_usable_names_the_symbols_on_both_sides_and_the_way_out() -> None:
    with pytest.raises(NothingToReplay) as refused:
        plan([trade(symbol="jp225"), trade(2, symbol="us_oil"), trade(3, symbol="jp225")])

    assert "jp225 (2), us_oil (1)" in str(refused.value)
    assert "ticks of EURUSD" in str(refused.value)
    assert "--ticks FILE" in str(refused.value)


def test_many_names_are_cut_short() -> None:
    with pytest.raises(NothingToReplay, match="and 8 more"):
        plan([trade(n, symbol=f"s{chr(97 + n)}") for n in range(20)])
    with pytest.raises(NothingToReplay, match="no trades at all"):
        plan()


def test_ticks_of_another_time_are_told_from_none() -> None:
    with pytest.raises(NothingToReplay, match=r"ticks of nothing \(of EURUSD outside the window"):
        plan_replay(
            [[trade()]],
            masters=MASTERS,
            canonical_of=canonical_of,
            ticks=TICKS,
            window_ms=(START_MS + 5 * HOUR_MS, START_MS + 6 * HOUR_MS),
            seconds=45,
        )


@pytest.mark.parametrize(
    "wrong",
    [
        {"masters": ()},
        {"window_ms": (START_MS, START_MS)},
        {"seconds": 2},
        {"speed": Decimal(0)},
        {"speed": Decimal(10_000)},
    ],
)
def test_a_replay_that_cannot_be_is_the_callers_bug(wrong: dict[str, object]) -> None:
    arguments: dict[str, object] = {
        "masters": MASTERS,
        "canonical_of": canonical_of,
        "ticks": TICKS,
        "window_ms": WINDOW_MS,
        "seconds": 45,
    }
    with pytest.raises(ValueError, match=r"nothing can be planned|must be > 0|lasts 360 ms"):
        plan_replay([[trade()]], **(arguments | wrong))  # type: ignore[arg-type]  # by name


def demo_plan(seconds: int = 45) -> ReplayPlan:
    feeds = (OANDA_EURUSD, OANDA_XAUUSD)
    return plan_replay(
        [read_history(name, load(name)).trades for name in HISTORIES],
        masters=MASTERS,
        canonical_of=canonical_of,
        ticks={
            feed.symbol: read_ticks(feed.load(), day_start_ms=DAY_START_MS, shift_ms=feed.shift_ms)
            for feed in feeds
        },
        window_ms=(WINDOW_START_MS, WINDOW_END_MS),
        seconds=seconds,
    )


def test_the_bundled_set_fills_three_quarters_of_a_minute() -> None:
    planned = demo_plan()

    assert planned == demo_plan()
    assert planned.positions == 60
    assert {action.symbol for hand in opens(planned) for action in hand} == {"EURUSD", "XAUUSD"}
    assert planned.skipped_symbols["jp225"] == 11
    assert planned.levels_late > 0
    assert planned.levels_dropped > 0
    assert any(isinstance(a, Modify) for script in planned.scripts for a in script.actions)
    assert_whole(planned)


TRADES = st.lists(
    st.builds(
        trade,
        st.integers(1, 8),
        opened_ms=st.integers(0, 10**8),
        held_ms=st.integers(0, 10**8),
        side=st.sampled_from(Side),
        lots=st.sampled_from(["0.01", "0.10", "1.78"]),
        magic=st.none() | st.integers(1, 3),
        sl=st.none() | st.sampled_from(["1.99", "1.9999", "2.0", "2.0004", "2.01"]),
        tp=st.none() | st.sampled_from(["1.99", "1.9996", "2.001", "2.01"]),
        from_ticket=st.none() | st.integers(1, 8),
    ),
    min_size=1,
    max_size=25,
)


@given(
    TRADES,
    st.lists(st.integers(1, 400_000), min_size=1, max_size=3),
    st.integers(3, 90),
    st.integers(1, 3),
)
def test_every_plan_opens_first_closes_last_and_ends_in_time(
    trades: list[HistoricTrade], later_ms: list[int], seconds: int, masters: int
) -> None:
    # Parts of one position share its open: some trades get successors that do.
    parts = [
        replace(
            trades[0],
            ticket=100 + number,
            from_ticket=trades[0].ticket,
            closed_at_ms=trades[0].closed_at_ms + part_ms,
        )
        for number, part_ms in enumerate(later_ms)
    ]

    planned = plan([*trades, *parts], masters=[f"m{n}" for n in range(masters)], seconds=seconds)

    assert len(planned.scripts) == masters
    assert_whole(planned)


def assert_whole(planned: ReplayPlan) -> None:
    keys = [action.key for hand in opens(planned) for action in hand]
    assert len(set(keys)) == len(keys) == planned.positions
    for script in planned.scripts:
        times = [action.at_ms for action in script.actions]
        assert times == sorted(times)
        assert all(0 <= at_ms <= planned.end_ms for at_ms in times)
        open_lots: dict[str, Decimal] = {}
        for action in script.actions:
            match action:
                case Open():
                    assert action.key not in open_lots
                    open_lots[action.key] = action.lots
                case Reduce():
                    open_lots[action.key] -= action.lots
                    assert open_lots[action.key] > 0
                case Modify():
                    assert action.key in open_lots
                case Close():
                    del open_lots[action.key]
        assert open_lots == {}
