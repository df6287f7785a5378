"""Reports of protocol 3, and what happens to them when they are long."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.ids import AccountId, Ticket
from echo.domain.specs import Quote
from echo.wire.framing import LINE_BYTES_MAX
from echo.wire.pipe import FromEa, PartAssembler, quote_lines, read_ea_line, write_from_ea
from echo.wire.refusals import WireError, WireReason
from tests.wire import strategies as our
from tests.wire.pipe.samples import (
    GOLD,
    HELD,
    INTRODUCTION,
    NOW_MS,
    POSITION,
    QUOTE,
    SNAPSHOT,
    SPECIFICATION,
    SPECIFICATIONS,
)
from tests.wire.pipe.test_messages import contents

LONG: list[FromEa] = [
    replace(INTRODUCTION, symbols=tuple(replace(GOLD, digits=n) for n in range(5_000))),
    replace(SPECIFICATIONS, symbols=tuple(replace(SPECIFICATION, digits=n) for n in range(1_000))),
    replace(SNAPSHOT, positions=tuple(replace(POSITION, ticket=Ticket(n)) for n in range(900))),
    replace(HELD, trades=HELD.trades * 1_000),
]


@pytest.mark.parametrize("message", LONG, ids=lambda message: type(message).__name__)
def test_a_long_report_comes_in_parts_and_is_whole_again(message: FromEa) -> None:
    assembler = PartAssembler()
    lines = contents(write_from_ea(message, 3, NOW_MS))

    heard = [assembler.take(read_ea_line(line)) for line in lines]

    assert len(lines) > 1
    assert max(len(line) for line in lines) > LINE_BYTES_MAX - 1_000
    assert heard == [()] * (len(lines) - 1) + [(message,)]


def test_a_short_report_has_no_parts() -> None:
    line = write_from_ea(SNAPSHOT, 3, NOW_MS)

    assert b'"parts"' not in line
    assert line.count(b"\n") == 1


def test_what_is_too_long_even_alone_is_refused() -> None:
    with pytest.raises(WireError) as refusal:
        write_from_ea(
            replace(SNAPSHOT, positions=(replace(POSITION, comment="x" * 70_000),)), 3, NOW_MS
        )

    assert refusal.value.reason is WireReason.TOO_LONG


def test_more_parts_than_anybody_would_take_are_refused() -> None:
    huge = tuple(replace(POSITION, comment="x" * 60_000) for _ in range(257))

    with pytest.raises(WireError) as refusal:
        write_from_ea(replace(SNAPSHOT, positions=huge), 3, NOW_MS)

    assert refusal.value.reason is WireReason.TOO_LONG


@given(st.lists(our.QUOTES, min_size=1, max_size=6))
def test_quotes_of_an_account_share_lines(quotes: list[Quote]) -> None:
    quotes = [replace(each, account_id=quotes[0].account_id) for each in quotes]

    heard = [quote for line in contents(quote_lines(quotes)) for quote in read_ea_line(line)]

    assert heard == quotes


def test_many_quotes_take_as_few_lines_as_can_be() -> None:
    quotes = [replace(QUOTE, timestamp_ms=NOW_MS + n) for n in range(1_000)]

    lines = contents(quote_lines(quotes))

    assert len(lines) == 3
    assert [quote for line in lines for quote in read_ea_line(line)] == quotes
    assert json.loads(lines[0])["payload"]["timestamp_ms"] == NOW_MS + 999


def test_quotes_of_several_accounts_never_share_a_line() -> None:
    for quotes in ([], [QUOTE, replace(QUOTE, account_id=AccountId("other"))]):
        with pytest.raises(ValueError, match="of one account"):
            quote_lines(quotes)
