"""The replica: the newest of everything, from its owner only, aged by our own clock."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from echo.domain.accounts import AccountInfo, OpenTrades, StateSnapshot, TickValue
from echo.domain.facts import InputRefused
from echo.domain.journal import AccountStateRecord
from echo.domain.registration_facts import SpecsTaken
from echo.domain.specs import TradePermission
from echo.engine.effects import Effect, Persist
from echo.engine.replica import canonical_name
from tests.engine.scenes import (
    OTHER_AGENT,
    SLAVE,
    Desk,
    desk,
    facts,
    fixed_risk,
    mapping,
    quote,
    records,
    spec_report,
    specification,
)


def snapshot(**changes: Any) -> StateSnapshot:
    info = AccountInfo(
        account_id=SLAVE,
        balance=Decimal(1000),
        equity=Decimal(-5),
        margin=Decimal(0),
        margin_free=Decimal(0),
        margin_level=Decimal(0),
        currency="EUR",
    )
    return replace(StateSnapshot(account_id=SLAVE, info=info), **changes)


def tell(stage: Desk, message: Any) -> list[Effect]:
    return stage.say(message, message_id=None)


def bids(stage: Desk) -> dict[str, Decimal]:
    quotes = stage.engine.state.account(SLAVE).quotes
    return {canonical: each.bid for canonical, (each, _) in quotes.items()}


def test_the_newest_quote_counts() -> None:
    stage = desk()
    stage.quote(bid="1.2", ask="1.3")

    assert bids(stage) == {"EURUSD": Decimal("1.2")}


@pytest.mark.parametrize(
    ("bid", "ask"),
    [
        pytest.param("0", "1.1", id="no bid"),
        pytest.param("-1", "1.1", id="negative"),
        pytest.param("1.2", "1.1", id="crossed"),
        pytest.param("0", "0", id="nothing"),
    ],
)
def test_bad_quotes_are_ignored(bid: str, ask: str) -> None:
    stage = desk()
    assert stage.quote(bid=bid, ask=ask) == []

    assert bids(stage) == {"EURUSD": Decimal("1.10000")}


def test_a_quote_ages_from_its_arrival_whatever_its_sender_says() -> None:
    stage = desk()
    stage.later(700)
    tell(stage, replace(quote(), timestamp_ms=0))
    stage.later(700)

    assert stage.open()


def test_a_quote_is_known_by_the_brokers_name_first() -> None:
    stage = desk()
    tell(stage, replace(quote(bid="1.15", ask="1.16"), canonical_symbol="whatever"))
    tell(stage, replace(quote(bid="1.3", ask="1.4"), broker_symbol="?", canonical_symbol="GBPUSD"))
    tell(stage, replace(quote(), broker_symbol="?", canonical_symbol="?"))

    assert bids(stage) == {"EURUSD": Decimal("1.15"), "GBPUSD": Decimal("1.3")}


def test_a_spec_report_refreshes_what_is_registered() -> None:
    stage = desk()
    tell(
        stage,
        spec_report(
            SLAVE,
            specification(
                lot_step=Decimal("0.1"),
                stops_level_points=30,
                contract_size=Decimal(0),
                tick_value=Decimal(0),
                trade_permission=TradePermission.DISABLED,
            ),
            specification("GBPUSD"),
        ),
    )
    account = stage.engine.state.account(SLAVE)
    spec = account.symbols["EURUSD"]

    assert list(account.symbols) == ["EURUSD"]
    assert (spec.lot_step, spec.stop_level_points) == (Decimal("0.1"), 30)
    assert spec.contract_size is None
    assert spec.trade_permission is TradePermission.DISABLED
    assert spec.point == Decimal("0.00001")
    assert account.tick_values["EURUSD"][0] == 1


def test_a_made_up_spec_refreshes_nothing() -> None:
    stage = desk()
    stage.later(9_000)
    tell(stage, spec_report(SLAVE, specification(min_lot=Decimal(0), tick_value=Decimal(9))))
    account = stage.engine.state.account(SLAVE)

    assert account.symbols["EURUSD"].min_lot == Decimal("0.01")
    assert account.tick_values["EURUSD"][0] == 1
    assert account.spec_mono_ms["EURUSD"] == stage.now.mono_ms - 9_000


def test_a_spec_without_a_name_is_left_out() -> None:
    stage = desk()

    told = tell(stage, spec_report(SLAVE, specification("#", broker_symbol="?")))

    assert [fact.news for fact in facts(told, SpecsTaken)] == [False]
    assert len(told) == 1


def test_money_is_written_down_now_and_then() -> None:
    stage = desk()
    told = tell(stage, snapshot())
    [written] = [effect for effect in told if isinstance(effect, Persist)]
    assert written.lazy
    assert isinstance(written.record, AccountStateRecord)
    assert written.record.info.equity == -5
    stage.later(4_999)
    assert tell(stage, snapshot()) == []
    stage.later(1)
    assert len(records(tell(stage, snapshot()), AccountStateRecord)) == 1


def test_the_currency_of_the_account_is_what_it_says_now() -> None:
    stage = desk(policies=[fixed_risk(currency="EUR")])
    tell(stage, snapshot())

    assert stage.open(stop_loss=Decimal("1.09")).lot == Decimal("0.10")


def test_tick_values_of_a_snapshot_are_the_newest() -> None:
    stage = desk(policies=[fixed_risk()])
    values = (
        TickValue(canonical_symbol="EURUSD", tick_value=Decimal(4)),
        TickValue(canonical_symbol="GBPUSD", tick_value=Decimal(0)),
        TickValue(canonical_symbol="#", tick_value=Decimal(1)),
    )
    assert tell(stage, snapshot(info=None, tick_values=values)) == []

    assert list(stage.engine.state.account(SLAVE).tick_values) == ["EURUSD"]
    assert stage.open(stop_loss=Decimal("1.09")).lot == Decimal("0.02")


@pytest.mark.parametrize(
    "message",
    [
        quote(bid="9", ask="9"),
        spec_report(SLAVE, specification(lot_step=Decimal(1))),
        snapshot(),
        OpenTrades(account_id=SLAVE, epoch="e", trades=()),
    ],
    ids=["quote", "spec", "snapshot", "open trades"],
)
def test_a_strangers_market_is_not_believed(message: Any) -> None:
    stage = desk()
    stage.join(agent=OTHER_AGENT)
    told = stage.say(message, agent=OTHER_AGENT, message_id=None)

    assert [fact.reason for fact in facts(told, InputRefused)] == ["not_owner"]
    assert stage.open().lot == Decimal("0.10")


def test_open_trades_change_nothing() -> None:
    assert tell(desk(), OpenTrades(account_id=SLAVE, epoch="e", trades=())) == []


def test_what_is_said_of_a_spelling_that_stands_for_nothing_is_not_kept() -> None:
    stage = desk()
    names = ("GOLDm", "XAUUSDmini")
    stage.register(SLAVE, symbols=tuple(mapping(name.upper(), name) for name in names))
    told = tuple(
        TickValue(canonical_symbol=name.upper(), tick_value=Decimal(n))
        for n, name in enumerate(names, 7)
    )
    tell(stage, snapshot(tick_values=told))
    for name in names:
        bid = Decimal(2_000 if name == "GOLDm" else 1)
        tell(
            stage,
            replace(quote(ask="2001"), canonical_symbol=name.upper(), broker_symbol=name, bid=bid),
        )
    account = stage.engine.state.account(SLAVE)

    assert account.symbols["XAUUSD"].broker_symbol == "GOLDm"
    assert account.tick_values["XAUUSD"][0] == 7
    assert bids(stage)["XAUUSD"] == 2_000


@pytest.mark.parametrize(
    ("name", "canonical"),
    [
        pytest.param("XAUUSD.x", "XAUUSD", id="registered"),
        pytest.param("GOLD", "XAUUSD", id="by another name"),
        pytest.param("XAUUSDmini", None, id="a smaller contract than the one that is registered"),
        pytest.param("EURUSDmini", "EURUSD", id="nothing else is registered"),
        pytest.param("AAPL", "AAPL", id="unknown"),
    ],
)
def test_names_that_an_account_has_not_registered(name: str, canonical: str | None) -> None:
    stage = desk(symbol=mapping("XAUUSD"))
    state = stage.engine.state

    assert canonical_name(state, state.account(SLAVE), name, name) == canonical
