"""Levels end where they shall be, whatever the broker allows at first."""

from dataclasses import replace
from decimal import Decimal

from echo.domain.answers import ExecutionResult
from echo.domain.commands import CommandKind
from echo.domain.errors import ErrorCode
from echo.domain.ids import Ticket
from echo.terminal.fates import Fate, Reply, ScriptedFates
from echo.terminal.orders import CloseLot, SetLevels
from tests.terminal.rig import EURUSD, Rig, execute, modify, protected, rules, verdict

D = Decimal
STRICT = replace(EURUSD, stop_level_points=100)


def modified(rig: Rig) -> list[ExecutionResult]:
    return [
        each
        for each in rig.heard_of(ExecutionResult)
        if each.kind is CommandKind.MODIFY and not each.stored
    ]


def levels(rig: Rig) -> tuple[Decimal | None, Decimal | None]:
    [position] = rig.broker.positions.values()
    return position.stop_loss, position.take_profit


def opened(rig: Rig) -> Rig:
    rig.start()
    rig.hear(execute(stop_loss=D("1.38"), take_profit=D("1.40")))
    return rig


def asked(rig: Rig) -> int:
    return sum(isinstance(each, SetLevels) for each in rig.orders)


def test_a_modification_sets_keeps_and_removes() -> None:
    rig = opened(Rig())

    rig.hear(modify(seq=1, stop_loss=D("1.385")))
    first = levels(rig)
    rig.hear(modify(seq=2, take_profit=D(0)))

    assert (first, levels(rig)) == ((D("1.385"), D("1.40")), (D("1.385"), None))
    assert [each.success for each in modified(rig)] == [True, True]


def test_a_modification_that_changes_nothing_asks_nothing() -> None:
    rig = opened(Rig())

    rig.hear(modify(stop_loss=D("1.38")))

    assert asked(rig) == 0
    assert [each.success for each in modified(rig)] == [True]


def test_an_older_modification_is_superseded() -> None:
    rig = opened(Rig())

    rig.hear(modify(seq=4, stop_loss=D("1.386")))
    rig.hear(modify(seq=3, stop_loss=D("1.385")))
    rig.restart().hear(modify(seq=2, stop_loss=D("1.384")))

    assert levels(rig)[0] == D("1.386")
    assert [each.error_code for each in modified(rig)] == [
        ErrorCode.NO_ERROR,
        ErrorCode.SEQ_CONFLICT,
        ErrorCode.SEQ_CONFLICT,
    ]


def test_a_newer_modification_waits_for_the_older_request_and_wins() -> None:
    """Were both on their way, the slower one would have the last word."""
    rig = opened(Rig())
    rig.broker._fates = ScriptedFates([Fate(execute_after_ms=800), Fate(execute_after_ms=10)])

    rig.hear(modify(seq=1, stop_loss=D("1.385")))
    rig.hear(modify(seq=2, stop_loss=D("1.386")))
    together = asked(rig)
    rig.pass_ms(2_000)

    assert together == 1
    assert levels(rig)[0] == D("1.386")
    assert [(each.error_code) for each in modified(rig)] == [
        ErrorCode.SEQ_CONFLICT,
        ErrorCode.NO_ERROR,
    ]


def test_a_position_that_is_gone_has_nothing_to_modify() -> None:
    rig = opened(Rig())
    rig.by_hand(CloseLot(ref="hand", ticket=Ticket(1_000_001)))

    rig.hear(modify(stop_loss=D("1.385")))

    assert [(each.success, each.error_code) for each in modified(rig)] == [
        (True, ErrorCode.NOT_FOUND)
    ]


def test_a_refused_modification_is_tried_until_it_succeeds() -> None:
    rig = opened(Rig())
    rig.broker._fates = ScriptedFates([Fate(refuse_code=132)] * 5)

    rig.hear(modify(stop_loss=D("1.385")))
    rig.pass_ms(10_000)

    assert levels(rig)[0] == D("1.385")
    assert [each.success for each in modified(rig)] == [True]
    assert rig.trades_of("NOT_DONE") == {modify().trade_id}


def test_a_repeated_modification_under_way_is_not_done_twice() -> None:
    rig = opened(Rig())
    rig.broker._fates = ScriptedFates([Fate(execute_after_ms=500)])

    rig.hear(modify(stop_loss=D("1.385")))
    rig.hear(modify(stop_loss=D("1.385")))
    rig.pass_ms(1_000)

    assert asked(rig) == 1
    assert len(modified(rig)) == 1


def test_protection_follows_the_fill() -> None:
    rig = Rig().start()

    rig.hear(execute(protect=protected("1.38500", "1.39500")))

    assert levels(rig) == (D("1.385"), D("1.395"))


def test_a_level_too_near_is_set_as_near_as_allowed_and_moved_later() -> None:
    rig = Rig(broker_rules=rules(symbols=(STRICT,))).start()
    rig.hear(execute(protect=protected("1.38950")))
    near = levels(rig)[0]

    rig.quote("1.39060")
    rig.pass_ms(1_100)

    assert near == D("1.38900")
    assert levels(rig)[0] == D("1.38950")


def test_a_modification_too_near_is_answered_when_the_nearest_level_stands() -> None:
    rig = opened(Rig(broker_rules=rules(symbols=(STRICT,))))

    rig.hear(modify(stop_loss=D("1.38990")))
    answer = modified(rig)
    rig.quote("1.39100")
    rig.pass_ms(1_100)

    assert [each.error_message for each in answer] == ["set as near as the broker allows"]
    assert levels(rig)[0] == D("1.38990")
    assert len(modified(rig)) == 1


def test_a_position_left_unprotected_is_an_alarm() -> None:
    rig = Rig(fates=ScriptedFates([Fate(), *[Fate(refuse_code=130)] * 20])).start()

    rig.hear(execute(protect=protected("1.38500")))
    rig.pass_ms(12_000)

    assert rig.trades_of("UNPROTECTED") == {execute().trade_id}


def test_a_restart_goes_on_protecting() -> None:
    rig = Rig(fates=ScriptedFates([Fate(), Fate(refuse_code=130)])).start()
    rig.hear(execute(protect=protected("1.38500")))

    rig.restart()
    before = levels(rig)[0]
    rig.hear(verdict())

    assert before is None
    assert levels(rig)[0] == D("1.385")


def test_levels_out_of_an_old_copy_are_not_set_again() -> None:
    """The file of yesterday names a stop that was moved since."""
    rig = opened(Rig())
    rig.hear(modify(seq=1, stop_loss=D("1.385")))
    copy = list(rig.file)
    rig.hear(modify(seq=2, stop_loss=D("1.386")))
    seen_n = max(record["n"] for record in rig.file)
    rig.kill()
    rig.file, rig.highest_n = copy, 0
    rig.start(ledger_n=seen_n)
    rig.hear(verdict())

    assert levels(rig)[0] == D("1.386")


def test_a_request_that_was_never_answered_is_made_again_and_watched() -> None:
    """A late execution of an older request must not have the last word."""
    rig = opened(Rig())
    late = Fate(execute_after_ms=40_000, reply=Reply.SILENCE)
    rig.broker._fates = ScriptedFates([late])
    rig.hear(modify(seq=1, stop_loss=D("1.385")))
    rig.pass_ms(11_000)
    rig.hear(modify(seq=2, stop_loss=D("1.386")))

    rig.pass_ms(60_000)

    assert levels(rig)[0] == D("1.386")
    assert {each.error_code for each in modified(rig)} == {ErrorCode.NO_ERROR}


def test_what_a_life_asked_for_whose_file_is_lost_does_not_have_the_last_word() -> None:
    rig = opened(Rig())
    rig.broker._fates = ScriptedFates([Fate(execute_after_ms=40_000, reply=Reply.SILENCE)])
    rig.hear(modify(seq=1, stop_loss=D("1.385")))
    rig.file, rig.highest_n, rig.warm_file, rig.file_exists = [], 0, False, False

    rig.restart()
    rig.hear(modify(seq=2, stop_loss=D("1.386")))
    rig.pass_ms(60_000)

    assert asked(rig) == 3
    assert levels(rig)[0] == D("1.386")


def test_a_doubtful_answer_is_watched_too() -> None:
    rig = opened(Rig())
    late = Fate(execute_after_ms=30_000, reply=Reply.TIMEOUT)
    rig.broker._fates = ScriptedFates([late])
    rig.hear(modify(seq=1, stop_loss=D("1.385")))
    rig.pass_ms(2_000)
    rig.hear(modify(seq=2, stop_loss=D("1.386")))

    rig.pass_ms(60_000)

    assert levels(rig)[0] == D("1.386")


def test_a_modification_waits_while_its_open_is_in_doubt() -> None:
    nameless = Fate(reply=Reply.TIMEOUT, comment_chars=0)
    rig = Rig(fates=ScriptedFates([nameless])).start()
    rig.hear(execute())

    rig.hear(modify(stop_loss=D("1.385")))
    early = modified(rig)
    rig.pass_ms(66_000)

    assert early == []
    assert levels(rig)[0] == D("1.385")
    assert [each.error_code for each in modified(rig)] == [ErrorCode.NO_ERROR]


def test_a_level_that_was_far_enough_when_the_core_looked_follows_the_fill() -> None:
    rig = Rig(broker_rules=rules(symbols=(STRICT,))).start()
    rig.hear(execute(stop_loss=D("1.38950"), take_profit=D("1.40")))
    near = levels(rig)
    rig.quote("1.39060")
    rig.pass_ms(1_100)

    assert near == (D("1.38900"), D("1.40"))
    assert levels(rig) == (D("1.38950"), D("1.40"))


def test_a_fill_that_a_lost_file_knew_gets_the_levels_that_were_to_follow_it() -> None:
    """The terminal dies between the fill and its stop, and an old copy of its file is put back."""
    rig = Rig(fates=ScriptedFates([Fate(reply=Reply.SILENCE)])).start()
    order = execute(protect=protected("1.38"))
    rig.hear(order)
    rig.file, rig.highest_n = [], 0

    rig.restart()
    rig.hear(order)
    rig.pass_ms(2_000)
    rig.restart()

    assert [each.stop_loss for each in rig.opens] == [None]
    assert [each.ticket for each in rig.heard_of(ExecutionResult)][:1] == [1_000_001]
    assert levels(rig)[0] == D("1.38")


def test_an_order_that_is_refused_for_its_levels_goes_without_them() -> None:
    """The broker has raised its stop level, and the terminal has not heard of it yet."""
    rig = Rig().start()
    rig.broker.door.stop_levels["EURUSD.m"] = 100
    rig.hear(execute(stop_loss=D("1.38950")))
    rig.pass_ms(200)
    near = levels(rig)
    rig.quote("1.39100")
    rig.pass_ms(1_100)

    assert [(each.stop_loss is None) for each in rig.opens] == [False, True]
    assert {each.success for each in rig.heard_of(ExecutionResult)} == {True}
    assert near[0] == D("1.38900")
    assert levels(rig)[0] == D("1.38950")


def test_whatever_it_has_against_the_levels_the_order_goes_without_them() -> None:
    rig = Rig(fates=ScriptedFates([Fate(refuse_code=130), Fate(refuse_code=138)])).start()
    rig.hear(execute(stop_loss=D("1.38"), take_profit=D("1.40")))
    rig.pass_ms(1_000)

    assert [each.stop_loss for each in rig.opens] == [D("1.38"), None, None]
    assert levels(rig) == (D("1.38"), D("1.40"))


def test_an_order_whose_stop_was_passed_is_not_opened_without_it() -> None:
    rig = Rig().start()

    rig.hear(execute(stop_loss=D("1.39500")))
    rig.pass_ms(1_000)

    assert len(rig.opens) == 1
    assert {each.error_code for each in rig.heard_of(ExecutionResult)} == {ErrorCode.INVALID_STOPS}


def test_after_a_refusal_there_is_room_for_a_market_that_moves() -> None:
    """A stop level of 100 points and a spread of 10: the second try leaves 110."""
    rig = Rig(broker_rules=rules(symbols=(STRICT,))).start()
    rig.broker._fates = ScriptedFates([Fate(), Fate(refuse_code=130)])

    rig.hear(execute(protect=protected("1.38950")))
    rig.pass_ms(400)
    with_room = levels(rig)[0]
    rig.pass_ms(2_000)

    assert with_room == D("1.38890")
    assert levels(rig)[0] == D("1.38900")


def test_a_level_that_has_become_too_near_does_not_hold_up_the_other_for_ever() -> None:
    """Brokers check both levels of a request: as long as one is too near, neither moves."""
    rig = opened(Rig())
    rig.broker.door.stop_levels["EURUSD.m"] = 5_000
    rig.look()

    rig.hear(modify(seq=1, take_profit=D("1.50")))
    rig.pass_ms(3_000)
    told, asked_then = modified(rig), asked(rig)
    rig.pass_ms(10_000)
    held = levels(rig)
    rig.broker.door.stop_levels.clear()
    rig.look()
    rig.pass_ms(1_100)

    assert [each.error_message for each in told] == ["set as near as the broker allows"]
    assert (asked_then, held) == (1, (D("1.38"), D("1.40")))
    assert levels(rig) == (D("1.38"), D("1.50"))
    assert len(modified(rig)) == 1


def test_a_change_of_one_level_does_not_forget_where_the_other_belongs() -> None:
    """The target is too near for now; then only the stop is changed."""
    rig = opened(Rig(broker_rules=rules(symbols=(STRICT,))))

    rig.hear(modify(seq=1, take_profit=D("1.39050")))
    near = levels(rig)[1]
    rig.hear(modify(seq=2, stop_loss=D("1.385")))
    rig.quote("1.38900")
    rig.pass_ms(2_500)

    assert near == D("1.39100")
    assert levels(rig) == (D("1.385"), D("1.39050"))


def test_changes_that_wait_for_their_open_add_up() -> None:
    nameless = Fate(reply=Reply.TIMEOUT, comment_chars=0)
    rig = Rig(fates=ScriptedFates([nameless])).start()
    rig.hear(execute())
    rig.hear(modify(seq=1, stop_loss=D("1.385")))
    rig.hear(modify(seq=2, take_profit=D("1.40")))
    rig.pass_ms(70_000)

    assert levels(rig) == (D("1.385"), D("1.40"))


def test_a_level_reaches_its_place_however_busy_the_market_is() -> None:
    rig = Rig(broker_rules=rules(symbols=(STRICT,))).start()
    rig.hear(execute(protect=protected("1.38950")))

    for step in range(20):
        rig.quote(f"1.390{60 + step % 5}")
        rig.pass_ms(100)

    assert levels(rig)[0] == D("1.38950")


def test_a_level_is_not_moved_away_from_its_place_when_the_market_comes_near() -> None:
    rig = Rig(broker_rules=rules(symbols=(STRICT,))).start()
    rig.hear(execute(protect=protected("1.38950")))

    rig.quote("1.38960")
    rig.pass_ms(5_000)

    assert levels(rig)[0] == D("1.38900")
    assert asked(rig) == 1
