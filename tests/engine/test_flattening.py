"""Flattening: what Echo holds is closed by journaled commands, once, whatever happens meanwhile."""

from decimal import Decimal

from echo.domain.answers import Outcome
from echo.domain.commands import CloseOrder, ExecuteOrder, Flatten
from echo.domain.errors import ErrorCode
from echo.domain.ids import SEQ_CLOSE, Ticket
from echo.domain.journal import CommandRecord, ExecutionRecord
from echo.domain.modes import Mode
from echo.domain.policy import CopyOptions
from echo.domain.windows import WindowRules
from tests.engine.desk_scenes import add, swept, switch, window
from tests.engine.scenes import (
    LEGACY_FEATURES,
    OTHER_AGENT,
    SECOND,
    SLAVE,
    TRADE,
    alarms,
    closed,
    desk,
    filled,
    opened,
    ready,
    sent,
    two_hosts,
)


def test_what_is_open_is_closed_by_one_journaled_command_each() -> None:
    stage = desk()
    stage.fill()
    before = len(stage.heard)
    answer = switch(stage, Mode.FLATTEN)
    [order] = sent(stage.heard[before:], Flatten)

    assert order.tickets == (Ticket(9001),)
    assert order.reason.startswith("account 2001 is flattened, by ana since ")
    assert "1 copies are closed" in answer.sentence
    assert order in [each.command for each in stage.archive.all(CommandRecord)]
    stage.say(swept(order))
    copy = stage.engine.state.trades[TRADE].lanes[SLAVE]
    assert (copy.closed, copy.lot_remaining) == (True, Decimal(0))
    assert sent(stage.wait(60_000), Flatten) == []


def test_its_answer_is_stored_where_its_command_is() -> None:
    """An audit reads both together: a command of no lane is about tickets, not about a trade."""
    stage = desk()
    stage.fill()
    switch(stage, Mode.FLATTEN)
    [order] = sent(stage.heard, Flatten)
    stage.say(swept(order))
    [answer] = [
        each for each in stage.archive.all(ExecutionRecord) if each.command_id == order.command_id
    ]

    assert answer.trade_id == ""


def test_the_masters_close_then_finds_nothing_left() -> None:
    stage = desk()
    stage.fill()
    switch(stage, Mode.FLATTEN)
    [order] = sent(stage.heard, Flatten)
    stage.say(closed())
    assert stage.outcome(SEQ_CLOSE) is Outcome.PENDING

    stage.say(swept(order))

    assert sent(stage.heard, CloseOrder) == []
    assert stage.outcome(SEQ_CLOSE) is Outcome.NOTHING_TO_CLOSE
    assert stage.archive.decision(SEQ_CLOSE).sentence == (
        f"ticket 9001 is closed already: {order.reason}"
    )
    assert stage.archive.trade().settled


def test_an_entry_is_refused_until_it_is_resumed() -> None:
    stage = desk()
    switch(stage, Mode.FLATTEN)
    stage.say(opened())
    assert stage.code() is ErrorCode.CLOSE_ONLY


def test_a_fill_that_was_on_its_way_is_closed_as_it_comes() -> None:
    stage = desk()
    order = stage.open()
    switch(stage, Mode.FLATTEN)

    told = stage.say(filled(order))

    assert [each.tickets for each in sent(told, Flatten)] == [(Ticket(9001),)]


def test_only_what_the_switch_names_is_closed() -> None:
    stage = desk(SLAVE, SECOND)
    for order in sent(stage.say(opened()), ExecuteOrder):
        stage.say(filled(order, ticket=9001 if order.account_id == SLAVE else 9002))
    before = len(stage.heard)
    switch(stage, Mode.FLATTEN, SECOND)

    assert [each.account_id for each in sent(stage.heard[before:], Flatten)] == [SECOND]


def test_a_restart_asks_for_the_same_close_and_not_for_another() -> None:
    stage = desk()
    stage.fill()
    switch(stage, Mode.FLATTEN)
    [first] = sent(stage.heard, Flatten)

    stage.restart()
    ready(stage)
    stage.wait(10_000)

    assert {each.command_id for each in sent(stage.heard, Flatten)} == {first.command_id}
    stage.say(swept(first))
    assert stage.engine.state.trades[TRADE].lanes[SLAVE].closed


def test_after_a_restart_the_masters_close_still_finds_why_nothing_is_left() -> None:
    stage = desk()
    stage.fill()
    switch(stage, Mode.FLATTEN)
    [order] = sent(stage.heard, Flatten)
    stage.say(swept(order))
    stage.restart()
    ready(stage)
    stage.say(closed())

    assert stage.outcome(SEQ_CLOSE) is Outcome.NOTHING_TO_CLOSE
    assert order.reason in stage.archive.decision(SEQ_CLOSE).sentence


def test_an_entry_that_never_left_is_taken_back() -> None:
    stage = two_hosts()
    stage.leave(OTHER_AGENT)
    assert sent(stage.say(opened()), ExecuteOrder) == []
    assert stage.outcome() is Outcome.PENDING
    switch(stage, Mode.FLATTEN)

    assert (stage.outcome(), stage.code()) == (Outcome.OMITTED, ErrorCode.CLOSE_ONLY)
    assert stage.archive.decision().sentence.endswith("; it had not been sent")
    stage.join(SLAVE, agent=OTHER_AGENT)
    assert sent(stage.heard, ExecuteOrder) == []


def test_a_close_that_is_under_way_is_not_asked_for_twice() -> None:
    stage = desk()
    stage.fill()
    stage.one(stage.say(closed()), CloseOrder)
    before = len(stage.heard)
    switch(stage, Mode.FLATTEN)

    assert sent(stage.heard[before:], Flatten) == []


def test_a_legacy_terminal_is_a_persons_job_and_told_once() -> None:
    stage = desk(slave_features=LEGACY_FEATURES)
    stage.fill()
    before = len(stage.heard)
    switch(stage, Mode.FLATTEN)
    stage.wait(60_000)
    add(stage, window(stage, symbol="*", begins_s=600))

    assert sent(stage.heard[before:], Flatten) == []
    assert alarms(stage.heard[before:]).count("FLATTEN_UNSUPPORTED") == 1


def test_copies_are_closed_so_long_before_a_window_that_concerns_them() -> None:
    stage = desk(options=CopyOptions(windows=WindowRules(flatten_before_s=120)))
    stage.fill()
    add(
        stage,
        window(stage, begins_s=600),
        window(stage, window_id="gold", symbol="XAUUSD", begins_s=200),
    )

    assert sent(stage.wait(480_000 - 1), Flatten) == []
    [order] = sent(stage.wait(1), Flatten)
    assert order.reason == "120 s before window nfp Non-Farm Payrolls"


def test_windows_flatten_nothing_by_default() -> None:
    stage = desk()
    stage.fill()
    add(stage, window(stage, begins_s=1, lasts_s=60))

    assert sent(stage.wait(120_000), Flatten) == []
