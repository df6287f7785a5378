"""Filters: a limit is kept to the point, and the sentence has the numbers in it."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from echo.domain.errors import ErrorCode, Refusal
from echo.domain.filters import (
    adverse_points,
    refuse_delay,
    refuse_kind,
    refuse_permission,
    refuse_session,
    refuse_slippage,
    refuse_spread,
    slippage_left,
)
from echo.domain.ids import AccountId, ClientId, Ticket, TradeId
from echo.domain.intents import TradeIntent
from echo.domain.policy import CopyOptions
from echo.domain.quantities import Side
from echo.domain.specs import Quote, SessionRange, SessionWindow, SymbolMapping, TradePermission

# A symbol whose tick is five points: limits are in points.
SPEC = SymbolMapping(
    canonical_symbol="GER40",
    broker_symbol="DE40",
    digits=1,
    point=Decimal("0.1"),
    tick_size=Decimal("0.5"),
    min_lot=Decimal("0.1"),
    max_lot=Decimal(10),
    lot_step=Decimal("0.1"),
)
INTENT = TradeIntent(
    trade_id=TradeId("0145d921-2800-718b-ba1b-d7d44d061972"),
    account_id=AccountId("1001"),
    client_id=ClientId("master_1001"),
    ticket=Ticket(1),
    symbol="DE40",
    side=Side.BUY,
    lot=Decimal(1),
    price=Decimal("18000.0"),
    magic_number=7,
)


def quoted(bid: str, ask: str) -> Quote:
    return Quote(
        account_id=AccountId("2001"),
        canonical_symbol="GER40",
        broker_symbol="DE40",
        bid=Decimal(bid),
        ask=Decimal(ask),
        spread_points=Decimal(999),
        timestamp_ms=0,
    )


@pytest.mark.parametrize(
    ("options", "code"),
    [
        pytest.param(CopyOptions(), None, id="everything"),
        pytest.param(CopyOptions(sides=frozenset({Side.BUY})), None, id="buys"),
        pytest.param(
            CopyOptions(sides=frozenset({Side.SELL})), ErrorCode.SIDE_FILTERED, id="only sells"
        ),
        pytest.param(CopyOptions(sides=frozenset()), ErrorCode.SIDE_FILTERED, id="no side"),
        pytest.param(CopyOptions(symbols_include=frozenset({"GER40"})), None, id="included"),
        pytest.param(
            CopyOptions(symbols_include=frozenset({"EURUSD"})),
            ErrorCode.SYMBOL_FILTERED,
            id="not included",
        ),
        pytest.param(
            CopyOptions(symbols_include=frozenset({"GER40"}), symbols_exclude=frozenset({"GER40"})),
            ErrorCode.SYMBOL_FILTERED,
            id="excluded after all",
        ),
        pytest.param(CopyOptions(magic_ranges=((1, 5), (7, 7))), None, id="magic in range"),
        pytest.param(
            CopyOptions(magic_ranges=((1, 6), (8, 9))),
            ErrorCode.RISK_POLICY_MISSING,
            id="magic between ranges",
        ),
    ],
)
def test_kinds_of_trades(options: CopyOptions, code: ErrorCode | None) -> None:
    refusal = refuse_kind(INTENT, "GER40", options)

    assert (refusal.code if refusal else None) is code


@pytest.mark.parametrize(
    ("permission", "passes"),
    [
        (None, True),
        (TradePermission.FULL, True),
        (TradePermission.CLOSE_ONLY, False),
        (TradePermission.DISABLED, False),
    ],
)
def test_brokers_permission(permission: TradePermission | None, passes: bool) -> None:
    refusal = refuse_permission(replace(SPEC, trade_permission=permission), Side.BUY)

    assert (refusal is None) is passes
    if refusal is not None:
        assert refusal.code is ErrorCode.TRADE_DISABLED


@pytest.mark.parametrize(
    ("ask", "limit", "sentence"),
    [
        ("18002.5", "25", None),
        ("18002.6", "25", "spread 26.0 pt > max 25 pt"),
        ("18002.6", None, None),
        ("18000.0", "0", None),
    ],
)
def test_spread_is_measured_on_the_quote_in_points(
    ask: str, limit: str | None, sentence: str | None
) -> None:
    options = CopyOptions(max_spread_points=None if limit is None else Decimal(limit))
    refusal = refuse_spread(quoted("18000.0", ask), SPEC, options)

    assert refusal == (sentence and Refusal(ErrorCode.SPREAD_EXCEEDED, sentence))


@pytest.mark.parametrize(
    ("side", "bid", "ask", "passes"),
    [
        pytest.param(Side.BUY, "17999.0", "18001.0", True, id="buy at the limit"),
        pytest.param(Side.BUY, "17999.0", "18001.1", False, id="buy beyond"),
        pytest.param(Side.BUY, "17000.0", "17000.5", True, id="a better price always passes"),
        pytest.param(Side.SELL, "17999.0", "18001.1", True, id="sell at the limit"),
        pytest.param(Side.SELL, "17998.9", "17999.0", False, id="sell beyond"),
        pytest.param(Side.SELL, "19000.0", "19001.0", True, id="better for a sell"),
    ],
)
def test_slippage_counts_only_what_is_worse(side: Side, bid: str, ask: str, passes: bool) -> None:
    options = CopyOptions(max_slippage_points=Decimal(10))
    refusal = refuse_slippage(replace(INTENT, side=side), quoted(bid, ask), SPEC, options)

    assert (refusal is None) is passes
    if refusal is not None:
        assert refusal.sentence == "price 11.0 pt worse than the master's > max 10 pt"


def test_without_a_limit_any_price_passes() -> None:
    assert refuse_slippage(INTENT, quoted("1", "99999"), SPEC, CopyOptions()) is None


@pytest.mark.parametrize(
    ("limit", "worse", "left"),
    [
        (None, "5", None),
        ("20", "5", "15"),
        ("20", "-5", "25"),
        ("20", "20", "0"),
        ("20", "21", "0"),
    ],
)
def test_what_is_lost_before_an_order_leaves_counts_against_its_slippage(
    limit: str | None, worse: str, left: str | None
) -> None:
    found = slippage_left(None if limit is None else Decimal(limit), Decimal(worse))

    assert found == (None if left is None else Decimal(left))


HOURS = (
    SessionWindow(day=1, trade_sessions=(SessionRange(start_minute=1_320, end_minute=1_440),)),
    SessionWindow(
        day=4,
        trade_sessions=(
            SessionRange(start_minute=60, end_minute=720),
            SessionRange(start_minute=780, end_minute=1_380),
        ),
    ),
    SessionWindow(day=7),
)


@pytest.mark.parametrize(
    ("moment", "sentence"),
    [
        ("2026-07-29T01:00", None),
        ("2026-07-29T11:59", None),
        ("2026-07-29T12:00", "DE40 is not traded at Wed 12:00 {zone}: 01:00-12:00, 13:00-23:00"),
        ("2026-07-29T00:59", "DE40 is not traded at Wed 00:59 {zone}: 01:00-12:00, 13:00-23:00"),
        ("2026-07-26T22:00", None),
        ("2026-08-01T12:00", "DE40 is not traded at Sat 12:00 {zone}: never on that day"),
    ],
)
@pytest.mark.parametrize("zone", ["UTC", "Europe/Athens", "America/New_York"])
def test_trading_hours_are_told_by_the_brokers_clock(
    moment: str, sentence: str | None, zone: str
) -> None:
    local = datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(zone))
    refusal = refuse_session(
        HOURS, SPEC, CopyOptions(session_zone=zone), wall_ms=int(local.timestamp() * 1_000)
    )

    assert refusal == (sentence and Refusal(ErrorCode.SESSION_CLOSED, sentence.format(zone=zone)))


def test_hours_move_with_the_brokers_summer() -> None:
    """Noon in Athens is 09:00 UTC in summer, 10:00 in winter."""
    options = CopyOptions(session_zone="Europe/Athens")
    summer, winter = (
        int(datetime(2026, month, day, 9, 30, tzinfo=UTC).timestamp() * 1_000)
        for month, day in ((7, 29), (1, 28))
    )

    assert refuse_session(HOURS, SPEC, options, wall_ms=winter) is None
    refusal = refuse_session(HOURS, SPEC, options, wall_ms=summer)
    assert refusal is not None
    assert "Wed 12:30 Europe/Athens" in refusal.sentence


@pytest.mark.parametrize(
    ("hours", "zone"), [((), "UTC"), (HOURS, "")], ids=["none are reported", "clock unknown"]
)
def test_hours_that_cannot_be_told_are_left_to_the_terminal(
    hours: tuple[SessionWindow, ...], zone: str
) -> None:
    assert refuse_session(hours, SPEC, CopyOptions(session_zone=zone), wall_ms=0) is None


def test_adverse_points_are_signed() -> None:
    worse = adverse_points(Side.SELL, master_price=Decimal(100), slave_price=Decimal(99), spec=SPEC)
    better = adverse_points(Side.BUY, master_price=Decimal(100), slave_price=Decimal(99), spec=SPEC)

    assert worse == 10
    assert better == -10


@pytest.mark.parametrize(
    ("age_ms", "sentence"),
    [
        (0, None),
        (499, None),
        (500, "entry is 500 ms old >= max 500 ms"),
        (None, "the age of the entry is unknown"),
    ],
)
def test_an_entry_is_never_executed_late(age_ms: int | None, sentence: str | None) -> None:
    refusal = refuse_delay(age_ms, CopyOptions(max_delay_ms=500))

    assert refusal == (sentence and Refusal(ErrorCode.DELAY_EXCEEDED, sentence))
