from random import Random

import pytest

from echo.domain.answers import ResultAck
from echo.domain.handshake import Role
from echo.domain.ids import CommandId
from echo.domain.quantities import Instant
from echo.domain.sessions import Ping
from echo.sim.spelling import (
    CHUNK,
    MARK,
    NOISE,
    Spelling,
    cut,
    endless,
    noise,
    with_carriage_returns,
)
from echo.wire.refusals import WireError
from tests.sim.stage import SLAVE

NOW = Instant(1_750_000_000_000, 1_000_000)
PING = Ping(ping_id="p-1", timestamp_ms=1_750_000_000_000, role=Role.SLAVE)
ACK = ResultAck(command_id=CommandId("0197748f-0000-7000-8000-000000000001"), account_id=SLAVE)


@pytest.mark.parametrize("seed", range(20))
def test_a_line_that_is_cut_anywhere_is_read_as_it_was_said(seed: int) -> None:
    spelling = Spelling(3)
    line = spelling.from_ea(PING, NOW)
    pieces = cut(line, Random(seed))
    heard = [each for piece in pieces for each in spelling.agent_reads(piece, NOW)]
    assert b"".join(pieces) == line
    assert heard == [PING]


def test_what_the_agent_says_is_read_by_the_ea() -> None:
    spelling = Spelling(3)
    line = spelling.to_ea(ACK, 3, NOW)
    assert list(spelling.ea_reads(MARK + with_carriage_returns(line))) == [ACK]


@pytest.mark.parametrize("name", sorted(NOISE))
def test_noise_harms_no_line_beside_it(name: str) -> None:
    spelling = Spelling(3)
    line = spelling.from_ea(PING, NOW)
    heard = list(spelling.agent_reads(line + NOISE[name](Random(1)) + line, NOW))
    said = [each for each in heard if not isinstance(each, WireError)]
    assert said == [PING, PING]
    assert len(heard) <= 4


def test_noise_is_drawn_by_name() -> None:
    name, line = noise(Random(3))
    assert line == NOISE[name](Random(0)) or name == "bytes"
    assert {noise(Random(seed))[0] for seed in range(200)} == set(NOISE)


def test_a_line_that_never_ends_is_noticed() -> None:
    spelling = Spelling(3)
    for piece in endless():
        assert piece is CHUNK
        assert list(spelling.agent_reads(piece, NOW)) == []
    assert spelling.is_endless


def test_an_ea_reads_no_line_that_is_too_long_for_it() -> None:
    (error,) = Spelling(1).ea_reads(b"x" * 9_000 + b"\n")
    assert isinstance(error, WireError)
