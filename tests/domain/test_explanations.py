"""What is asked and told about an entry: nothing is assumed that was not said."""

from echo.domain.explanations import EntryExplained, ExplainEntry
from echo.domain.ids import AccountId
from echo.domain.quantities import Side


def test_a_question_needs_no_more_than_account_symbol_and_side() -> None:
    asked = ExplainEntry(account_id=AccountId("2001"), symbol="EURUSD", side=Side.BUY)

    assert (asked.stop_loss, asked.take_profit, asked.strategy_id, asked.master_id) == (None,) * 4
    assert asked.master_lot == 1


def test_a_refusal_has_no_size() -> None:
    told = EntryExplained(
        account_id=AccountId("2001"), symbol="EURUSD", side=Side.SELL, code="PAUSED", reason="why"
    )

    assert (told.lot, told.expected_loss, told.inputs) == (None, None, ())
