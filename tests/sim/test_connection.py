from dataclasses import replace

import pytest

from echo.domain.answers import ResultAck
from echo.domain.ids import CommandId
from echo.sim.connection import OTHER, Connection, Side
from echo.sim.faults import CALM, Weather
from echo.sim.network import Way
from echo.sim.node import Scene
from tests.sim.stage import SLAVE, Peer, scene

ACKS = [
    ResultAck(command_id=CommandId(f"0197748f-0000-7000-8000-0000000000{n:02}"), account_id=SLAVE)
    for n in range(30)
]


def joined(weather: Weather = CALM, *, spelled: bool = True) -> tuple[Scene, Peer, Peer, Way]:
    """An Agent's side and an EA's, with a pipe between them."""
    stage = scene(weather)
    client, server = Peer(stage, "ea"), Peer(stage, "agent")
    way = Way(stage, "ea", client, server, (1, 5), spelled=spelled)
    server.start()
    client.start()
    stage.schedule.run(1)
    return stage, client, server, way


def link_of(way: Way) -> Connection:
    assert way.current is not None
    return way.current


def test_each_side_has_another() -> None:
    assert [OTHER[side] for side in Side] == [Side.SERVER, Side.CLIENT]


@pytest.mark.parametrize("mangled", [0.0, 1.0])
def test_values_travel_as_bytes_and_arrive_as_values(mangled: float) -> None:
    stage, client, _, way = joined(replace(CALM, line_mangled=mangled))
    for ack in ACKS:
        link_of(way).send(Side.SERVER, ack)
    stage.schedule.run(1_000)
    assert client.heard == ACKS
    assert [message for _, message in way.kept] == ACKS


def test_what_is_torn_is_told_and_the_rest_arrives() -> None:
    stage, client, _, way = joined(replace(CALM, line_torn=0.3))
    for ack in ACKS:
        link_of(way).send(Side.SERVER, ack)
    stage.schedule.run(1_000)
    assert len(client.garbled) == stage.faults.struck["line_torn"] > 0
    assert len(client.heard) == len(ACKS) - len(client.garbled)


def test_a_reset_in_the_middle_of_a_line_leaves_nothing_for_the_next_connection() -> None:
    stage, client, _, way = joined(replace(CALM, line_mangled=1.0))
    for ack in ACKS:
        link_of(way).send(Side.SERVER, ack)
    stage.schedule.run(3)
    link_of(way).reset("broken")
    stage.schedule.run(2_000)
    before = len(client.heard)
    link_of(way).send(Side.SERVER, ACKS[0])
    stage.schedule.run(3_000)
    assert before < len(ACKS)
    assert client.heard[before:] == [ACKS[0]]


def test_a_late_line_lies_in_no_other() -> None:
    stage, client, _, way = joined(replace(CALM, frame_late=0.5, line_mangled=1.0))
    for ack in ACKS:
        link_of(way).send(Side.SERVER, ack)
    stage.schedule.run(20_000)
    assert sorted(each.command_id for each in client.heard if isinstance(each, ResultAck)) == [
        each.command_id for each in ACKS
    ]
    assert client.heard != ACKS


def test_what_arrived_can_be_handed_over_once_more() -> None:
    stage, client, _, way = joined(spelled=False)
    link_of(way).send(Side.SERVER, ACKS[0])
    stage.schedule.run(100)
    link_of(way).again(Side.CLIENT, ACKS[0])
    assert client.heard == [ACKS[0], ACKS[0]]
    link_of(way).reset("broken")
    link_of(way).again(Side.CLIENT, ACKS[0])
    assert len(client.heard) == 2
