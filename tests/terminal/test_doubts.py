"""What nobody can tell is looked up at the broker, and never guessed."""

from decimal import Decimal

import pytest

from echo.domain.answers import ExecutionResult
from echo.domain.errors import ErrorCode
from echo.domain.ids import Ticket
from echo.domain.quantities import Side
from echo.terminal.events import BrokerSaid
from echo.terminal.fates import Fate, Reply, ScriptedFates
from echo.terminal.orders import Filled, SendOrder
from tests.terminal.rig import ACCOUNT, FILE_ID, Rig, close, execute, trade_id, until

DOUBT_MS = 65_000

EXECUTED = Fate(reply=Reply.TIMEOUT)
LOST = Fate(reply=Reply.TIMEOUT, executes=False)
UNANSWERED = Fate(reply=Reply.SILENCE)
NAMELESS = Fate(reply=Reply.TIMEOUT, comment_chars=0)


def results(rig: Rig) -> list[ExecutionResult]:
    return [each for each in rig.heard_of(ExecutionResult) if not each.stored]


def hand_open(rig: Rig, *, magic: int = 1, lot: str = "0.10") -> None:
    """Somebody trades the same symbol by hand, without a comment."""
    rig.by_hand(
        SendOrder(
            ref="hand",
            symbol="EURUSD.m",
            side=Side.BUY,
            lot=Decimal(lot),
            magic_number=magic,
        )
    )


@pytest.mark.parametrize("fate", [EXECUTED, UNANSWERED], ids=["time-out", "no reply"])
def test_an_order_with_a_readable_tag_is_adopted_as_soon_as_it_shows(fate: Fate) -> None:
    rig = Rig(fates=ScriptedFates([fate])).start()

    rig.hear(execute())
    assert until(rig, lambda: bool(results(rig)), within_ms=12_000)

    [result] = results(rig)
    assert (result.success, result.late, result.ticket) == (True, True, 1_000_001)
    assert len(rig.opens) == 1


def test_an_order_that_nobody_can_find_was_not_executed() -> None:
    rig = Rig(fates=ScriptedFates([LOST])).start()

    rig.hear(execute())
    rig.pass_ms(DOUBT_MS - 100)
    early = results(rig)
    rig.pass_ms(200)

    assert early == []
    assert [each.error_code for each in results(rig)] == [ErrorCode.NOT_EXECUTED]
    assert len(rig.opens) == 1


def test_a_fill_a_minute_late_is_waited_for() -> None:
    late = Fate(reply=Reply.TIMEOUT, execute_after_ms=60_000, comment_chars=0)
    rig = Rig(fates=ScriptedFates([late])).start()

    rig.hear(execute())
    rig.pass_ms(66_000)

    assert [(each.success, each.late) for each in results(rig)] == [(True, True)]


def test_without_a_comment_the_only_position_of_that_shape_is_the_fill() -> None:
    rig = Rig(fates=ScriptedFates([Fate()])).start()
    hand_open(rig)
    rig.broker._fates = ScriptedFates([NAMELESS])

    rig.hear(execute())
    rig.pass_ms(DOUBT_MS + 100)

    assert [each.ticket for each in results(rig)] == [1_000_002]


def test_a_shortened_tag_is_enough() -> None:
    cut = Fate(reply=Reply.TIMEOUT, comment_chars=13)
    rig = Rig(fates=ScriptedFates([cut])).start()

    rig.hear(execute())
    rig.pass_ms(1_100)

    assert [each.ticket for each in results(rig)] == [1_000_001]


def test_too_short_a_tag_proves_nothing_and_the_shape_decides() -> None:
    cut = Fate(reply=Reply.TIMEOUT, comment_chars=12)
    rig = Rig(fates=ScriptedFates([cut])).start()

    rig.hear(execute())
    rig.pass_ms(DOUBT_MS - 100)
    early = results(rig)
    rig.pass_ms(200)

    assert early == []
    assert [each.ticket for each in results(rig)] == [1_000_001]


def test_several_candidates_stay_in_doubt_and_belong_to_nobody_afterwards() -> None:
    rig = Rig(fates=ScriptedFates([NAMELESS])).start()
    rig.hear(execute())
    hand_open(rig)
    rig.pass_ms(DOUBT_MS + 100)
    [doubtful] = results(rig)

    rig.broker._fates = ScriptedFates([LOST])
    rig.hear(execute(2, magic_number=1, sent_mono_ms=rig.now.mono_ms))
    rig.pass_ms(DOUBT_MS + 100)

    assert (doubtful.doubt, doubtful.success) == (True, False)
    assert doubtful.candidates == (1_000_001, 1_000_002)
    assert "IN_DOUBT" in rig.alarms
    assert results(rig)[-1].error_code is ErrorCode.NOT_EXECUTED


def test_the_whole_fill_of_one_open_may_be_a_part_of_another_and_both_stay_in_doubt() -> None:
    """Two opens differ in volume only; the smaller is filled, and the bigger looks first."""
    rig = Rig(fates=ScriptedFates([LOST, NAMELESS])).start()

    rig.hear(execute(1, magic_number=1, lot=Decimal("0.20")))
    rig.hear(execute(2, magic_number=1, lot=Decimal("0.10")))
    rig.pass_ms(DOUBT_MS + 3_000)

    assert len(rig.opens) == 2
    assert [(each.trade_id, each.doubt, each.candidates) for each in results(rig)] == [
        (trade_id(1), True, (1_000_001,)),
        (trade_id(2), True, (1_000_001,)),
    ]


def test_a_part_that_a_bigger_open_may_have_left_may_be_the_smaller_ones_as_well() -> None:
    half = Fate(lot_share=Decimal("0.5"), comment_chars=0, reply=Reply.SILENCE)
    rig = Rig(fates=ScriptedFates([LOST, half])).start()

    rig.hear(execute(1, magic_number=1, lot=Decimal("0.20")))
    rig.hear(execute(2, magic_number=1, lot=Decimal("0.10")))
    rig.pass_ms(DOUBT_MS + 3_000)

    assert [(each.trade_id, each.doubt, each.candidates) for each in results(rig)] == [
        (trade_id(1), True, (1_000_001,)),
        (trade_id(2), True, (1_000_001,)),
    ]


def test_a_whole_fill_that_was_adopted_leaves_nothing_in_doubt_for_a_bigger_open() -> None:
    rig = Rig(fates=ScriptedFates([NAMELESS, LOST])).start()

    rig.hear(execute(2, magic_number=1, lot=Decimal("0.10")))
    rig.hear(execute(1, magic_number=1, lot=Decimal("0.20")))
    rig.pass_ms(DOUBT_MS + 3_000)

    assert [(each.success, each.error_code) for each in results(rig)] == [
        (True, ErrorCode.NO_ERROR),
        (False, ErrorCode.NOT_EXECUTED),
    ]


def test_other_shapes_and_other_times_are_not_candidates() -> None:
    rig = Rig(fates=ScriptedFates([LOST])).start()
    rig.hear(execute())
    hand_open(rig, magic=9)
    hand_open(rig, lot="0.20")

    rig.pass_ms(DOUBT_MS + 100)

    assert [each.error_code for each in results(rig)] == [ErrorCode.NOT_EXECUTED]


def test_doubt_holds_back_whatever_looks_the_same() -> None:
    rig = Rig(fates=ScriptedFates([NAMELESS])).start()
    rig.hear(execute(1, magic_number=5))

    rig.hear(execute(2, magic_number=5, ttl_ms=600_000))
    held = len(rig.opens)
    rig.pass_ms(DOUBT_MS + 100)

    assert (held, len(rig.opens)) == (1, 2)


def test_a_restart_that_finds_an_intention_without_an_outcome_looks_it_up() -> None:
    rig = Rig(fates=ScriptedFates([Fate(comment_chars=0, execute_after_ms=500)])).start()
    rig.hear(execute())

    rig.restart()
    rig.hear(execute())
    rig.pass_ms(DOUBT_MS - 100)
    early = results(rig)
    rig.pass_ms(200)

    assert early == []
    assert [(each.success, each.ticket) for each in results(rig)] == [(True, 1_000_001)]
    assert len(rig.opens) == 1


def test_a_terminal_that_is_offline_decides_nothing() -> None:
    rig = Rig(fates=ScriptedFates([LOST])).start()
    rig.hear(execute())
    rig.broker.door.connected = False
    rig.look()
    rig.pass_ms(2 * DOUBT_MS)
    offline = results(rig)

    rig.broker.door.connected = True
    rig.look()
    rig.pass_ms(1_100)

    assert offline == []
    assert [each.error_code for each in results(rig)] == [ErrorCode.NOT_EXECUTED]


def test_a_history_that_starts_too_late_decides_nothing_and_says_so() -> None:
    rig = Rig(fates=ScriptedFates([LOST])).start()
    rig.hear(execute())
    rig.broker.door.history_from_ms = rig.broker.view(rig.now).server_time_ms + 1_000
    rig.look()

    rig.pass_ms(DOUBT_MS + 5_000)

    assert results(rig) == []
    assert rig.alarms.count("HISTORY_HIDDEN") == 1


def test_the_brokers_word_ends_a_doubt_at_once() -> None:
    slow = Fate(execute_after_ms=20_000, comment_chars=0)
    rig = Rig(fates=ScriptedFates([slow])).start()

    rig.hear(execute())
    rig.pass_ms(21_000)

    assert [(each.success, each.late) for each in results(rig)] == [(True, False)]


def test_a_fill_reported_after_everything_was_given_up_is_an_alarm() -> None:
    endless = Fate(execute_after_ms=70_000, comment_chars=0)
    rig = Rig(fates=ScriptedFates([endless])).start()

    rig.hear(execute())
    rig.pass_ms(71_000)

    assert [each.error_code for each in results(rig)] == [ErrorCode.NOT_EXECUTED]
    assert rig.trades_of("LATE_FILL") == {execute().trade_id}


def test_answers_to_a_former_life_and_triggered_orders_are_no_alarm() -> None:
    rig = Rig().start()

    for ref in ("", "life0:c:1"):
        rig.feed(BrokerSaid(Filled(ref=ref, ticket=Ticket(5), lot=Decimal(1), price=Decimal(1))))

    assert rig.alarms == []


def test_a_close_waits_for_the_open_that_is_in_doubt() -> None:
    rig = Rig(fates=ScriptedFates([NAMELESS])).start()
    rig.hear(execute())

    rig.hear(close())
    rig.pass_ms(30_000)
    waiting = results(rig)
    rig.pass_ms(40_000)

    assert waiting == []
    assert [(each.kind, each.success) for each in results(rig)] == [
        ("execute", True),
        ("close", True),
    ]
    assert rig.broker.positions == {}


def cold_rig(fates: ScriptedFates | None = None) -> Rig:
    rig = Rig(fates=fates or ScriptedFates([]))
    rig.warm_file = False
    rig.file_exists = False
    return rig


def test_a_cold_ledger_distrusts_what_is_older_than_this_life() -> None:
    rig = cold_rig().start()
    rig.pass_ms(1_000)

    rig.hear(execute(age_ms=2_000, ttl_ms=60_000))
    rig.pass_ms(DOUBT_MS)

    assert [each.error_code for each in results(rig)] == [ErrorCode.STALE]
    assert rig.opens == []
    assert "LEDGER_COLD" in rig.alarms


def test_a_cold_ledger_does_not_claim_what_only_looks_like_a_former_lifes_fill() -> None:
    """Which positions were claimed already stood in the file that is lost."""
    rig = cold_rig().start()
    hand_open(rig)

    rig.hear(execute(age_ms=2_000, ttl_ms=60_000))
    rig.pass_ms(DOUBT_MS + 100)

    assert [(each.doubt, each.candidates) for each in results(rig)] == [(True, (1_000_001,))]


def test_what_a_command_of_unknown_age_left_may_be_as_old_as_anything() -> None:
    """Its Agent's host was switched off and on: how long that took, nobody knows."""
    rig = cold_rig().start()
    hand_open(rig)
    rig.pass_ms(90_000)
    rig.look()

    rig.hear(execute(age_ms=None, ttl_ms=0))
    rig.pass_ms(DOUBT_MS + 100)

    assert [(each.doubt, each.candidates) for each in results(rig)] == [(True, (1_000_001,))]


def test_a_history_that_ends_within_an_opens_life_hides_one_of_unknown_age() -> None:
    rig = cold_rig().start()
    rig.broker.door.history_from_ms = rig.broker.view(rig.now).server_time_ms
    rig.look()

    rig.hear(execute(age_ms=None, ttl_ms=0))
    rig.pass_ms(DOUBT_MS + 5_000)

    assert results(rig) == []
    assert rig.alarms.count("HISTORY_HIDDEN") == 1


def test_less_volume_than_was_asked_stays_in_doubt() -> None:
    """A part was filled, the server dropped the comment, and the terminal died."""
    fate = Fate(lot_share=Decimal("0.5"), comment_chars=0, reply=Reply.SILENCE)
    rig = Rig(fates=ScriptedFates([fate])).start()
    rig.hear(execute())
    rig.restart()
    rig.pass_ms(DOUBT_MS + 100)

    assert [(each.doubt, each.candidates) for each in results(rig)] == [(True, (1_000_001,))]


def test_a_cold_ledger_trusts_what_is_younger_than_this_life() -> None:
    rig = cold_rig().start()
    rig.pass_ms(20_000)

    rig.hear(execute(sent_mono_ms=rig.now.mono_ms, age_ms=15_000))

    assert [each.success for each in results(rig)] == [True]


def test_two_cold_commands_that_could_share_a_fill_both_stay_in_doubt() -> None:
    rig = cold_rig().start()
    hand_open(rig)

    rig.hear(execute(1, magic_number=1, age_ms=2_000, ttl_ms=90_000))
    rig.hear(execute(2, magic_number=1, age_ms=2_000, ttl_ms=90_000))
    rig.pass_ms(DOUBT_MS + 100)

    assert [(each.doubt, each.candidates) for each in results(rig)] == [
        (True, (1_000_001,)),
        (True, (1_000_001,)),
    ]


def test_a_ledger_warms_up_after_the_longest_life_of_an_open_and_stays_warm() -> None:
    rig = cold_rig().start()
    rig.pass_ms(60_000 + DOUBT_MS + 100)
    rig.file_exists = True

    rig.restart()
    rig.hear(execute(sent_mono_ms=rig.now.mono_ms, age_ms=4_000))

    assert rig.file[0]["t"] == "W"
    assert [each.success for each in results(rig)] == [True]


def test_a_restart_before_that_is_as_cold_as_the_first_life() -> None:
    rig = cold_rig().start()
    rig.pass_ms(1_000)
    rig.hear(execute(1, sent_mono_ms=rig.now.mono_ms))
    rig.file_exists = True

    rig.restart()
    rig.hear(execute(2, sent_mono_ms=rig.now.mono_ms, age_ms=4_000))

    assert [each.ticket for each in results(rig)] == [1_000_001]
    assert len(rig.opens) == 1


def test_a_file_restored_from_an_old_copy_is_cold() -> None:
    rig = Rig().start()
    rig.hear(execute(1))
    old_copy = rig.file[:1]
    rig.hear(execute(2))
    journaled_n = rig.file[-1]["n"]
    rig.file, rig.highest_n = old_copy, 1

    rig.start(ledger_n=journaled_n)
    rig.hear(execute(3, sent_mono_ms=rig.now.mono_ms, age_ms=4_000, account_id=ACCOUNT))

    assert "LEDGER_OLD" in rig.alarms
    assert len(rig.opens) == 2
    assert rig.file[-1] == {
        "t": "W",
        "n": journaled_n + 1,
        "at": rig.now.wall_ms,
        "warm": False,
    }


def test_an_open_that_another_ea_may_have_been_told_is_looked_for() -> None:
    """Two EAs on one account, each with a file of its own, and a broker that cuts comments."""
    rig = Rig().start()
    rig.pass_ms(10_000)
    rig.disconnect()
    rig.by_hand(
        SendOrder(
            ref="the other EA",
            symbol="EURUSD.m",
            side=Side.BUY,
            lot=Decimal("0.10"),
            magic_number=execute().magic_number,
        )
    )

    rig.connect(ledger_id="the other EA's")
    rig.hear(execute(sent_mono_ms=rig.now.mono_ms, age_ms=500, ttl_ms=90_000))
    rig.pass_ms(DOUBT_MS + 100)

    assert "LEDGER_OTHER" in rig.alarms
    assert rig.opens == []
    assert [(each.doubt, each.candidates) for each in results(rig)] == [(True, (1_000_001,))]


def test_what_is_younger_than_the_change_is_opened_at_once() -> None:
    rig = Rig().start()
    rig.disconnect()
    rig.connect(ledger_id="the other EA's")
    rig.pass_ms(5_000)

    rig.hear(execute(sent_mono_ms=rig.now.mono_ms, age_ms=2_000))

    assert [each.success for each in results(rig)] == [True]


def test_a_session_that_names_the_eas_own_file_changes_nothing() -> None:
    rig = Rig().start()
    rig.disconnect()
    rig.connect(ledger_id=FILE_ID)

    rig.hear(execute(sent_mono_ms=rig.now.mono_ms, age_ms=2_000))

    assert "LEDGER_OTHER" not in rig.alarms
    assert [each.success for each in results(rig)] == [True]


def test_a_file_that_another_ea_went_past_is_trusted_again_in_time() -> None:
    rig = Rig().start()
    rig.disconnect()
    rig.connect(ledger_id="the other EA's")
    rig.pass_ms(60_000 + DOUBT_MS + 100)

    assert rig.file[-1]["warm"] is True
