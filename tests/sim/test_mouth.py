from dataclasses import replace
from typing import Any

import pytest

from echo.domain.answers import ResultAck
from echo.domain.commands import ModifyOrder
from echo.domain.handshake import Role
from echo.domain.ids import CommandId, Ticket, TradeId
from echo.domain.quantities import Instant
from echo.domain.sessions import Ping
from echo.sim.faults import CALM
from echo.sim.mouth import Mouth
from echo.wire.refusals import WireError
from tests.sim.stage import SLAVE, scene

NOW = Instant(1_750_000_000_000, 1_000_000)
PINGS = [
    Ping(ping_id=f"p-{number}", timestamp_ms=NOW.wall_ms, role=Role.SLAVE) for number in range(60)
]
ACK = ResultAck(command_id=CommandId("0197748f-0000-7000-8000-000000000001"), account_id=SLAVE)


def heard(mouth: Mouth, *, repeated: bool = False) -> list[object]:
    """Everything that an Agent hears when an EA says the pings one after the other."""
    found: list[object] = []
    for ping in PINGS:
        for piece in mouth.say(ping, 3, NOW, by_ea=True, repeated=repeated):
            found += mouth.heard(piece, NOW, by_ea=True)
    found += mouth.heard(mouth.left_over(by_ea=True), NOW, by_ea=True)
    return found


@pytest.mark.parametrize("seed", range(10))
def test_however_lines_are_mangled_everything_is_heard_in_order(seed: int) -> None:
    stage = scene(replace(CALM, line_mangled=1.0), seed=seed)
    found = heard(Mouth(stage, "slave-2001", 3))
    assert [each for each in found if not isinstance(each, WireError)] == PINGS
    struck = stage.faults.struck
    assert min(struck["line_cut"], struck["line_joined"], struck["line_crlf"]) > 0


def test_half_a_line_takes_the_next_one_with_it_and_no_other() -> None:
    stage = scene(replace(CALM, line_torn=0.2))
    found = heard(Mouth(stage, "slave-2001", 3), repeated=True)
    torn = stage.faults.struck["line_torn"]
    assert sum(isinstance(each, WireError) for each in found) == torn > 0
    assert sum(isinstance(each, Ping) for each in found) == len(PINGS) - torn


def test_a_line_without_an_end_is_noticed() -> None:
    mouth = Mouth(scene(replace(CALM, line_endless=1.0)), "slave-2001", 3)
    for piece in mouth.say(PINGS[0], 3, NOW, by_ea=True, repeated=True)[:-1]:
        assert list(mouth.heard(piece, NOW, by_ea=True)) == []
    assert mouth.is_endless


def test_a_line_waits_for_the_next_and_leaves_with_it() -> None:
    stage = scene(replace(CALM, line_mangled=1.0))
    mouth = Mouth(stage, "slave-2001", 3)
    while not mouth.holds(by_ea=False):
        mouth.say(ACK, 3, NOW, by_ea=False, repeated=True)
    assert not mouth.holds(by_ea=True)
    held = mouth.left_over(by_ea=False)
    assert ACK in list(mouth.heard(held, NOW, by_ea=False))
    assert not mouth.holds(by_ea=False)


def test_what_an_older_ea_has_no_word_for_is_not_said() -> None:
    modify: Any = ModifyOrder(
        command_id=CommandId("0197748f-0000-7000-8000-000000000002"),
        trade_id=TradeId("0197748f-0000-7000-8000-000000000003"),
        account_id=SLAVE,
        seq=1,
        ticket=Ticket(1),
        symbol="EURUSD",
        magic_number=7,
    )
    stage = scene()
    mouth = Mouth(stage, "slave-2001", 2)
    pieces = mouth.say(modify, 2, NOW, by_ea=False, repeated=True)
    unsaid = sum(count for name, count in stage.seen.items() if "unsendable" in name)
    assert (pieces == []) == bool(unsaid)
    assert pieces or unsaid == 1
