"""What an Agent must not forget, and what a clock of another boot says about it."""

from echo.domain.answers import ExecutionResult
from echo.domain.commands import CommandKind
from echo.domain.ids import AccountId, CommandId, TradeId
from echo.domain.ledger import LedgerContents, LedgerEntry, LedgerKind

RESULT = ExecutionResult(
    command_id=CommandId("c"), trade_id=TradeId("t"), kind=CommandKind.CLOSE, success=True
)
ENTRY = LedgerEntry(
    key="uplink:c", n=4, kind=LedgerKind.UPLINK, account_id=AccountId("2001"), message=RESULT
)


def test_an_entry_without_a_boot_has_an_unknown_age() -> None:
    assert (ENTRY.boot_id, ENTRY.boot_ms) == ("", 0)


def test_entries_are_values_in_the_order_of_their_numbers() -> None:
    contents = LedgerContents(ledger_id="l", n=9, entries=(ENTRY,))

    assert contents == LedgerContents(ledger_id="l", n=9, entries=(ENTRY,))
    assert contents.n >= max(entry.n for entry in contents.entries)


def test_every_kind_has_a_word_for_the_disk() -> None:
    assert {kind.value for kind in LedgerKind} == {"uplink", "command", "written"}
