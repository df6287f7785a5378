"""What EAs tell of themselves is complete, bounded and no more often than agreed."""

from dataclasses import replace
from decimal import Decimal

from echo.domain.accounts import Deal, OpenTrade
from echo.domain.handshake import AccountMode, Feature, Role
from echo.domain.ids import Ticket
from echo.domain.quantities import Instant, Side
from echo.terminal.reports import (
    DEALS_PER_SNAPSHOT,
    QuoteBoard,
    Snapshots,
    handshake,
    mapped_symbols,
    open_trades,
    quote_of,
    spec_report,
)
from tests.terminal.rig import ACCOUNT, MONO_MS, SERVER, WALL_MS, Rig, price, rules, slave_settings

NOW = Instant(WALL_MS + 123, MONO_MS)
VIEW = Rig(broker_rules=rules(broker="Northwind", terminal_build=1400)).broker.view(NOW)
SLAVE = slave_settings()
MASTER = replace(SLAVE, role=Role.MASTER, symbols=())


def at(ms: int) -> Instant:
    return Instant(WALL_MS + ms, MONO_MS + ms)


def test_a_slave_reports_what_is_mapped_and_a_master_what_it_sees() -> None:
    other = replace(SLAVE, symbols=(("XAUUSD", "XAUUSD"),))

    assert [each.canonical_symbol for each in mapped_symbols(SLAVE, VIEW)] == ["EURUSD"]
    assert [each.canonical_symbol for each in mapped_symbols(MASTER, VIEW)] == ["EURUSD.M"]
    assert mapped_symbols(other, VIEW) == ()


def test_the_handshake_of_protocol_3_says_everything() -> None:
    hello = handshake(SLAVE, VIEW, instance="life", ledger_n=8, now=NOW)

    about = hello.metadata
    assert (about.protocol_version, about.instance, about.ledger_n) == (3, "life", 8)
    assert (about.broker, about.server, about.terminal) == ("Northwind", SERVER, "mt4")
    assert (about.account_mode, about.currency, about.leverage) == (
        AccountMode.HEDGING,
        "USD",
        100,
    )
    assert (about.symbol_mappings, about.terminal_build) == ("EURUSD:EURUSD.m", 1400)
    assert Feature.LOSSLESS in about.offered
    assert Feature.BATCH not in about.offered
    assert len(about.ea_config_hash) == 64
    assert hello.timestamp_ms == NOW.wall_ms
    assert handshake(MASTER, VIEW, instance="", ledger_n=0, now=NOW).client_id == "master_70001"


def test_legacy_handshakes_say_less() -> None:
    second = handshake(
        replace(SLAVE, protocol_version=2), VIEW, instance="life", ledger_n=8, now=NOW
    )
    first = handshake(
        replace(SLAVE, protocol_version=1), VIEW, instance="life", ledger_n=8, now=NOW
    )
    unpriced = replace(SLAVE, protocol_version=2, symbols=(("X", "X"),))

    assert second.metadata.protocol_version == 2
    assert (second.metadata.server, second.metadata.instance) == ("", "")
    assert Feature.LOSSLESS not in second.metadata.offered
    assert second.timestamp_ms == WALL_MS
    assert first.metadata.required_features == ()
    assert handshake(unpriced, VIEW, instance="", ledger_n=0, now=NOW).symbols is None


def test_specifications_carry_what_sizing_needs() -> None:
    report = spec_report(SLAVE, VIEW, now=NOW)

    [spec] = report.symbols
    assert (spec.canonical_symbol, spec.broker_symbol) == ("EURUSD", "EURUSD.m")
    assert (spec.tick_value, spec.contract_size) == (Decimal(1), Decimal(100_000))
    assert (spec.min_lot, spec.lot_step, spec.margin_currency) == (
        Decimal("0.01"),
        Decimal("0.01"),
        "USD",
    )
    assert (report.account_id, report.reported_at_ms) == (ACCOUNT, NOW.wall_ms)


def test_a_quote_counts_its_spread_in_points() -> None:
    quote = quote_of(SLAVE, mapped_symbols(SLAVE, VIEW)[0], price("1.39000", "1.39012"), now=NOW)

    assert (quote.spread_points, quote.timestamp_ms) == (Decimal(12), NOW.wall_ms)


def test_quotes_are_told_when_they_change_but_not_too_often_and_again_when_they_do_not() -> None:
    board, symbols = QuoteBoard(), mapped_symbols(SLAVE, VIEW)

    def told(bid: str, ms: int, *, repeat: bool = True) -> bool:
        prices = {"EURUSD.m": price(bid)}
        return bool(board.due(symbols, prices, now=at(ms), repeat=repeat))

    assert told("1.1", 0)
    assert not told("1.2", 200)
    assert told("1.2", 250)
    assert not told("1.2", 600)
    assert not told("1.2", 760, repeat=False)
    assert told("1.2", 760)
    board.clear()
    assert told("1.2", 761)
    assert board.due(symbols, {}, now=at(9_000)) == []


def deal(ticket: int) -> Deal:
    return Deal(
        ticket=Ticket(ticket),
        symbol="S",
        side=Side.BUY,
        lot=Decimal(1),
        open_price=Decimal(1),
        close_price=Decimal(1),
        open_time_ms=0,
        close_time_ms=0,
    )


def test_snapshots_are_numbered_and_complete_when_the_terminal_is() -> None:
    snapshots = Snapshots(VIEW)

    first = snapshots.next(SLAVE, VIEW, epoch="life", now=NOW)
    second = snapshots.next(SLAVE, replace(VIEW, synchronised=False), epoch="life", now=NOW)

    assert (first.sequence, first.complete, first.connected, first.epoch) == (1, True, True, "life")
    assert (second.sequence, second.complete) == (2, False)
    assert [each.canonical_symbol for each in first.tick_values] == ["EURUSD"]
    assert first.info is not None
    assert first.info.timestamp_ms == NOW.wall_ms


def test_deals_are_told_once_and_in_portions() -> None:
    snapshots = Snapshots(replace(VIEW, history=(deal(0),)))
    many = replace(VIEW, history=tuple(map(deal, range(DEALS_PER_SNAPSHOT + 6))))

    told = [snapshots.next(SLAVE, many, epoch="", now=NOW).history for _ in range(3)]

    assert [len(each) for each in told] == [DEALS_PER_SNAPSHOT, 5, 0]
    assert told[0][0].ticket == 1


def test_the_hash_of_open_trades_depends_on_what_is_open_only() -> None:
    one = OpenTrade(ticket=Ticket(1), lot=Decimal("0.10"), trade_id="a")
    other = OpenTrade(ticket=Ticket(2), lot=Decimal("0.2"), tag="E1")

    def hash_of(*trades: OpenTrade) -> str:
        return open_trades(SLAVE, trades, epoch="e").hash

    assert hash_of(one, other) == hash_of(other, replace(one, lot=Decimal("0.1")))
    assert hash_of(one) != hash_of(one, other)
    assert hash_of(one) != hash_of(replace(one, lot=Decimal("0.11")))
