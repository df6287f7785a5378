"""A master's script lives every position from open to close, parts and levels between."""

from decimal import Decimal

import pytest

from echo.domain.quantities import Side
from echo.terminal.histories.trades import Chain, HistoricTrade
from echo.terminal.replay_masters import Position, script_of
from echo.terminal.replay_script import Action, Close, Modify, Open, Reduce
from echo.terminal.replay_timing import Pace, Timeline, timeline_of
from tests.terminal.market import HOUR_MS, START_MS, rising, trade

SPEED = Decimal(80)
PACE = Pace()
MARKET = rising()


@pytest.fixture
def timeline() -> Timeline:
    return timeline_of(seconds=45, window_ms=HOUR_MS, speed=SPEED, pace=PACE)


def prices_of(symbol: str, at_ms: int) -> tuple[Decimal, Decimal] | None:
    assert symbol == "EURUSD"
    return MARKET.at(START_MS + int(at_ms * SPEED))


def position(*parts: HistoricTrade) -> Position:
    return Position(file=0, symbol="EURUSD", chain=Chain(parts=parts))


def actions(timeline: Timeline, *positions: Position) -> tuple[Action, ...]:
    script, _ = script_of("m", positions, timeline=timeline, pace=PACE, prices_of=prices_of)
    assert script.master == "m"
    return script.actions


def test_a_position_is_opened_at_the_lead_and_held_at_the_markets_speed(timeline: Timeline) -> None:
    opened, closed = actions(timeline, position(trade(held_ms=160_000, magic=7, lots="0.30")))

    assert opened == Open(
        key="m.0001",
        at_ms=500,
        symbol="EURUSD",
        side=Side.BUY,
        lots=Decimal("0.30"),
        magic=7,
        sl_share=None,
        tp_share=None,
    )
    assert closed == Close(key="m.0001", at_ms=2_500)


def test_trades_by_hand_have_magic_zero(timeline: Timeline) -> None:
    opened, _ = actions(timeline, position(trade(magic=None)))

    assert isinstance(opened, Open)
    assert opened.magic == 0


def test_parts_are_closed_in_turn_and_the_volumes_add_up(timeline: Timeline) -> None:
    opened, first, second, closed = actions(
        timeline,
        position(
            trade(1, held_ms=200_000, lots="0.04"),
            trade(2, held_ms=400_000, lots="0.03"),
            trade(3, held_ms=800_000, lots="0.01"),
        ),
    )

    assert isinstance(opened, Open)
    assert opened.lots == Decimal("0.08")
    assert first == Reduce(key="m.0001", at_ms=3_000, lots=Decimal("0.04"))
    assert second == Reduce(key="m.0001", at_ms=5_500, lots=Decimal("0.03"))
    assert closed == Close(key="m.0001", at_ms=10_500)


def test_short_lives_are_lengthened_and_long_ones_cut(timeline: Timeline) -> None:
    script, squeezed = script_of(
        "m",
        [position(trade(1, held_ms=1)), position(trade(2, held_ms=10**9))],
        timeline=timeline,
        pace=PACE,
        prices_of=prices_of,
    )

    closes = [action.at_ms for action in script.actions if isinstance(action, Close)]
    assert closes == [500 + PACE.hold_ms_min, 500 + timeline.hold_ms_max]
    assert squeezed.holds_shortened == 1


def test_what_is_open_near_the_end_is_closed_before_it(timeline: Timeline) -> None:
    positions = [position(trade(n, opened_ms=n * 10**8, held_ms=10**9)) for n in range(20)]

    acted = actions(timeline, *positions)

    assert max(action.at_ms for action in acted) < timeline.end_ms
    assert max(a.at_ms for a in acted if isinstance(a, Open)) <= timeline.last_open_ms
    late = [a.at_ms for a in acted if isinstance(a, Close) and a.at_ms > timeline.closing_ms]
    assert late
    assert len(set(late)) == len(late)


def test_pauses_are_capped_and_bursts_kept(timeline: Timeline) -> None:
    opens_ms = [0, 0, 80_000, 10**10, 10**10]
    script, squeezed = script_of(
        "m",
        [position(trade(n, opened_ms=at_ms)) for n, at_ms in enumerate(opens_ms)],
        timeline=timeline,
        pace=PACE,
        prices_of=prices_of,
    )

    times = [action.at_ms for action in script.actions if isinstance(action, Open)]
    assert [time - 500 for time in times] == [0, 0, 1_000, 35_500, 35_500]
    assert squeezed.gaps_capped == 1


def test_late_levels_stand_between_open_and_close(timeline: Timeline) -> None:
    script, squeezed = script_of(
        "m",
        [position(trade(sl="2.0004", held_ms=1_600_000))],
        timeline=timeline,
        pace=PACE,
        prices_of=prices_of,
    )

    assert [type(action) for action in script.actions] == [Open, Modify, Close]
    assert (squeezed.levels_late, squeezed.levels_dropped) == (1, 0)


def test_a_master_without_positions_does_nothing(timeline: Timeline) -> None:
    assert actions(timeline) == ()
