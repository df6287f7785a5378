"""Starting is recovering: the same outcomes come of it as if nothing had happened."""

from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

import pytest

from echo.domain.answers import AckStage, Outcome
from echo.domain.commands import CancelPendings, CloseOrder, ExecuteOrder, ModifyOrder, ReduceOrder
from echo.domain.errors import ErrorCode
from echo.domain.ids import SEQ_CLOSE, CommandId, Ticket
from echo.domain.journal import (
    ActionRecord,
    CommandRecord,
    CommandState,
    CopyRecord,
    Recovered,
    TradeRecord,
)
from echo.domain.policy import CopyOptions
from echo.domain.rulings import PolicyRecord
from echo.engine.effects import EndSession, Persist, Send
from tests.engine.scenes import (
    MASTER,
    SECOND,
    SLAVE,
    TRADE,
    WALL_MS,
    Desk,
    alarms,
    closed,
    desk,
    done,
    doubted,
    filled,
    modified,
    opened,
    ready,
    records,
    reduced,
    refused,
    sent,
)


def test_an_empty_journal_is_a_beginning() -> None:
    stage = Desk()
    stage.start(Recovered())

    # The policies of its settings are the first entries of their history.
    assert [type(each.record) for each in stage.heard if isinstance(each, Persist)] == [
        PolicyRecord
    ]
    assert len(stage.heard) == 1
    assert stage.engine.state.trades == {}


def test_nothing_is_sent_before_an_agent_is_there() -> None:
    stage = desk()
    stage.fill()
    stage.say(closed())
    stage.restart()

    assert not any(isinstance(effect, Send) for effect in stage.heard)


# Each life is cut at each place: what is said before, and what the rest comes to.
def life(stage: Desk, cut: int) -> None:
    """A whole trade, with a restart before step *cut*."""
    commands: dict[type, object] = {}

    def say(step: int, message: object) -> None:
        if step == cut:
            stage.restart()
            ready(stage)
        told = stage.say(message)  # type: ignore[arg-type]  # any of the messages below
        for kind in (ExecuteOrder, ModifyOrder, ReduceOrder, CloseOrder):
            for command in sent(stage.heard if step == cut else told, kind):
                commands[kind] = command

    say(0, opened(stop_loss=Decimal("1.09")))
    say(1, filled(commands[ExecuteOrder]))  # type: ignore[arg-type]  # the order of this life
    say(2, modified(1, sl="1.095"))
    say(3, done(commands[ModifyOrder]))  # type: ignore[arg-type]  # the order of this life
    say(4, reduced(2, "0.50"))
    part = {"executed_lot": Decimal("0.05"), "new_ticket": Ticket(9100)}
    say(5, done(commands[ReduceOrder], **part))  # type: ignore[arg-type]  # the order of this life
    say(6, closed())
    say(7, done(commands[CloseOrder]))  # type: ignore[arg-type]  # the order of this life


@pytest.mark.parametrize("cut", range(1, 8))
def test_a_restart_anywhere_leads_to_the_same_outcomes(cut: int) -> None:
    whole, cut_short = desk(), desk()
    life(whole, cut=-1)
    life(cut_short, cut=cut)

    for seq in (0, 1, 2, SEQ_CLOSE):
        assert cut_short.outcome(seq) is whole.outcome(seq)
    for kind in (TradeRecord, ActionRecord, CommandRecord, CopyRecord):
        assert timeless(cut_short, kind) == timeless(whole, kind)
    assert cut_short.archive.trade().settled
    assert cut_short.engine.state.commands == {}


WHEN = {"updated_at_ms", "opened_at_ms", "received_at_ms", "created_at_ms"}


def timeless(stage: Desk, kind: type[Any]) -> list[dict[str, object]]:
    """Rows without what only says when, and on which clock."""
    rows: list[dict[str, object]] = [
        {field.name: getattr(row, field.name) for field in fields(row) if field.name not in WHEN}
        for row in stage.archive.all(kind)
    ]
    for each in rows:
        if "command" in each:
            each["command"] = type(each["command"])
    return rows


def test_a_fill_after_a_restart_knows_its_symbol() -> None:
    stage = desk()
    order = stage.open()
    stage.restart()
    ready(stage)
    [copy] = records(stage.say(filled(order)), CopyRecord)

    assert copy.symbol == "EURUSD.x"
    assert stage.one(stage.say(closed()), CloseOrder).symbol == "EURUSD.x"


def test_what_waited_in_a_lane_waits_again() -> None:
    stage = desk()
    order = stage.open()
    stage.say(modified(1, sl="1.09"))
    stage.say(reduced(2, "0.5"))
    stage.restart()
    ready(stage)
    modify = stage.one(stage.say(filled(order)), ModifyOrder)
    reduce = stage.one(stage.say(done(modify)), ReduceOrder)

    assert (modify.seq, reduce.seq) == (1, 2)


def test_what_waited_behind_a_cut_fan_out_waits_again() -> None:
    stage = desk(SLAVE, SECOND, fanout_chunk=1)
    order = stage.one(stage.say(opened()), ExecuteOrder)
    stage.say(closed())
    stage.restart()
    ready(stage)
    close = stage.one(stage.say(filled(order)), CloseOrder)
    stage.say(done(close))

    assert stage.outcome(SEQ_CLOSE) is Outcome.CLOSED
    assert stage.outcome(0, SECOND) is Outcome.OMITTED
    assert stage.outcome(SEQ_CLOSE, SECOND) is Outcome.NOTHING_TO_CLOSE
    assert stage.archive.trade().settled


def test_a_cut_fan_out_can_end_the_trade() -> None:
    stage = desk(SLAVE, SECOND, fanout_chunk=1, policies=[])
    stage.say(opened())
    stage.say(closed())
    stage.restart()

    assert stage.archive.trade().settled
    assert stage.engine.state.trades == {}


def test_a_trade_whose_last_row_was_lost_is_settled_at_start() -> None:
    stage = desk()
    order = stage.fill()
    close = stage.one(stage.say(closed()), CloseOrder)
    open_row = stage.archive.trade()
    stage.say(done(close))
    stage.archive.keep(open_row)
    stage.restart()

    assert stage.archive.trade().settled
    assert order.trade_id in stage.engine.state.settled


def test_an_action_whose_decisions_are_missing_gets_them_at_start() -> None:
    stage = desk()
    stage.fill()
    recovered = stage.archive.read_back()
    late = ActionRecord(
        trade_id=TRADE, seq=SEQ_CLOSE, kind=closed().kind, action=closed(), received_at_ms=WALL_MS
    )
    stage.start(replace(recovered, actions=(*recovered.actions, late)))

    assert stage.outcome(SEQ_CLOSE) is Outcome.PENDING
    assert len(sent(stage.join(MASTER, SLAVE), CloseOrder)) == 1


def test_closes_under_way_are_watched_again() -> None:
    stage = desk()
    stage.fill()
    stage.say(closed())
    stage.restart()

    assert alarms(stage.wait(5_000)) == ["CLOSE_PENDING"]


def test_a_refused_close_is_tried_again_after_a_restart() -> None:
    stage = desk()
    stage.fill()
    close = stage.one(stage.say(closed()), CloseOrder)
    stage.say(refused(close))
    stage.restart()

    assert [each.command_id for each in sent(stage.join(SLAVE), CloseOrder)] == [close.command_id]


def test_doubt_stays_doubt() -> None:
    stage = desk()
    order = stage.open()
    stage.say(doubted(order))
    stage.restart()
    [command] = stage.engine.state.commands.values()

    assert command.stage is AckStage.EA_CONFIRMED
    assert stage.engine.state.trades[TRADE].undecided == 1


def test_a_late_repeat_of_a_settled_trade_is_known_after_a_restart() -> None:
    stage = desk(policies=[])
    stage.say(opened())
    stage.say(closed())
    stage.restart()
    ready(stage)

    assert records(stage.say(opened()), TradeRecord) == []


def test_followers_that_join_later_do_not_follow_an_old_trade() -> None:
    stage = desk()
    stage.fill()
    stage.settings = replace(stage.settings, slave_accounts=(SLAVE, SECOND))
    stage.restart()
    ready(stage)
    stage.say(closed())

    assert stage.archive.trade().followers == (SLAVE,)


def test_closed_copies_stay_closed() -> None:
    stage = desk(SLAVE, SECOND)
    one, _ = sent(stage.say(opened()), ExecuteOrder)
    stage.say(filled(one))
    reduce = stage.one(stage.say(reduced(1, "0.5")), ReduceOrder)
    stage.say(done(reduce, error_code=ErrorCode.NOT_FOUND))
    stage.restart()
    ready(stage)
    stage.say(closed())

    assert stage.outcome(SEQ_CLOSE) is Outcome.NOTHING_TO_CLOSE


def test_accounts_keep_what_they_can_and_call_things() -> None:
    stage = desk()
    stage.restart()
    account = stage.engine.state.account(SLAVE)

    assert account.offers("modify/v1")
    assert account.canonical_of == {"EURUSD.X": "EURUSD"}
    assert account.verdict is None


def test_rows_without_their_trade_are_left_alone() -> None:
    stage = desk()
    stage.fill()
    recovered = stage.archive.read_back()
    orphaned = replace(recovered, actions=())
    stage.start(orphaned)

    assert stage.engine.state.trades == {}
    assert stage.engine.state.commands == {}


def test_a_copy_that_belongs_to_no_lane_is_left_alone() -> None:
    stage = desk()
    stage.fill()
    recovered = stage.archive.read_back()
    [copy] = recovered.copies
    stage.start(replace(recovered, copies=(copy, replace(copy, account_id=SECOND))))

    assert list(stage.engine.state.trades[TRADE].lanes) == [SLAVE]


def test_a_command_that_belongs_to_no_lane_is_sent_again_until_it_is_answered() -> None:
    stage = desk()
    sweep = CancelPendings(command_id=CommandId("c"), account_id=SLAVE)
    beside = CommandState(
        record=CommandRecord(
            command_id=sweep.command_id,
            account_id=SLAVE,
            agent_id=None,
            command=sweep,
            created_at_ms=0,
        ),
        progress=None,
    )
    stage.start(replace(stage.archive.read_back(), commands=(beside,)))

    assert sent(stage.join(SLAVE), CancelPendings) == [sweep]


def test_a_rebuild_keeps_what_is_volatile() -> None:
    stage = desk()
    order = stage.open()
    stage.feed_again()
    account = stage.engine.state.account(SLAVE)

    assert account.verdict is not None
    assert account.quotes
    assert list(account.unresolved) == [order.command_id]
    assert not any(isinstance(effect, EndSession) for effect in stage.told)
    stage.say(filled(order))
    assert stage.outcome() is Outcome.FILLED


def test_a_resumed_open_is_omitted_because_its_age_is_unknown() -> None:
    stage = desk(SLAVE, SECOND, fanout_chunk=1, options=CopyOptions(max_delay_ms=60_000))
    stage.say(opened())
    stage.feed_again()

    assert stage.code(0, SECOND) is ErrorCode.DELAY_EXCEEDED
    assert stage.outcome(0, SLAVE) is Outcome.PENDING
