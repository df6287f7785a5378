"""Messages that come in parts are put together, whatever else arrives."""

from dataclasses import replace
from decimal import Decimal

import pytest

from echo.domain.accounts import TickValue
from echo.domain.ids import AccountId
from echo.domain.specs import SymbolMapping
from echo.wire.pipe import Part, PartAssembler
from echo.wire.pipe.fields import LIST_MAX
from echo.wire.pipe.messages import Parted
from echo.wire.refusals import WireError, WireReason
from tests.wire.pipe.samples import (
    GOLD,
    HELD,
    INTRODUCTION,
    QUOTE,
    SNAPSHOT,
    SPECIFICATION,
    SPECIFICATIONS,
)

SILVER = replace(GOLD, broker_symbol="SILVER")
OIL = replace(GOLD, broker_symbol="OIL")


def handshake(*symbols: SymbolMapping, part: int, parts: int = 3) -> Part:
    return Part(message=replace(INTRODUCTION, symbols=symbols), part=part, parts=parts)


@pytest.fixture
def assembler() -> PartAssembler:
    return PartAssembler()


def test_whole_messages_pass(assembler: PartAssembler) -> None:
    assert assembler.take((QUOTE, SNAPSHOT)) == (QUOTE, SNAPSHOT)
    assert assembler.unfinished == 0


def test_parts_become_one_message_when_the_last_has_come(assembler: PartAssembler) -> None:
    assert assembler.take([handshake(GOLD, part=1)]) == ()
    assert assembler.take([handshake(SILVER, part=2), QUOTE]) == (QUOTE,)
    assert assembler.unfinished == 1
    assert assembler.take([handshake(OIL, part=3)]) == (
        replace(INTRODUCTION, symbols=(GOLD, SILVER, OIL)),
    )
    assert assembler.unfinished == 0


HALVES: list[tuple[Parted, Parted, Parted]] = [
    (
        replace(SPECIFICATIONS, symbols=(SPECIFICATION,)),
        replace(SPECIFICATIONS, symbols=(SPECIFICATION, SPECIFICATION)),
        replace(SPECIFICATIONS, symbols=(SPECIFICATION,) * 3),
    ),
    (
        replace(HELD, trades=HELD.trades[:1]),
        replace(HELD, trades=HELD.trades[1:]),
        HELD,
    ),
    (
        replace(SNAPSHOT, history=(), pendings=(), tick_values=()),
        replace(SNAPSHOT, positions=(), timestamp_ms=SNAPSHOT.timestamp_ms + 1),
        SNAPSHOT,
    ),
]


@pytest.mark.parametrize(("first", "second", "whole"), HALVES)
def test_every_kind_of_message_may_come_in_parts(
    assembler: PartAssembler, first: Parted, second: Parted, whole: Parted
) -> None:
    taken = assembler.take(
        [Part(message=first, part=1, parts=2), Part(message=second, part=2, parts=2)]
    )

    assert taken == (whole,)


def test_parts_of_different_kinds_may_be_interleaved(assembler: PartAssembler) -> None:
    (first, second, whole), _, _ = HALVES
    taken = assembler.take(
        [
            handshake(GOLD, part=1, parts=2),
            Part(message=first, part=1, parts=2),
            handshake(part=2, parts=2),
            Part(message=second, part=2, parts=2),
        ]
    )

    assert taken == (replace(INTRODUCTION, symbols=(GOLD,)), whole)


@pytest.mark.parametrize(
    "parts",
    [
        [handshake(GOLD, part=2)],
        [handshake(GOLD, part=1), handshake(GOLD, part=3)],
        [handshake(GOLD, part=1), handshake(GOLD, part=2, parts=2)],
        [
            handshake(GOLD, part=1),
            replace(
                handshake(GOLD, part=2),
                message=replace(INTRODUCTION, account_id=AccountId("other")),
            ),
        ],
    ],
    ids=["no first part", "a part is missing", "another count", "another account"],
)
def test_a_part_that_does_not_fit_is_refused_and_forgotten(
    assembler: PartAssembler, parts: list[Part]
) -> None:
    with pytest.raises(WireError) as refusal:
        assembler.take(parts)

    assert refusal.value.reason is WireReason.BAD_PART
    assert assembler.unfinished == 0


def test_a_first_part_starts_again(assembler: PartAssembler) -> None:
    assembler.take([handshake(GOLD, part=1), handshake(SILVER, part=2)])

    assert assembler.take([handshake(OIL, part=1, parts=2), handshake(part=2, parts=2)]) == (
        replace(INTRODUCTION, symbols=(OIL,)),
    )


def test_a_new_connection_knows_no_parts(assembler: PartAssembler) -> None:
    assembler.take([handshake(GOLD, part=1)])
    assembler.reset()

    with pytest.raises(WireError):
        assembler.take([handshake(GOLD, part=2)])


def test_endless_parts_are_refused(assembler: PartAssembler) -> None:
    values = tuple(
        TickValue(canonical_symbol=f"S{n}", tick_value=Decimal(1)) for n in range(LIST_MAX)
    )
    full = replace(SNAPSHOT, tick_values=values)

    with pytest.raises(WireError) as refusal:
        assembler.take(
            [Part(message=full, part=1, parts=9), Part(message=SNAPSHOT, part=2, parts=9)]
        )

    assert refusal.value.reason is WireReason.OUT_OF_RANGE
    assert assembler.unfinished == 0
