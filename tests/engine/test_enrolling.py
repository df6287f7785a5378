"""A Core that starts knows where its accounts are, and when they were last here."""

from echo.domain.journal import AccountRecord, EvaluationRecord, SymbolMapRecord
from echo.domain.registration_facts import MappingsLoaded
from tests.engine.scenes import MASTER, SLAVE, desk, facts, records


def test_symbols_that_were_read_back_are_told() -> None:
    stage = desk()
    stage.restart()

    assert facts(stage.heard, MappingsLoaded) == [
        MappingsLoaded(account_id=MASTER, symbols=1),
        MappingsLoaded(account_id=SLAVE, symbols=1),
    ]
    assert stage.engine.state.account(SLAVE).enrolment.reported_at_ms > 0


def test_a_life_writes_down_what_it_cannot_know_to_be_written() -> None:
    stage = desk()
    assert records(stage.register(SLAVE), AccountRecord) == [], "a moment later it is no news"
    stage.feed_again()
    told = stage.register(SLAVE)

    assert len(records(told, AccountRecord)) == len(records(told, SymbolMapRecord)) == 1
    assert len(records(told, EvaluationRecord)) == 1
