"""The gates in front of an entry: worst cases, ideas and caps, as the journal tells them."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echo.domain.account_limits import AccountLimits
from echo.domain.commands import ExecuteOrder
from echo.domain.errors import ErrorCode
from echo.domain.exposure import Margins
from echo.domain.headroom import IdeaRule
from echo.domain.journal import DecisionRecord
from echo.domain.lot_caps import LotCaps
from echo.domain.quantities import Side
from tests.engine.limit_scenes import LIMITS, OVERALL, holding, limited, shown
from tests.engine.reports import foreign
from tests.engine.scenes import Desk, fixed_risk, opened, sent, trade_id_of

POINT = Decimal("0.00001")
STOP = Decimal("1.09900")
"""100 points below the master's price; 110 below the slave's own ask."""
LATE = replace(OVERALL, stop_entries_at=Decimal(1), flatten_at=Decimal(1))
TIGHT = replace(LIMITS, rules=(LATE,), scale=False)
"""Only the gate stands between an entry and the floor of 90,000."""
IDEA = AccountLimits(
    ideas=(IdeaRule(rule_id="idea", limit=Decimal(300), reopen_within_s=600),),
    margins=Margins(slippage_points=Decimal(0)),
)


def entry(stage: Desk, ticket: int = 5002, **changes: object) -> DecisionRecord | ExecuteOrder:
    """The master opens another trade; return what the slave is told, or why not."""
    trade_id = trade_id_of(ticket)
    told = stage.say(
        opened(**{"trade_id": trade_id, "ticket": ticket, "stop_loss": STOP, **changes})
    )
    orders = sent(told, ExecuteOrder)
    return orders[0] if orders else stage.archive.decision(trade_id=trade_id)


def refused(found: DecisionRecord | ExecuteOrder, code: ErrorCode) -> str:
    assert isinstance(found, DecisionRecord)
    assert found.code is code
    return found.sentence


def lot(found: DecisionRecord | ExecuteOrder) -> Decimal:
    assert isinstance(found, ExecuteOrder), found
    return found.lot


def test_an_entry_is_made_as_small_as_the_room_that_is_left() -> None:
    """60 USD over the floor, 100 USD a lot at the stop: 0.60 lots."""
    stage = limited(replace(LIMITS, rules=(OVERALL,)))
    shown(stage, 91_560, holding(lot="15.00"))

    found = entry(stage)
    assert lot(found) == Decimal("0.60")
    inputs = dict(stage.archive.decision(trade_id=trade_id_of(5002)).inputs)
    assert inputs["headroom_limit"] == "overall-loss"
    assert inputs["headroom"] == 60
    assert inputs["headroom_lot"] == Decimal("0.60")


def test_an_entry_is_left_out_where_the_account_wants_it_whole() -> None:
    stage = limited(replace(LIMITS, rules=(OVERALL,), scale=False))
    shown(stage, 91_560, holding(lot="15.00"))

    assert refused(entry(stage), ErrorCode.LIMIT_HEADROOM) == (
        "1.00 lots would cost 100.00 at their stop > 60.00 left, 0.60 lots would fit;"
        " overall-loss: equity 91560.00 less 1500.00 at open stops is 60.00 over the floor of"
        " 90000.00"
    )


def test_nothing_fits_when_open_stops_alone_break_the_limit() -> None:
    stage = limited(replace(LIMITS, rules=(OVERALL,)))
    shown(stage, 91_560, holding(lot="16.00"))

    assert "> 0.00 left" in refused(entry(stage), ErrorCode.LIMIT_HEADROOM)


def test_slippage_and_commission_count() -> None:
    policy = fixed_risk(amount="100", commission_per_lot=Decimal(5))
    roomy = limited(
        replace(LIMITS, margins=Margins(slippage_points=Decimal(95))), policies=(policy,)
    )
    shown(roomy, 100_000)
    entry(roomy)
    inputs = dict(roomy.archive.decision(trade_id=trade_id_of(5002)).inputs)

    # 0.95 lots: 100 points, 95 more of slippage, 5 USD of commission, for each lot.
    assert inputs["lot"] == Decimal("0.95")
    assert inputs["worst_loss"] == 190


def test_an_open_that_is_on_its_way_counts_as_if_it_were_there() -> None:
    stage = limited(TIGHT)
    shown(stage, 90_150)

    assert lot(entry(stage, 5002)) == 1
    assert "less 100.00 at open stops" in refused(entry(stage, 5003), ErrorCode.LIMIT_HEADROOM)


def test_a_copy_that_was_filled_after_the_account_was_seen_counts() -> None:
    stage = limited(TIGHT)
    shown(stage, 90_150)
    stage.fill(stop_loss=STOP)

    assert "less 100.00 at open stops" in refused(entry(stage), ErrorCode.LIMIT_HEADROOM)


def test_a_position_is_counted_once_when_both_sides_know_it() -> None:
    stage = limited(TIGHT)
    shown(stage, 90_210)
    stage.fill(stop_loss=STOP)
    shown(stage, 90_210, holding())

    assert lot(entry(stage)) == 1


def test_an_entry_without_a_stop_has_no_worst_case() -> None:
    stage = limited()
    shown(stage, 100_000)

    said = refused(entry(stage, stop_loss=None), ErrorCode.LIMIT_HEADROOM)
    assert said.startswith("daily-loss: this BUY EURUSD has no stop")


def test_a_position_without_a_stop_stands_in_the_way_unless_one_is_assumed() -> None:
    stage = limited()
    shown(stage, 100_000, holding(77, stop_loss=None))
    assert "ticket 77 has no stop" in refused(entry(stage), ErrorCode.LIMIT_HEADROOM)

    assumed = Margins(slippage_points=Decimal(0), assumed_stop_points=Decimal(500))
    stage = limited(replace(LIMITS, margins=assumed))
    shown(stage, 100_000, holding(77, stop_loss=None))
    assert lot(entry(stage, stop_loss=None)) == 1


def test_a_copy_whose_stop_follows_its_fill_counts_with_that_stop() -> None:
    stage = limited(TIGHT)
    shown(stage, 90_210)
    stage.fill(stop_loss=STOP)
    shown(stage, 90_210, holding(stop_loss=None))

    assert lot(entry(stage)) == 1


def test_a_position_whose_ticks_have_no_value_stands_in_the_way() -> None:
    stage = limited()
    shown(stage, 100_000, foreign(77))

    assert "ticket 77 is in XAUUSD.x, of which no tick value" in refused(
        entry(stage), ErrorCode.LIMIT_HEADROOM
    )


def test_a_symbol_whose_ticks_have_no_value_is_not_entered() -> None:
    stage = limited()
    shown(stage, 100_000)
    account = stage.engine.state.account(stage.settings.slave_accounts[0])
    account.tick_values = {"EURUSD": (Decimal(0), 0)}

    assert "no tick value of EURUSD.x is known" in refused(entry(stage), ErrorCode.LIMIT_HEADROOM)


def test_an_idea_is_all_of_one_symbol_and_side() -> None:
    stage = limited(IDEA)
    shown(stage, 100_000)

    assert lot(entry(stage, 5002)) == 1
    assert lot(entry(stage, 5003)) == 1
    assert lot(entry(stage, 5004)) == 1
    assert "300.00 is at risk" in refused(entry(stage, 5005), ErrorCode.LIMIT_HEADROOM)
    other_side = entry(stage, 5006, side=Side.SELL, stop_loss=Decimal("1.10100"))
    assert lot(other_side) == 1


def test_an_idea_that_is_opened_again_still_has_what_it_lost() -> None:
    stage = limited(IDEA)
    shown(stage, 100_000, holding(77, profit=Decimal(-180)), holding(78, profit=Decimal(20)))
    shown(stage, 99_820)

    assert lot(entry(stage, 5002)) == 1
    assert lot(entry(stage, 5003)) == Decimal("0.20")
    assert "and 180.00 was lost in the last 600 s" in refused(
        entry(stage, 5004), ErrorCode.LIMIT_HEADROOM
    )
    stage.later(600_000)
    shown(stage, 99_820)
    assert lot(entry(stage, 5005)) == 1


def test_an_idea_with_a_position_without_a_stop_is_boundless() -> None:
    stage = limited(IDEA)
    shown(stage, 100_000, holding(77, stop_loss=None))

    assert "idea: ticket 77 has no stop" in refused(entry(stage), ErrorCode.LIMIT_HEADROOM)


@pytest.mark.parametrize(
    ("caps", "lots"),
    [
        (LotCaps(per_trade=Decimal("0.40")), "0.40"),
        (LotCaps(per_symbol=Decimal("2.35")), "0.35"),
        (LotCaps(per_account=Decimal("2.50")), "0.50"),
        (LotCaps(leverage=Decimal("2.5")), "0.27"),
        (LotCaps(open_trades=3), "1.00"),
    ],
)
def test_caps_cut_what_is_opened(caps: LotCaps, lots: str) -> None:
    """2 lots are open: 220,020 USD on an account of 100,000."""
    stage = limited(AccountLimits(caps=caps))
    shown(stage, 100_000, holding(77), holding(78))
    stage.engine.state.account(stage.settings.slave_accounts[0]).limits.positions = (
        holding(77),
        holding(78),
    )

    assert lot(entry(stage)) == Decimal(lots)


@pytest.mark.parametrize(
    ("caps", "code", "said"),
    [
        (LotCaps(per_symbol=Decimal(2)), ErrorCode.MAX_LOTS, "2.00 lots of EURUSD are open"),
        (LotCaps(open_trades=2), ErrorCode.MAX_TRADES, "2 trades are open >= max 2"),
        (LotCaps(leverage=Decimal(2)), ErrorCode.MAX_LOTS, "2 times the equity of 100000.00"),
    ],
)
def test_full_caps_refuse_with_the_numbers(caps: LotCaps, code: ErrorCode, said: str) -> None:
    stage = limited(AccountLimits(caps=caps))
    shown(stage, 100_000, holding(77), holding(78))

    assert said in refused(entry(stage), code)


def test_caps_cannot_count_what_has_no_value() -> None:
    stage = limited(AccountLimits(caps=LotCaps(open_trades=9, per_account=Decimal(9))))
    shown(stage, 100_000, foreign(77))
    assert "ticket 77" in refused(entry(stage), ErrorCode.LIMIT_HEADROOM)

    stage = limited(AccountLimits(caps=LotCaps(per_account=Decimal(9))))
    shown(stage, 100_000, foreign(77))
    assert "ticket 77" in refused(entry(stage), ErrorCode.LIMIT_HEADROOM)


@settings(max_examples=40, deadline=None)
@given(
    equity=st.integers(90_000, 95_000),
    shown_positions=st.lists(st.tuples(st.integers(1, 900), st.integers(1, 400)), max_size=3),
    entries=st.lists(st.tuples(st.integers(20, 3_000), st.booleans()), min_size=1, max_size=6),
)
def test_whatever_is_let_through_the_worst_case_keeps_the_limit(
    equity: int, shown_positions: list[tuple[int, int]], entries: list[tuple[int, bool]]
) -> None:
    """Counted beside the engine, in fractions: all stops fill, 15 points worse than they stand."""
    slipping = Margins(slippage_points=Decimal(15))
    stage = limited(replace(TIGHT, margins=slipping, scale=True))
    held = [
        holding(100 + place, lot=f"{lots / 100:.2f}", stop_loss=Decimal("1.10010") - away * POINT)
        for place, (lots, away) in enumerate(shown_positions)
    ]
    shown(stage, equity, *held)
    end = Fraction(equity)
    for lots, away in shown_positions:
        end -= Fraction(lots, 100) * (away + 15)
    worst_at_rest = end
    for place, (away, is_long) in enumerate(entries):
        side = Side.BUY if is_long else Side.SELL
        stop = Decimal("1.10000") - away * POINT * side.sign
        found = entry(stage, 6_000 + place, side=side, stop_loss=stop)
        if isinstance(found, ExecuteOrder):
            end -= Fraction(str(found.lot)) * (away + 15)
            assert end >= 90_000
    assert end <= worst_at_rest
