"""Reports of EAs are read, with all that EAs in the field do differently."""

from decimal import Decimal

import pytest

from echo.domain.accounts import OpenTrade, OpenTrades, StateSnapshot
from echo.domain.answers import NO_ACCOUNT
from echo.domain.handshake import AccountMode, Handshake, Role
from echo.domain.ids import Ticket
from echo.domain.specs import Quote, SpreadType, SymbolSpecReport, TradePermission
from echo.wire.pipe import Part, read_ea_line
from echo.wire.pipe.fields import LIST_MAX
from echo.wire.refusals import WireReason
from tests.wire.pipe.lines import ACCOUNT, HANDSHAKE, SPEC, SYMBOL, line
from tests.wire.pipe.samples import TAG, TRADE
from tests.wire.pipe.test_reading import read_one, refused


def test_a_handshake_of_protocol_1_says_its_version_otherwise() -> None:
    first = read_one(line("handshake", HANDSHAKE | {"symbol": "GOLD", "version": "0.1.0"}))

    assert isinstance(first, Handshake)
    assert (first.metadata.protocol_version, first.metadata.client_semver) == (1, "0.1.0")
    assert first.symbols is None


def test_absent_symbols_are_not_an_empty_list_of_them() -> None:
    absent = read_one(line("handshake", HANDSHAKE | {"protocol_version": 2}))
    empty = read_one(line("handshake", HANDSHAKE | {"protocol_version": 2, "symbols": []}))

    assert isinstance(absent, Handshake)
    assert isinstance(empty, Handshake)
    assert (absent.symbols, empty.symbols) == (None, ())


def test_features_of_every_list_are_offered() -> None:
    payload = HANDSHAKE | {
        "capabilities": {"features": ["batch/v1"], "metrics": ["exposure_v1"]},
        "required_features": ["lossless/v1"],
        "optional_features": ["trace/v1"],
    }

    handshake = read_one(line("handshake", payload))

    assert isinstance(handshake, Handshake)
    assert handshake.metadata.offered == {"batch/v1", "lossless/v1", "trace/v1"}
    assert handshake.metadata.metrics == ("exposure_v1",)


def test_the_mode_of_an_account_is_known_or_not_said() -> None:
    payload = HANDSHAKE | {"role": "MASTER", "account_mode": "Netting"}

    handshake = read_one(line("handshake", payload))

    assert isinstance(handshake, Handshake)
    assert handshake.metadata.account_mode is AccountMode.NETTING
    assert handshake.role is handshake.metadata.pipe_role is Role.MASTER
    error = refused(line("handshake", HANDSHAKE | {"role": "watcher"}))
    assert error.reason is WireReason.UNKNOWN_VALUE


def test_a_size_or_value_of_zero_is_unknown() -> None:
    entry = SYMBOL | {"contract_size": 0.0, "tick_value": 0, "trade_permission": "full_access"}

    handshake = read_one(line("handshake", HANDSHAKE | {"symbols": [SYMBOL, entry]}))

    assert isinstance(handshake, Handshake)
    assert handshake.symbols is not None
    bare, zero = handshake.symbols
    assert (bare.contract_size, bare.tick_value, bare.trade_permission) == (None, None, None)
    assert (zero.contract_size, zero.tick_value) == (None, None)
    assert zero.trade_permission is TradePermission.FULL


def test_symbols_beyond_all_reason_are_refused() -> None:
    some = read_one(line("handshake", HANDSHAKE | {"symbols": [SYMBOL] * LIST_MAX}))

    assert isinstance(some, Handshake)
    assert len(some.symbols or ()) == LIST_MAX
    error = refused(line("handshake", HANDSHAKE | {"symbols": [SYMBOL] * (LIST_MAX + 1)}))
    assert error.reason is WireReason.OUT_OF_RANGE


def test_a_part_of_a_handshake_says_that_it_is_one() -> None:
    payload = HANDSHAKE | {"symbols": [SYMBOL], "part": 2, "parts": 3}

    part = read_one(line("handshake", payload))

    assert isinstance(part, Part)
    assert (part.part, part.parts) == (2, 3)
    assert isinstance(part.message, Handshake)
    error = refused(line("handshake", payload | {"part": 4}))
    assert error.reason is WireReason.BAD_PART
    assert refused(line("handshake", payload | {"parts": 257})).reason is WireReason.OUT_OF_RANGE


def test_a_spec_report_reads_the_words_of_older_eas() -> None:
    general = SPEC["general"] | {
        "spread_type": "FIXED",
        "profit_calculation_mode": "CFD",
        "margin_calculation_mode": "cfd-leverage",
        "trade_permission": "full access",
        "execution_mode": "Market",
        "gtc_mode": "good_till_cancel",
    }
    swap = {"swap_type": "EUR", "swap_long": -3.25, "triple_swap_day": "thu"}
    sessions = [{"day": "mon", "quote_sessions": [{"start_minute": 0, "end_minute": 1440}]}]
    entry = SPEC | {"general": general, "swap": swap, "sessions": sessions}
    payload = {"account_id": "70001", "reported_at_ms": 5, "symbols": [entry, SPEC]}

    report = read_one(line("symbol_spec_report", payload))

    assert isinstance(report, SymbolSpecReport)
    spec, bare = report.symbols
    assert spec.spread_type is SpreadType.FIXED
    assert (spec.profit_calculation_mode, spec.margin_calculation_mode) == ("cfd", "cfd_leverage")
    assert (spec.trade_permission, spec.gtc_mode) == (TradePermission.FULL, "gtc")
    assert (spec.swap_type, spec.swap_long) == ("currency", Decimal("-3.25"))
    assert spec.triple_swap_day == "thursday"
    assert (spec.sessions[0].day, spec.sessions[0].trade_sessions) == (2, ())
    assert bare.sessions == ()
    assert (bare.swap_long, bare.margin_percentage) == (Decimal(0), Decimal(100))


@pytest.mark.parametrize("minute", [-1, 1441])
def test_a_minute_outside_the_day_is_refused(minute: int) -> None:
    session = {"day": "mon", "trade_sessions": [{"start_minute": 0, "end_minute": minute}]}
    payload = {
        "account_id": "7",
        "reported_at_ms": 5,
        "symbols": [SPEC | {"sessions": [session]}],
    }

    assert refused(line("symbol_spec_report", payload)).reason is WireReason.OUT_OF_RANGE


QUOTE = {"canonical_symbol": "XAUUSD", "broker_symbol": "GOLD", "bid": 1.5, "ask": 1.6}


def test_a_legacy_quote_gets_the_time_of_its_arrival() -> None:
    raw = line("quote_snapshot", {"account_id": "70001"} | QUOTE, timestamp_ms=812_345)

    [quote] = read_ea_line(raw, 1_700_000_000_000)

    assert isinstance(quote, Quote)
    assert (quote.timestamp_ms, quote.spread_points) == (1_700_000_000_000, Decimal(0))


def test_one_line_may_hold_several_quotes() -> None:
    entries = [QUOTE, QUOTE | {"bid": 1.4, "timestamp_ms": 8, "spread_points": 12.5}]
    payload = {"account_id": "70001", "timestamp_ms": 9, "quotes": entries}

    first, second = read_ea_line(line("quote_snapshot", payload), 1)

    assert isinstance(first, Quote)
    assert isinstance(second, Quote)
    assert (first.timestamp_ms, second.timestamp_ms) == (9, 8)
    assert (second.bid, second.spread_points) == (Decimal("1.4"), Decimal("12.5"))
    assert read_ea_line(line("quote_snapshot", payload | {"quotes": []})) == ()


@pytest.mark.parametrize("field", sorted(QUOTE))
def test_a_quote_without_what_makes_it_one_is_refused(field: str) -> None:
    payload = {"account_id": "70001"} | {k: v for k, v in QUOTE.items() if k != field}

    assert refused(line("quote_snapshot", payload)).reason is WireReason.MISSING_FIELD


def test_a_legacy_snapshot_proves_nothing_about_positions() -> None:
    raw = line("state_snapshot", {"accounts": [ACCOUNT], "positions": []}, timestamp_ms=1_000)

    snapshot = read_one(raw)

    assert isinstance(snapshot, StateSnapshot)
    assert (snapshot.complete, snapshot.connected, snapshot.epoch) == (False, False, "")
    assert snapshot.account_id == "70001"
    assert snapshot.info is not None
    assert (snapshot.info.equity, snapshot.info.currency) == (Decimal("-3.5"), "")


def test_a_snapshot_without_money_is_of_the_account_of_its_pipe() -> None:
    snapshot = read_one(line("state_snapshot", {}))

    assert isinstance(snapshot, StateSnapshot)
    assert (snapshot.account_id, snapshot.info) == ("", None)


def test_a_snapshot_of_two_accounts_is_refused() -> None:
    error = refused(line("state_snapshot", {"accounts": [ACCOUNT, ACCOUNT]}))

    assert error.reason is WireReason.OUT_OF_RANGE


def test_positions_without_levels_say_zero_or_nothing() -> None:
    position = {
        "ticket": 7,
        "symbol": "GOLD",
        "side": "SELL",
        "volume": 0.1,
        "open_price": 4015.1,
        "stop_loss": 0,
    }

    snapshot = read_one(line("state_snapshot", {"account_id": "7", "positions": [position]}))

    assert isinstance(snapshot, StateSnapshot)
    assert (snapshot.positions[0].stop_loss, snapshot.positions[0].take_profit) == (None, None)


def test_open_trades_are_named_by_id_or_by_tag() -> None:
    trades = [
        {"trade_id": TRADE.upper(), "ticket": 1, "volume": 0.1},
        {"tag": TAG, "ticket": 2, "volume": 0.2},
    ]

    held = read_one(line("open_trades", {"epoch": "a", "trades": trades}))

    assert held == OpenTrades(
        account_id=NO_ACCOUNT,
        epoch="a",
        trades=(
            OpenTrade(ticket=Ticket(1), lot=Decimal("0.1"), trade_id=TRADE),
            OpenTrade(ticket=Ticket(2), lot=Decimal("0.2"), tag=TAG),
        ),
    )
