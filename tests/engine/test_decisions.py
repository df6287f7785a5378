"""The decision ledger: from pending to one outcome, which nothing changes."""

import pytest

from echo.domain.answers import Outcome
from echo.domain.errors import ErrorCode, Refusal
from echo.domain.facts import Alarm, DecisionSettled
from echo.domain.ids import CommandId
from echo.domain.intents import ActionKind
from echo.domain.journal import DecisionRecord
from echo.domain.policy import CopyOptions
from echo.engine import decisions
from echo.engine.outbox import Outbox
from echo.engine.state import Lane, TradeState
from tests.engine.scenes import (
    SLAVE,
    TRADE,
    Desk,
    alarms,
    closed,
    desk,
    facts,
    opened,
    records,
    refused,
)

NOW = Desk().now


def trade() -> TradeState:
    intent = opened()
    return TradeState(
        intent=intent,
        canonical=None,
        followers=(SLAVE,),
        taken_mono_ms=None,
        age_ms=None,
        ticket=intent.ticket,
        volume_initial=intent.lot,
        volume_remaining=intent.lot,
        stop_loss=None,
        take_profit=None,
        opened_at_ms=0,
    )


def pending(mine: TradeState, lane: Lane) -> Outbox:
    out = Outbox()
    decisions.open_decision(mine, lane, opened(), NOW, out, inputs=(("lot", 1),))
    return out


def test_a_decision_begins_without_an_outcome() -> None:
    mine, lane = trade(), Lane(SLAVE)
    [row] = records(pending(mine, lane).effects, DecisionRecord)

    assert (row.outcome, row.command_id, row.settled_at_ms) == (Outcome.PENDING, None, None)
    assert (row.inputs, row.decided_at_ms) == ((("lot", 1),), NOW.wall_ms)
    assert mine.undecided == 1


def test_the_command_is_written_into_the_row() -> None:
    mine, lane, out = trade(), Lane(SLAVE), Outbox()
    pending(mine, lane)
    decisions.attach_command(mine, lane, 0, CommandId("c"), out)
    [row] = records(out.effects, DecisionRecord)

    assert (row.command_id, row.outcome) == ("c", Outcome.PENDING)
    assert mine.decisions[0, SLAVE] is row


def test_an_outcome_is_written_and_told() -> None:
    mine, lane, out = trade(), Lane(SLAVE), Outbox()
    pending(mine, lane)
    taken = NOW.mono_ms - 30
    decisions.settle(
        mine, lane, 0, Outcome.FAILED, NOW, out, code=ErrorCode.NO_MONEY, sentence="too poor",
        taken_mono_ms=taken,
    )  # fmt: skip
    [row] = records(out.effects, DecisionRecord)
    [fact] = facts(out.effects, DecisionSettled)

    assert (row.outcome, row.code, row.sentence) == (Outcome.FAILED, ErrorCode.NO_MONEY, "too poor")
    assert row.settled_at_ms == NOW.wall_ms
    assert (fact.symbol, fact.kind, fact.latency_ms) == ("EURUSD", ActionKind.OPEN, 30)
    assert mine.undecided == 0


@pytest.mark.parametrize("outcome", [each for each in Outcome if each.is_final])
def test_a_final_outcome_is_never_changed(outcome: Outcome) -> None:
    mine, lane = trade(), Lane(SLAVE)
    pending(mine, lane)
    decisions.settle(mine, lane, 0, outcome, NOW, Outbox())
    for later in Outcome:
        out = Outbox()
        decisions.settle(mine, lane, 0, later, NOW, out)
        assert out.effects == []

    assert mine.decisions[0, SLAVE].outcome is outcome
    assert mine.undecided == 0


def test_doubt_still_counts_as_undecided() -> None:
    mine, lane = trade(), Lane(SLAVE)
    pending(mine, lane)
    decisions.settle(mine, lane, 0, Outcome.IN_DOUBT, NOW, Outbox())
    assert mine.undecided == 1
    decisions.settle(mine, lane, 0, Outcome.FILLED, NOW, Outbox())

    assert mine.undecided == 0


def test_an_omission_is_one_row_and_one_fact() -> None:
    mine, lane, out = trade(), Lane(SLAVE), Outbox()
    decisions.omit_open(mine, lane, Refusal(ErrorCode.PAUSED, "not now"), NOW, out)
    [row] = records(out.effects, DecisionRecord)
    [fact] = facts(out.effects, DecisionSettled)

    assert (row.trade_id, row.seq, row.outcome) == (TRADE, 0, Outcome.OMITTED)
    assert (row.code, row.sentence) == (ErrorCode.PAUSED, "not now")
    assert (fact.code, fact.latency_ms) == (ErrorCode.PAUSED, None)
    assert lane.opened is Outcome.OMITTED
    assert mine.undecided == 0


def test_every_action_has_a_row_of_its_own() -> None:
    mine, lane = trade(), Lane(SLAVE)
    pending(mine, lane)
    decisions.open_decision(mine, lane, closed(), NOW, Outbox())

    assert [row.kind for row in mine.decisions.values()] == [ActionKind.OPEN, ActionKind.CLOSE]
    assert mine.undecided == 2


def test_an_entry_that_should_have_been_made_is_told_to_people() -> None:
    stage = desk()
    stage.later(5_000)
    stage.probe()
    [alarm] = [each for each in facts(stage.say(opened()), Alarm) if each.code == "MISSED_TRADE"]

    assert alarm.account_id == SLAVE
    assert alarm.sentence.startswith(f"account {SLAVE} has no copy of trade {TRADE} (EURUSD): ")
    assert "5000 ms old" in alarm.sentence


def test_an_entry_that_the_accounts_rules_left_out_is_not() -> None:
    stage = desk(options=CopyOptions(sides=frozenset()))

    assert "MISSED_TRADE" not in alarms(stage.say(opened()))


def test_an_entry_that_its_broker_refused_is_missed_too() -> None:
    stage = desk()
    order = stage.open()

    assert "MISSED_TRADE" in alarms(stage.say(refused(order, ErrorCode.NO_MONEY)))
