"""Closes and reductions reach their state, whatever the broker says first."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.answers import ExecutionResult
from echo.domain.commands import CommandKind, Residual
from echo.domain.errors import ErrorCode
from echo.domain.ids import Ticket
from echo.domain.specs import SymbolMapping
from echo.terminal.closing import excess
from echo.terminal.events import Seen
from echo.terminal.fates import Fate, Reply, ScriptedFates
from echo.terminal.orders import CloseLot
from echo.terminal.view import MT4, MT5
from tests.terminal.rig import EURUSD, Rig, close, execute, reduce, rules

D = Decimal
TIMEOUT = Fate(reply=Reply.TIMEOUT)
LOST = Fate(reply=Reply.TIMEOUT, executes=False)

both = pytest.mark.parametrize("terminal", [MT4, MT5])


def results(rig: Rig, kind: CommandKind) -> list[ExecutionResult]:
    return [each for each in rig.heard_of(ExecutionResult) if each.kind is kind and not each.stored]


def closed(rig: Rig) -> list[ExecutionResult]:
    return results(rig, CommandKind.CLOSE)


def reduced(rig: Rig) -> list[ExecutionResult]:
    return results(rig, CommandKind.REDUCE)


def opened(terminal: str = MT4, *fates: Fate) -> Rig:
    rig = Rig(broker_rules=rules(terminal=terminal)).start()
    rig.hear(execute())
    rig.broker._fates = ScriptedFates(fates)
    return rig


def lots(rig: Rig) -> list[Decimal]:
    return [each.lot for each in rig.broker.positions.values()]


def asked(rig: Rig) -> list[CloseLot]:
    return [each for each in rig.orders if isinstance(each, CloseLot)]


def test_a_close_closes_the_ticket_and_says_at_what_price() -> None:
    rig = opened()

    rig.hear(close())

    [result] = closed(rig)
    assert (result.success, result.ticket, result.executed_lot) == (True, 1_000_001, D("0.10"))
    assert result.executed_price == D("1.39000")
    assert result.timestamps.t7_order_filled_ms == rig.now.wall_ms


def test_a_close_of_what_is_gone_succeeds() -> None:
    rig = opened()
    rig.by_hand(CloseLot(ref="hand", ticket=Ticket(1_000_001)))

    rig.hear(close())

    assert [(each.success, each.error_code) for each in closed(rig)] == [
        (True, ErrorCode.NOT_FOUND)
    ]


def test_a_close_without_a_ticket_finds_the_trade() -> None:
    rig = opened()

    rig.hear(close(ticket=0))

    assert lots(rig) == []
    assert [each.ticket for each in closed(rig)] == [1_000_001]


def test_a_close_is_tried_until_it_succeeds_and_a_person_is_told() -> None:
    rig = opened(MT4, *[Fate(refuse_code=132)] * 8)

    rig.hear(close())
    rig.pass_ms(45_000)

    assert lots(rig) == []
    assert rig.alarms.count("NOT_DONE") == 2
    assert rig.trades_of("NOT_DONE") == {close().trade_id}
    assert [each.success for each in closed(rig)] == [True]


@pytest.mark.parametrize("fate", [TIMEOUT, LOST, Fate(reply=Reply.SILENCE)])
def test_a_close_that_was_not_answered_ends_closed(fate: Fate) -> None:
    rig = opened(MT4, fate)

    rig.hear(close())
    rig.pass_ms(15_000)

    assert lots(rig) == []
    assert [each.success for each in closed(rig)] == [True]


def test_a_repeated_close_under_way_is_not_asked_twice() -> None:
    rig = opened(MT4, Fate(execute_after_ms=500))

    rig.hear(close())
    rig.hear(close())
    rig.pass_ms(1_000)

    assert len(asked(rig)) == 1
    assert len(closed(rig)) == 1


def test_nothing_is_concluded_while_the_terminal_shows_nothing() -> None:
    rig = opened()
    rig.broker.door.synchronised = False
    rig.look()
    rig.hear(close())
    early = closed(rig)

    rig.broker.door.synchronised = True
    rig.look()

    assert early == []
    assert [each.error_code for each in closed(rig)] == [ErrorCode.NO_ERROR]


@pytest.mark.parametrize("change", [{"magic_number": 9}, {"symbol": "XAUUSD"}])
def test_somebody_elses_position_is_not_touched(change: dict[str, Any]) -> None:
    rig = opened()

    rig.hear(close(**change))
    rig.hear(reduce(**change))

    assert lots(rig) == [D("0.10")]
    assert [each.success for each in (*closed(rig), *reduced(rig))] == [False, False]
    assert "FOREIGN_POSITION" in rig.alarms


def test_a_reduction_leaves_what_it_names_under_a_new_ticket() -> None:
    rig = opened(MT4)

    rig.hear(reduce(remaining="0.04"))

    [result] = reduced(rig)
    assert lots(rig) == [D("0.04")]
    assert (result.executed_lot, result.ticket, result.new_ticket) == (
        D("0.06"),
        1_000_001,
        1_000_002,
    )


def test_a_reduction_keeps_the_ticket_where_the_broker_does() -> None:
    rig = opened(MT5)

    rig.hear(reduce(remaining="0.04"))

    assert [each.new_ticket for each in reduced(rig)] == [None]
    assert lots(rig) == [D("0.04")]


@both
def test_reductions_follow_each_other_and_the_close_finds_what_is_left(terminal: str) -> None:
    rig = opened(terminal)

    rig.hear(reduce(seq=1, remaining="0.08"))
    rig.hear(reduce(seq=2, remaining="0.05"))
    rig.restart()
    rig.hear(reduce(seq=3, remaining="0.02"))
    left = lots(rig)
    rig.hear(close())

    assert left == [D("0.02")]
    assert lots(rig) == []
    assert [each.executed_lot for each in reduced(rig)] == [D("0.02"), D("0.03"), D("0.03")]


@both
def test_reductions_that_come_together_are_done_one_by_one(terminal: str) -> None:
    slow = Fate(execute_after_ms=300)
    rig = opened(terminal, slow, slow)

    rig.hear(reduce(seq=1, remaining="0.08"))
    rig.hear(reduce(seq=2, remaining="0.05"))
    rig.pass_ms(1_000)

    assert lots(rig) == [D("0.05")]
    assert [each.executed_lot for each in reduced(rig)] == [D("0.02"), D("0.03")]


def test_a_volume_that_is_down_already_is_unchanged() -> None:
    rig = opened()

    rig.hear(reduce(remaining="0.20"))

    [result] = reduced(rig)
    assert (result.success, result.executed_lot, result.new_ticket) == (True, D(0), None)
    assert asked(rig) == []


def test_a_remainder_too_small_is_closed_or_kept_as_asked() -> None:
    rig = opened()

    rig.hear(reduce(seq=1, remaining="0.005"))
    kept = lots(rig)
    rig.hear(reduce(seq=2, remaining="0.005", residual=Residual.CLOSE))

    assert kept == [D("0.01")]
    assert lots(rig) == []
    last = reduced(rig)[-1]
    assert (last.new_ticket, last.executed_lot, last.error_message) == (
        None,
        D("0.01"),
        "closed",
    )


def test_a_reduction_of_what_is_gone_succeeds() -> None:
    rig = opened()
    rig.by_hand(CloseLot(ref="hand", ticket=Ticket(1_000_001)))

    rig.hear(reduce())

    assert [(each.success, each.error_code) for each in reduced(rig)] == [
        (True, ErrorCode.NOT_FOUND)
    ]


@both
@pytest.mark.parametrize("late_ms", [0, 40_000])
def test_a_doubtful_reduction_is_never_made_twice(terminal: str, late_ms: int) -> None:
    rig = opened(terminal, replace(TIMEOUT, execute_after_ms=late_ms))

    rig.hear(reduce(remaining="0.04"))
    rig.pass_ms(70_000)

    [result] = reduced(rig)
    assert lots(rig) == [D("0.04")]
    assert result.executed_lot == D("0.06")
    assert len(asked(rig)) == 1


@both
def test_a_reduction_that_was_lost_is_made_again_after_the_doubt(terminal: str) -> None:
    rig = opened(terminal, LOST)

    rig.hear(reduce(remaining="0.04"))
    rig.pass_ms(30_000)
    early = lots(rig)
    rig.pass_ms(40_000)

    assert early == [D("0.10")]
    assert lots(rig) == [D("0.04")]


def test_a_reduction_is_recognised_after_a_crash_even_without_its_comment() -> None:
    rig = opened(MT4, Fate(comment_chars=0, reply=Reply.SILENCE))
    rig.hear(reduce(remaining="0.04"))

    rig.restart()
    rig.hear(reduce(remaining="0.04"))

    [result] = reduced(rig)
    assert (result.executed_lot, result.new_ticket) == (D("0.06"), 1_000_002)
    assert len(asked(rig)) == 1


@both
def test_a_reduction_of_a_former_life_is_not_made_twice(terminal: str) -> None:
    """The broker may still be at it when the terminal is back."""
    rig = opened(terminal, replace(TIMEOUT, execute_after_ms=40_000))
    rig.hear(reduce(remaining="0.04"))
    rig.restart()
    rig.hear(reduce(remaining="0.04"))
    rig.pass_ms(70_000)

    assert lots(rig) == [D("0.04")]
    assert len(asked(rig)) == 1


@both
def test_a_reduction_that_a_lost_record_knew_of_is_not_made_twice(terminal: str) -> None:
    """The file is whole but for its last record; the Agent says that it has written it before."""
    rig = opened(terminal, replace(TIMEOUT, execute_after_ms=40_000))
    before = list(rig.file)
    rig.hear(reduce(remaining="0.04"))
    rig.file[:] = before

    rig.restart()
    rig.hear(reduce(remaining="0.04", again=True))
    rig.pass_ms(70_000)

    assert lots(rig) == [D("0.04")]
    assert len(asked(rig)) == 1


@both
def test_a_reduction_that_never_came_to_be_asked_for_is_made_after_a_while(terminal: str) -> None:
    rig = opened(terminal)
    rig.restart()

    rig.hear(reduce(remaining="0.04", again=True))
    early = lots(rig)
    rig.pass_ms(70_000)

    assert early == [D("0.10")]
    assert lots(rig) == [D("0.04")]
    assert len(asked(rig)) == 1


@both
def test_a_reduction_that_is_brought_again_to_an_old_life_is_made_at_once(terminal: str) -> None:
    rig = opened(terminal)
    rig.pass_ms(70_000)

    rig.hear(reduce(remaining="0.04", again=True))

    assert lots(rig) == [D("0.04")]


def test_a_close_overtakes_a_reduction_in_doubt() -> None:
    rig = opened(MT5, replace(TIMEOUT, execute_after_ms=40_000))

    rig.hear(reduce(remaining="0.04"))
    rig.pass_ms(2_000)
    rig.hear(close())
    rig.pass_ms(100)

    assert lots(rig) == []
    assert [each.success for each in closed(rig)] == [True]
    assert [each.error_code for each in reduced(rig)] == [ErrorCode.NOT_FOUND]


def test_a_reduction_whose_intention_is_not_on_disk_is_not_made() -> None:
    rig = opened()
    rig.disk_full = True
    rig.hear(reduce(remaining="0.04"))
    full = lots(rig)

    rig.disk_full = False
    rig.pass_ms(2_000)

    assert full == [D("0.10")]
    assert lots(rig) == [D("0.04")]
    assert [each.executed_lot for each in reduced(rig)] == [D("0.06")]


SPEC = SymbolMapping(
    canonical_symbol="EURUSD",
    broker_symbol="EURUSD.m",
    digits=5,
    point=EURUSD.point,
    tick_size=EURUSD.tick_size,
    min_lot=D("0.10"),
    max_lot=D(100),
    lot_step=D("0.05"),
)

lot_sizes = st.integers(2, 200).map(lambda steps: steps * D("0.05"))


@given(lot_sizes, st.decimals(0, 12, places=3), st.sampled_from(Residual))
def test_what_is_left_is_never_less_than_asked_unless_it_is_nothing(
    lot: Decimal, remaining: Decimal, residual: Residual
) -> None:
    part = excess(lot, remaining, residual, SPEC)

    left = lot - part
    assert left == 0 or left >= min(lot, remaining)
    assert part == 0 or (part >= SPEC.min_lot and part % SPEC.lot_step == 0)
    assert left == 0 or left >= SPEC.min_lot
    if left == 0:
        assert residual is Residual.CLOSE


def test_another_accounts_emptiness_proves_nothing() -> None:
    rig = opened()
    rig.broker.rules = rules(server="Other-Srv")
    rig.feed(Seen(replace(rig.broker.view(rig.now), positions=())))

    rig.hear(close())
    elsewhere = closed(rig)
    rig.broker.rules = rules()
    rig.look()

    assert elsewhere == []
    assert [each.error_code for each in closed(rig)] == [ErrorCode.NO_ERROR]
