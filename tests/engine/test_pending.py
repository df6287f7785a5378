"""What is unresolved is listed with the reason why it waits, the most pressing first."""

from decimal import Decimal

from echo.domain.answers import AckStage
from echo.domain.commands import CloseOrder, ExecuteOrder
from echo.domain.errors import ErrorCode
from echo.domain.ids import SEQ_CLOSE, AccountId, Ticket
from echo.domain.intents import ActionKind
from echo.domain.journal import CommandStatus
from echo.domain.operations import PENDING_ROWS_MAX, ListPending, PendingList
from echo.domain.policy import CopyOptions
from echo.domain.sessions import AccountDisconnected
from echo.domain.windows import WindowAction, WindowRules
from tests.engine.desk_scenes import add, window
from tests.engine.questions import ask, row_of
from tests.engine.scenes import (
    SECOND,
    SLAVE,
    TRADE,
    WALL_MS,
    Desk,
    closed,
    desk,
    doubted,
    opened,
    ready,
    refused,
    sent,
    trade_id_of,
)


def rows(stage: Desk, account_id: AccountId | None = None) -> PendingList:
    answer = ask(stage, ListPending(account_id=account_id))
    assert isinstance(answer, PendingList)
    return answer


def test_a_quiet_core_has_nothing_pending_and_writes_nothing() -> None:
    stage = desk()
    stage.fill()

    assert rows(stage) == PendingList(rows=(), total=0)
    assert len(stage.told) == 1


def test_a_command_is_listed_with_what_is_known_of_it() -> None:
    stage = desk()
    order = stage.open()
    stage.later(40)

    [row] = rows(stage).rows

    assert (row.command_id, row.trade_id, row.seq) == (order.command_id, TRADE, 0)
    assert (row.account_id, row.kind, row.age_ms) == (SLAVE, ActionKind.OPEN, 40)
    assert (row.stage, row.status, row.attempt) == (
        AckStage.CORE_ACCEPTED,
        CommandStatus.INFLIGHT,
        1,
    )
    assert (row.ticket, row.candidates) == (None, ())
    assert "sent 1 times, agent-a has not confirmed it" in row.why


def test_the_reason_follows_the_command_on_its_way() -> None:
    stage = desk()
    order = stage.open()
    stage.ack(order.command_id)
    assert "agent-a has it, the EA has not confirmed it" in row_of(stage, order.command_id).why

    stage.ack(order.command_id, AckStage.PIPE_DELIVERED)
    assert "the EA has it and has not answered" in row_of(stage, order.command_id).why

    stage.say(AccountDisconnected(account_id=SLAVE, disconnected_at_ms=WALL_MS, reason="gone"))
    assert "the EA of account 2001 is not connected" in row_of(stage, order.command_id).why

    stage.leave()
    assert "no Agent that owns account 2001" in row_of(stage, order.command_id).why


def test_a_close_that_is_refused_says_by_what() -> None:
    stage = desk()
    stage.fill()
    close = stage.one(stage.say(closed()), CloseOrder)
    stage.say(refused(close, ErrorCode.MARKET_CLOSED, error_message="code=132"))

    row = row_of(stage, close.command_id)

    assert (row.seq, row.kind, row.ticket) == (SEQ_CLOSE, ActionKind.CLOSE, 9001)
    assert "refused 1 times (MARKET_CLOSED: code=132), is tried again" in row.why


def test_a_result_that_nobody_knows_is_told_from_a_refusal() -> None:
    stage = desk()
    stage.fill()
    close = stage.one(stage.say(closed()), CloseOrder)
    stage.say(doubted(close))

    assert "its result is not known" in row_of(stage, close.command_id).why


def test_doubt_comes_first_with_its_candidates_and_what_waits_behind_it() -> None:
    stage = desk(SLAVE, SECOND)
    [first, second] = sent(stage.say(opened()), ExecuteOrder)
    assert {first.account_id, second.account_id} == {SLAVE, SECOND}
    stage.say(doubted(second, candidates=(Ticket(11), Ticket(12)), error_message="2 could be"))
    stage.say(closed())

    found = rows(stage)

    [doubt, behind, going, last] = found.rows
    waiting = [behind, last]
    assert (doubt.command_id, doubt.status) == (second.command_id, CommandStatus.IN_DOUBT)
    assert doubt.candidates == (11, 12)
    assert doubt.why == "in doubt, a person must settle it: 2 could be"
    assert (going.command_id, going.candidates) == (first.command_id, ())
    assert found.total == 2
    assert {each.command_id for each in waiting} == {None}
    whys = {each.account_id: each.why for each in waiting}
    assert whys[second.account_id].endswith(f"in doubt: settle {second.command_id}")
    assert whys[first.account_id] == f"waits for its open {first.command_id}"


def test_candidates_and_ages_survive_a_restart() -> None:
    stage = desk()
    order = stage.open()
    stage.say(doubted(order, candidates=(Ticket(11), Ticket(12))))
    stage.later(2_000)

    stage.restart()
    ready(stage)

    row = row_of(stage, order.command_id)
    assert row.candidates == (11, 12)
    assert row.age_ms == 7_000


def test_one_account_can_be_asked_about() -> None:
    stage = desk(SLAVE, SECOND)
    stage.say(opened())

    assert {row.account_id for row in rows(stage, SECOND).rows} == {SECOND}
    assert rows(stage, AccountId("nobody")) == PendingList(rows=(), total=0)


def test_what_waits_for_another_command_names_it() -> None:
    stage = desk()
    stage.fill()
    close = stage.one(stage.say(closed()), CloseOrder)
    lane = stage.engine.state.trades[TRADE].lanes[SLAVE]
    lane.waiting[3] = closed(seq=3, volume_remaining=None)

    waiting = [row for row in rows(stage).rows if row.command_id is None]

    assert [(row.seq, row.age_ms, row.why) for row in waiting] == [
        (3, 0, f"waits for {close.command_id}")
    ]


def test_a_long_list_is_cut_and_counted() -> None:
    stage = desk()
    for ticket in range(1, PENDING_ROWS_MAX + 4):
        stage.say(opened(trade_id=trade_id_of(ticket), ticket=Ticket(ticket)))

    found = rows(stage)

    assert len(found.rows) == PENDING_ROWS_MAX
    assert found.total == PENDING_ROWS_MAX + 3


def test_an_entry_that_waits_is_listed_with_what_it_waits_for() -> None:
    options = CopyOptions(wait_improvement_ms=2_000, wait_improvement_points=Decimal(5))
    stage = desk(options=options)
    stage.say(opened())
    stage.later(300)
    [row] = rows(stage).rows

    assert (row.command_id, row.seq, row.kind) == (None, 0, ActionKind.OPEN)
    assert (row.account_id, row.age_ms) == (SLAVE, 300)
    assert row.why == "waits, for price 10.0 pt worse than the master's > max 5 pt"
    assert rows(stage, SECOND).rows == ()
    assert len(rows(stage, SLAVE).rows) == 1


def test_what_a_window_holds_is_pending_with_what_it_waits_for() -> None:
    stage = desk(options=CopyOptions(windows=WindowRules(on_close=WindowAction.DEFER)))
    stage.fill()
    add(stage, window(stage))
    stage.say(closed())
    answer = stage.ask(ListPending())

    assert isinstance(answer, PendingList)
    [row] = answer.rows
    assert (row.command_id, row.ticket, row.account_id) == (None, 9001, SLAVE)
    assert row.why.startswith("waits until 2025-06-15 15:16:40 UTC")
    nobody = stage.ask(ListPending(account_id=AccountId("9999")))
    assert isinstance(nobody, PendingList)
    assert nobody.rows == ()
