from dataclasses import replace

from echo.bridge.market import HISTORY_MAX, QUOTED_SYMBOLS_MAX
from echo.domain.accounts import OpenTrades, StateSnapshot
from echo.domain.facts import InputRefused
from echo.domain.link_facts import ReportHeld
from echo.domain.registration_facts import SpecsFiltered, SpecsForwarded
from echo.domain.specs import Quote, SymbolSpecReport
from tests.bridge.stage import (
    OTHER_SLAVE,
    SLAVE,
    WALL_MS,
    Stage,
    open_trades,
    quote,
    ready,
    snapshot,
    specs,
)

PACE_MS = 250


def test_the_first_passes_at_once_and_of_the_rest_the_latest() -> None:
    stage = ready()
    slave = stage.slave()
    assert len(stage.say(slave, quote(spread="1")).up(Quote)) == 1
    for spread in ("2", "3", "4"):
        assert stage.say(slave, quote(spread=spread)).up(Quote) == []

    assert stage.pass_ms(PACE_MS - 1).up(Quote) == []
    assert [str(each.spread_points) for each in stage.pass_ms(1).up(Quote)] == ["4"]
    assert stage.pass_ms(2 * PACE_MS).up(Quote) == []


def test_what_comes_late_enough_passes_at_once() -> None:
    stage = ready()
    slave = stage.slave()
    stage.say(slave, snapshot(sequence=1))
    stage.pass_ms(PACE_MS)

    assert len(stage.say(slave, snapshot(sequence=2)).up(StateSnapshot)) == 1


def test_symbols_accounts_and_kinds_do_not_wait_for_each_other() -> None:
    stage = ready()
    one, other = stage.slave(), stage.slave(OTHER_SLAVE)

    passed = [
        *stage.say(one, quote("GOLD")).all_up,
        *stage.say(one, quote("SILVER")).all_up,
        *stage.say(other, quote("GOLD", OTHER_SLAVE)).all_up,
        *stage.say(one, specs()).all_up,
        *stage.say(one, open_trades()).all_up,
        *stage.say(one, snapshot()).all_up,
    ]

    assert [type(each) for each in passed] == [
        *(Quote, Quote, Quote, SymbolSpecReport, OpenTrades, StateSnapshot)
    ]


def test_reports_are_never_numbered() -> None:
    stage = ready()
    slave = stage.slave()

    assert stage.say(slave, quote()).numbered == []


def test_deals_of_a_snapshot_that_is_overtaken_are_not_lost() -> None:
    stage = ready()
    slave = stage.slave()
    stage.say(slave, snapshot(sequence=1, deals=[1]))
    stage.say(slave, snapshot(sequence=2, deals=[2, 3]))
    stage.say(slave, snapshot(sequence=3))
    stage.say(slave, snapshot(sequence=4, deals=[4]))

    [sent] = stage.pass_ms(PACE_MS).up(StateSnapshot)

    assert sent.sequence == 4
    assert [deal.ticket for deal in sent.history] == [2, 3, 4]


def test_deals_that_wait_are_bounded() -> None:
    stage = Stage()
    slave = stage.slave()
    for first in range(0, 2 * HISTORY_MAX, 100):
        stage.say(slave, snapshot(deals=range(first, first + 100)))

    [sent] = stage.core_up().up(StateSnapshot)

    assert [deal.ticket for deal in sent.history] == list(range(HISTORY_MAX, 2 * HISTORY_MAX))


def test_a_core_that_comes_back_hears_the_latest_of_everything_once() -> None:
    stage = ready()
    slave = stage.slave()
    stage.say(slave, quote(spread="1"))
    stage.say(slave, specs())
    stage.core_down()
    assert stage.say(slave, quote(spread="2")).all_up == []
    stage.say(slave, snapshot())

    done = stage.core_up()

    assert [str(each.spread_points) for each in done.up(Quote)] == ["2"]
    assert len(done.up(SymbolSpecReport)) == len(done.up(StateSnapshot)) == 1
    assert stage.pass_ms(PACE_MS).up(Quote) == []


def test_what_waited_when_the_core_left_is_not_sent_to_nobody() -> None:
    stage = ready()
    slave = stage.slave()
    stage.say(slave, quote(spread="1"))
    stage.say(slave, quote(spread="2"))
    stage.core_down()

    assert stage.pass_ms(PACE_MS).all_up == []
    assert [str(each.spread_points) for each in stage.core_up().up(Quote)] == ["2"]


def test_what_an_ea_said_goes_with_its_session() -> None:
    stage = ready()
    slave = stage.slave()
    stage.say(slave, quote(spread="1"))
    stage.say(slave, quote(spread="2"))
    stage.disconnect(slave)

    assert stage.pass_ms(PACE_MS).up(Quote) == []
    stage.core_down()
    assert stage.core_up().up(Quote) == []


def test_quotes_of_older_protocols_are_dated_on_arrival() -> None:
    stage = ready()
    old = stage.legacy_slave()
    [dated] = stage.say(old, quote()).up(Quote)
    assert dated == replace(quote(), timestamp_ms=WALL_MS)

    ours = stage.slave(OTHER_SLAVE)
    [as_it_is] = stage.say(ours, quote(account_id=OTHER_SLAVE)).up(Quote)
    assert as_it_is.timestamp_ms == 123


def test_an_ea_that_invents_symbols_without_end_is_refused() -> None:
    stage = ready()
    slave = stage.slave()
    passed = [
        len(stage.say(slave, quote(f"S{number}")).up(Quote))
        for number in range(QUOTED_SYMBOLS_MAX + 2)
    ]

    assert sum(passed) == QUOTED_SYMBOLS_MAX
    done = stage.say(slave, quote("ONE-MORE", SLAVE))
    assert [fact.reason for fact in done.facts(InputRefused)] == ["too_many_symbols"]
    assert stage.pass_ms(PACE_MS).facts(InputRefused) == []


def test_specs_that_are_older_than_the_last_or_empty_are_kept_back_and_counted() -> None:
    stage = ready()
    slave = stage.slave()
    done = stage.say(slave, specs(reported_at_ms=WALL_MS))
    assert [fact.symbols for fact in done.facts(SpecsForwarded)] == [1]
    stage.pass_ms(PACE_MS)
    reasons = []
    for late in (
        specs(reported_at_ms=WALL_MS - 1),
        replace(specs(reported_at_ms=WALL_MS + 1), symbols=()),
    ):
        done = stage.say(slave, late)
        assert done.up(SymbolSpecReport) == []
        reasons += [fact.reason for fact in done.facts(SpecsFiltered)]

    assert reasons == ["stale_report", "empty_payload"]
    assert len(stage.say(slave, specs(reported_at_ms=WALL_MS)).up(SymbolSpecReport)) == 1


def test_what_waited_for_its_turn_is_told_and_what_waited_for_the_core_is_not() -> None:
    stage = ready()
    slave = stage.slave()
    assert stage.say(slave, quote(spread="1")).facts(ReportHeld) == []
    stage.pass_ms(100)
    stage.say(slave, quote(spread="2"))

    assert stage.pass_ms(PACE_MS - 100).facts(ReportHeld) == [
        ReportHeld(account_id=SLAVE, waited_ms=PACE_MS - 100)
    ]
    stage.pass_ms(5_000)
    stage.core_down()
    assert stage.core_up().facts(ReportHeld) == []
