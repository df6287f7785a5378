from random import Random

from echo.domain.answers import ResultAck
from echo.domain.ids import CommandId
from echo.sim import again
from echo.sim.connection import Side
from echo.sim.network import Way
from tests.sim.stage import SLAVE, Peer, scene

ACKS = [ResultAck(command_id=CommandId(f"c{number}"), account_id=SLAVE) for number in range(40)]


def test_some_of_what_arrived_is_said_once_more_on_the_connection_of_now() -> None:
    stage = scene()
    client, server = Peer(stage, "ea"), Peer(stage, "agent")
    way = Way(stage, "ea", client, server, (1, 1))
    again.say(way, Random(1))
    server.start()
    client.start()
    stage.schedule.run(1)
    assert way.current is not None
    for ack in ACKS:
        way.current.send(Side.SERVER, ack)
    stage.schedule.run(1_000)
    way.current.reset("broken")
    stage.schedule.run(5_000)
    heard = len(client.heard)
    assert heard == len(ACKS)

    again.say(way, Random(1))
    stage.schedule.run(5_000 + again.WITHIN_MS)
    repeated = client.heard[heard:]
    assert 5 < len(repeated) < len(ACKS)
    assert set(repeated) < set(ACKS)
    assert repeated != [each for each in ACKS if each in repeated]
