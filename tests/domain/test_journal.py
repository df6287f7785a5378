"""Rows are upserts by derived keys: each kind has its key fields, none can be changed in place."""

from dataclasses import FrozenInstanceError, fields

import pytest

from echo.domain.ids import AccountId, AgentId
from echo.domain.journal import (
    AgentSessionRecord,
    CommandStatus,
    LedgerMark,
    Record,
    Recovered,
    TradeStatus,
)

KEYS = {
    "TradeRecord": {"trade_id"},
    "ActionRecord": {"trade_id", "seq"},
    "DecisionRecord": {"trade_id", "seq", "account_id"},
    "CommandRecord": {"command_id"},
    "CommandProgress": {"command_id"},
    "RetryRecord": {"command_id", "stage", "attempt"},
    "ExecutionRecord": {"command_id", "received_at_ms"},
    "CopyRecord": {"trade_id", "account_id"},
    "AccountRecord": {"account_id"},
    "SymbolMapRecord": {"account_id"},
    "SpecRecord": {"account_id"},
    "QuoteRecord": {"quote"},
    "AccountStateRecord": {"info"},
    "EvaluationRecord": {"result"},
    "LedgerMark": {"account_id"},
    "AgentSessionRecord": {"agent_id"},
    "OperationRecord": {"asked_at_ms", "by", "action"},
    "LimitsRecord": {"account_id"},
    "PolicyRecord": {"account_id", "strategy_id", "version"},
    "WindowRecord": {"window"},
    "SwitchRecord": {"switch"},
    "ConfigChange": {"changed_at_ms", "key", "after"},
    "SettingSeen": {"key"},
}


@pytest.mark.parametrize("record", list(Record.__args__), ids=lambda record: record.__name__)
def test_every_kind_of_row_has_its_key(record: type) -> None:
    assert KEYS[record.__name__] <= {each.name for each in fields(record)}


def test_rows_cannot_be_changed_in_place() -> None:
    mark = LedgerMark(account_id=AccountId("2001"), ledger_n=3)

    with pytest.raises(FrozenInstanceError):
        mark.ledger_n = 4  # type: ignore[misc]  # that is what is tested
    assert AgentSessionRecord(agent_id=AgentId("a"), epoch=1) == AgentSessionRecord(
        agent_id=AgentId("a"), epoch=1
    )


def test_an_empty_journal_recovers_nothing() -> None:
    recovered = Recovered()

    assert not any(getattr(recovered, each.name) for each in fields(recovered))


def test_states_are_the_words_of_the_tables() -> None:
    assert {status.value for status in TradeStatus} == {status.name for status in TradeStatus}
    assert {status.value for status in CommandStatus} == {
        status.name.lower() for status in CommandStatus
    }
