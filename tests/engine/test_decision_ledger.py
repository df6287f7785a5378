"""The decision ledger's promise: a master's actions times its followers are decisions, always."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from echo.domain.answers import Outcome
from echo.domain.commands import CancelPendings, ExecuteOrder, Flatten, ModifyOrder, ReduceOrder
from echo.domain.desk import RemoveWindow
from echo.domain.errors import ErrorCode
from echo.domain.ids import AccountId, CommandId
from echo.domain.journal import ActionRecord, CommandRecord, TradeRecord
from echo.domain.modes import Mode
from echo.domain.policy import CopyOptions
from echo.domain.windows import WindowAction, WindowRules
from tests.engine.desk_scenes import add, swept, switch, window
from tests.engine.scenes import (
    MASTER,
    SECOND,
    SLAVE,
    Desk,
    closed,
    desk,
    done,
    filled,
    modified,
    opened,
    ready,
    reduced,
    refused,
    trade_id_of,
)

THIRD = AccountId("2003")
SLAVES = (SLAVE, SECOND, THIRD)
TICKETS = (5001, 5002)
EXPLAINED = {Outcome.OMITTED, Outcome.FAILED, Outcome.MANUAL, Outcome.SUPERSEDED}

Step = Callable[[Desk], object]


def master(make: Callable[..., Any], *arguments: Any) -> st.SearchStrategy[Step]:
    """The master does something with one of its trades, known or not."""

    def step(ticket: int) -> Step:
        action = make(*arguments)
        own = replace(action, ticket=ticket, trade_id=trade_id_of(ticket))
        return lambda stage: stage.say(own)

    return st.sampled_from(TICKETS).map(step)


def answers(make: Callable[..., Any]) -> Step:
    """Terminals answer everything that they were told and have not answered."""

    def step(stage: Desk) -> None:
        for record in stage.archive.all(CommandRecord):
            if CommandId(record.command_id) in stage.engine.state.commands:
                stage.say(make(record.command))

    return step


def carried_out(command: Any) -> Any:
    match command:
        case ExecuteOrder():
            return filled(command, ticket=9_000 + int(command.account_id) + hash_of(command))
        case ReduceOrder():
            return done(command, executed_lot=command.remaining_lot)
        case Flatten() | CancelPendings():
            return swept(command)
        case _:
            return done(command)


def turned_down(command: Any) -> Any:
    if isinstance(command, Flatten | CancelPendings):
        return swept(command)
    if isinstance(command, ExecuteOrder | ModifyOrder):
        return refused(command, ErrorCode.NO_MONEY)
    return refused(command, ErrorCode.MARKET_CLOSED)


def hash_of(command: ExecuteOrder) -> int:
    return TICKETS.index(next(n for n in TICKETS if trade_id_of(n) == command.trade_id)) * 10_000


def restarted(stage: Desk) -> None:
    stage.restart()
    ready(stage)


def later(stage: Desk) -> None:
    stage.wait(7_000)
    for slave in SLAVES:
        stage.quote(slave)


STEPS: st.SearchStrategy[Step] = st.one_of(
    master(opened),
    master(modified, 1),
    master(reduced, 2, "0.50"),
    master(reduced, 3, "0.25"),
    master(closed),
    st.just(answers(carried_out)),
    st.just(answers(turned_down)),
    st.just(later),
    st.just(restarted),
    st.tuples(st.sampled_from(Mode), st.sampled_from(SLAVES)).map(
        lambda pair: lambda stage: switch(stage, *pair)
    ),
    st.just(lambda stage: add(stage, window(stage, begins_s=5, lasts_s=20))),
    st.just(lambda stage: stage.ask(RemoveWindow(window_id="nfp"))),
)
RULES = st.builds(
    WindowRules,
    on_open=st.sampled_from([WindowAction.BLOCK, WindowAction.ALLOW]),
    on_close=st.sampled_from(WindowAction),
    on_modify=st.sampled_from(WindowAction),
    flatten_before_s=st.sampled_from([None, 3]),
)


def check(stage: Desk) -> None:
    actions = {(each.trade_id, each.seq) for each in stage.archive.all(ActionRecord)}
    for trade in stage.archive.all(TradeRecord):
        assert trade.followers == SLAVES
        for trade_id, seq in actions:
            if trade_id != trade.trade_id:
                continue
            for account_id in trade.followers:
                row = stage.archive.decision(seq, account_id, trade_id)
                assert row.sentence or row.outcome not in EXPLAINED, row


@settings(max_examples=150, deadline=None)
@given(steps=st.lists(STEPS, max_size=25), rules=RULES)
def test_every_action_has_one_decision_for_each_follower_at_every_moment(
    steps: list[Step], rules: WindowRules
) -> None:
    stage = desk(*SLAVES, options=CopyOptions(windows=rules))
    for step in steps:
        step(stage)
        check(stage)
    assert stage.engine.state.account(MASTER) is not None
