"""A slave's reports stop with the pipe and start over with it."""

from dataclasses import replace

from echo.domain.accounts import OpenTrades, StateSnapshot
from echo.domain.sessions import Ping
from echo.domain.specs import Quote, SymbolSpecReport
from echo.terminal.desk import Desk
from echo.terminal.effects import Arm, Effect, Say
from echo.terminal.telling import QUOTES, SPECS, STATE, TRADES, SlaveReports
from tests.terminal.rig import Rig, execute, price, rules, slave_settings


def told(effects: list[Effect]) -> list[type]:
    return [type(each.message) for each in effects if isinstance(each, Say)]


def reports(*, up: bool = True) -> tuple[SlaveReports, Desk]:
    rig = Rig()
    desk = Desk(slave_settings())
    desk.now = rig.now
    desk.see(rig.broker.view(rig.now))
    desk.prices.update(rig.broker.prices)
    if up:
        desk.link.opened(rig.now)
    telling = SlaveReports(desk)
    telling.attached()
    return telling, desk


def test_a_new_session_hears_everything_at_once_and_timers_run() -> None:
    telling, desk = reports()

    telling.pipe_opened()

    effects = desk.take_effects()
    assert told(effects) == [SymbolSpecReport, Quote, StateSnapshot, OpenTrades]
    assert {each.key for each in effects if isinstance(each, Arm)} == {
        STATE,
        QUOTES,
        SPECS,
        TRADES,
    }


def test_without_a_pipe_nothing_is_told_and_no_timer_runs() -> None:
    telling, desk = reports(up=False)

    telling.tell_state()
    telling.tell_quotes(repeat=True)
    telling.tell_specs()
    telling.tell_trades()

    assert desk.take_effects() == []


def test_a_price_that_just_moved_is_told_without_setting_a_timer() -> None:
    telling, desk = reports()
    desk.prices["EURUSD.m"] = price("1.40")

    telling.tell_quotes(repeat=False)

    assert told(desk.take_effects()) == [Quote]


def test_an_offline_terminal_tells_no_prices() -> None:
    rig = Rig().start()
    rig.broker.door.connected = False
    rig.look()
    rig.said.clear()

    rig.pass_ms(2_000)

    assert rig.heard_of(Quote) == []
    assert [each.connected for each in rig.heard_of(StateSnapshot)] == [False, False]


def test_nothing_is_told_of_another_account() -> None:
    rig = Rig().start()
    rig.broker.rules = rules(server="Other-Srv")
    rig.look()
    rig.said.clear()

    rig.quote("1.39100")
    rig.pass_ms(10_000)

    assert {type(message) for message in rig.said} == {Ping}
    rig.broker.rules = rules()
    rig.look()
    rig.pass_ms(5_000)
    assert {StateSnapshot, Quote, SymbolSpecReport, OpenTrades} <= set(map(type, rig.said))


def test_trades_are_listed_by_ledger_and_by_tag_and_others_are_not() -> None:
    rig = Rig().start()
    rig.hear(execute(1))
    rig.hear(execute(2, comment=""))
    rig.by_hand(replace(rig.opens[0], ref="h", comment=""))
    rig.by_hand(replace(rig.opens[0], ref="h"))

    rig.pass_ms(5_000)

    listed = rig.heard_of(OpenTrades)[-1].trades
    assert [(bool(each.trade_id), bool(each.tag)) for each in listed] == [
        (True, True),
        (True, False),
        (False, True),
    ]
