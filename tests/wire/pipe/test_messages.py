"""Whatever EA and Agent of protocol 3 say to each other arrives as it was said."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from echo.domain.commands import ExecuteOrder
from echo.domain.handshake import SymbolRegistrationResult
from echo.wire.framing import LINE_BYTES_MAX, Line, LineReader
from echo.wire.pipe import (
    FromEa,
    PartAssembler,
    ToEa,
    read_agent_line,
    read_ea_line,
    write_from_ea,
    write_to_ea,
)
from tests.wire import strategies as our

FROM_EA: st.SearchStrategy[FromEa] = (
    our.handshakes(st.integers(3, 2**31 - 1), our.several(our.UUIDS))
    | our.PINGS
    | our.INTENTS
    | our.MODIFIES
    | our.CLOSES
    | our.results(our.ACCOUNTS)
    | our.DELIVERY_ACKS
    | our.SPEC_REPORTS
    | our.QUOTES
    | our.SNAPSHOTS
    | our.OPEN_TRADES
)
TO_EA: st.SearchStrategy[ToEa] = (
    our.PONGS
    | our.COMMANDS
    | our.REGISTRATIONS
    | our.intent_acks(our.ACCOUNTS | our.NO_ACCOUNT)
    | our.result_acks(our.ACCOUNTS | our.NO_ACCOUNT)
    | our.DELIVERY_CONFIGS
    | our.EA_SESSIONS
)


def contents(data: bytes) -> list[bytes]:
    lines = LineReader(LINE_BYTES_MAX).feed(data)
    assert all(isinstance(line, Line) for line in lines)
    return [line.content for line in lines if isinstance(line, Line)]


@given(FROM_EA)
def test_what_an_ea_says_is_heard(message: FromEa) -> None:
    assembler = PartAssembler()
    heard: list[FromEa] = []
    for line in contents(write_from_ea(message, 3, 1_700_000_000_000)):
        heard += assembler.take(read_ea_line(line))

    assert heard == [message]


@given(TO_EA)
def test_what_an_agent_says_is_heard(message: ToEa) -> None:
    if isinstance(message, SymbolRegistrationResult):
        # How much of its ledger is journaled an EA hears from the session's own line.
        message = replace(message, ledger_n=0, ledger_id="")
    elif isinstance(message, ExecuteOrder):
        message = replace(message, first=False)  # Between Core and Agent only.
    [line] = contents(write_to_ea(message, 3, 1_700_000_000_000))

    assert read_agent_line(line) == message
