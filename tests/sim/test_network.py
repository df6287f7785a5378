import itertools
from collections.abc import Callable
from dataclasses import replace

import pytest

from echo.domain.answers import NO_ACCOUNT, ResultAck
from echo.domain.ids import CommandId
from echo.links.backoff import STEADY_MS
from echo.sim.faults import CALM, Weather
from echo.sim.network import REDIAL_MS, Connection, Dialler, Side, Way
from echo.sim.node import Scene
from echo.sim.schedule import HostClock
from echo.sim.travel import as_travelled
from tests.sim.stage import SLAVE, Peer, scene

ACK = ResultAck(command_id=CommandId("c1"), account_id=SLAVE)


def joined(
    weather: Weather = CALM, *, delay_ms: tuple[int, int] = (1, 40), is_stream: bool = False
) -> tuple[Scene, Peer, Peer, Way]:
    """Two peers with a connection between them."""
    stage = scene(weather)
    client, server = Peer(stage, "client"), Peer(stage, "server")
    way = Way(stage, "way", client, server, delay_ms, is_stream=is_stream)
    server.start()
    client.start()
    stage.schedule.run(1)
    assert way.current is not None
    return stage, client, server, way


def link_of(way: Way) -> Connection:
    assert way.current is not None
    return way.current


def test_a_link_keeps_the_order_whatever_the_delays() -> None:
    stage, client, server, way = joined()
    for number in range(50):
        stage.schedule.after(number, lambda n=number: link_of(way).send(Side.CLIENT, n))  # type: ignore[misc]  # mypy cannot infer a lambda's default
        link_of(way).send(Side.SERVER, -number)
    stage.schedule.run(1_000)
    assert server.heard == list(range(50))
    assert client.heard == [-number for number in range(50)]


def test_a_reset_loses_what_is_under_way_and_both_hear_of_it() -> None:
    stage, client, server, way = joined(delay_ms=(20, 20))
    link_of(way).send(Side.CLIENT, "lost")
    link_of(way).reset("broken")
    stage.schedule.run(50)
    assert server.heard == []
    assert (client.downs, server.downs) == (["broken"], ["broken"])


def test_a_half_open_link_leaves_one_end_in_its_belief() -> None:
    stage, client, server, way = joined()
    link_of(way).reset("broken", notice_ms=(0, 5_000))
    stage.schedule.run(1_000)
    assert (client.downs, server.downs) == (["broken"], [])
    stage.schedule.run(6_000)
    assert server.downs == ["broken"]


def test_the_client_connects_again_with_new_numbers() -> None:
    stage, _client, server, way = joined()
    first = link_of(way)
    stage.schedule.run(STEADY_MS)
    first.reset("broken")
    stage.schedule.run(STEADY_MS + 1_000)
    second = link_of(way)
    assert second is not first
    assert second.client_no > first.client_no
    assert second.server_no > first.server_no
    assert way.connections == 2
    second.send(Side.CLIENT, "hello")
    stage.schedule.run(STEADY_MS + 2_000)
    assert server.heard == ["hello"]


def test_who_is_turned_away_again_and_again_calls_less_and_less_often() -> None:
    stage, _client, _server, way = joined()
    made_ms = []
    for now_ms in range(0, 60_000, 10):
        stage.schedule.run(now_ms)
        if way.current is not None:
            made_ms.append(now_ms)
            way.current.reset("refused")
    pauses_ms = [later - sooner for sooner, later in itertools.pairwise(made_ms)]
    assert pauses_ms[0] <= 2 * REDIAL_MS[1]
    assert sum(pauses_ms[-10:]) / 10 > 2 * REDIAL_MS[1]


def test_a_close_lets_pass_what_was_sent_before() -> None:
    stage, client, server, way = joined(delay_ms=(10, 10))
    link = link_of(way)
    link.send(Side.SERVER, "last")
    link.end(Side.SERVER, "done")
    link.end(Side.SERVER, "done twice")
    link.send(Side.SERVER, "after the end")
    stage.schedule.run(50)
    assert client.heard == ["last"]
    assert (client.downs, server.downs) == (["done"], ["done"])


def test_a_blocked_way_delivers_later_and_in_order() -> None:
    stage, client, server, way = joined(delay_ms=(5, 5))
    link_of(way).send(Side.CLIENT, 1)
    way.block(1_000)
    link_of(way).send(Side.CLIENT, 2)
    stage.schedule.run(500)
    assert server.heard == []
    way.block(1_000)
    stage.schedule.run(1_100)
    assert server.heard == []
    stage.schedule.run(2_000)
    assert server.heard == [1, 2]
    assert client.downs == []


def test_a_freed_way_delivers_at_once() -> None:
    stage, _, server, way = joined(delay_ms=(5, 5))
    way.block(60_000)
    link_of(way).send(Side.CLIENT, 1)
    stage.schedule.run(100)
    way.free()
    assert server.heard == [1]


def test_nobody_connects_over_a_blocked_way_or_to_a_dead_server() -> None:
    stage, client, server, way = joined()
    way.block(3_000)
    link_of(way).reset("broken")
    stage.schedule.run(2_000)
    assert way.current is None
    server.crash("dies", 4_000)
    stage.schedule.run(5_000)
    assert way.current is None
    stage.schedule.run(8_000)
    assert way.current is not None
    assert len(client.links) == 2


@pytest.mark.parametrize("dies", ["client", "server"])
def test_when_one_end_dies_the_other_hears_of_it(dies: str) -> None:
    stage, client, server, way = joined()
    dead, alive = (client, server) if dies == "client" else (server, client)
    dead.crash("dies", 10_000)
    stage.schedule.run(1_000)
    assert alive.downs == ["the other end is gone"]
    assert dead.downs == []
    assert way.current is None


def test_a_lost_frame_is_gone_and_counted() -> None:
    stage, _, server, way = joined(replace(CALM, frame_loss=1.0))
    link_of(way).send(Side.CLIENT, ACK)
    link_of(way).send(Side.CLIENT, "never lost: nobody would send it again")
    stage.schedule.run(1_000)
    assert len(server.heard) == 1
    assert ACK not in server.heard
    assert stage.faults.struck["frame_lost"] == 1


def test_a_doubled_frame_comes_twice() -> None:
    stage, _, server, way = joined(replace(CALM, frame_double=1.0))
    link_of(way).send(Side.CLIENT, ACK)
    stage.schedule.run(1_000)
    assert server.heard == [ACK, ACK]


def test_a_late_frame_is_overtaken() -> None:
    stage, _, server, way = joined(replace(CALM, frame_late=1.0), delay_ms=(0, 0))
    link_of(way).send(Side.CLIENT, ACK)
    link_of(way).send(Side.CLIENT, "later said, sooner heard")
    stage.schedule.run(20_000)
    assert server.heard == ["later said, sooner heard", ACK]


def test_some_messages_lose_their_account_on_a_stream_and_none_on_a_pipe() -> None:
    for is_stream, account_id in ((True, NO_ACCOUNT), (False, SLAVE)):
        stage, _, server, way = joined(is_stream=is_stream)
        nameless = replace(ACK, account_id=SLAVE)
        link_of(way).send(Side.CLIENT, nameless)
        stage.schedule.run(1_000)
        assert server.heard == [replace(nameless, account_id=account_id)]


def test_what_travels_with_its_number_keeps_it() -> None:
    assert as_travelled(("m1", ACK), is_stream=True) == ("m1", replace(ACK, account_id=NO_ACCOUNT))
    assert as_travelled("anything else", is_stream=True) == "anything else"


@pytest.mark.parametrize(
    "call",
    [
        lambda node: node.next_number(),
        lambda node: node.link_up(None),
        lambda node: node.link_said(None, ""),
        lambda node: node.link_down(None, ""),
    ],
)
def test_a_dialler_must_say_what_it_does_with_links(call: Callable[[Dialler], None]) -> None:
    with pytest.raises(NotImplementedError):
        call(Dialler(scene(), "nobody", HostClock()))


def test_a_way_that_is_blocked_in_one_direction_lets_the_other_pass() -> None:
    stage, client, server, way = joined()
    way.block(5_000, Side.CLIENT)
    link_of(way).send(Side.CLIENT, "up")
    link_of(way).send(Side.SERVER, "down")
    stage.schedule.run(1_000)
    assert (server.heard, client.heard) == (["up"], [])
    stage.schedule.run(6_000)
    assert client.heard == ["down"]


def test_a_slow_reader_takes_one_after_the_other() -> None:
    stage, _, server, way = joined(delay_ms=(1, 1))
    way.slow_down(10_000, 100)
    for number in range(20):
        link_of(way).send(Side.CLIENT, number)
    stage.schedule.run(1_000)
    assert 8 <= len(server.heard) <= 10
    way.free()
    stage.schedule.run(3_000)
    assert server.heard == list(range(20))


def test_what_a_slow_reader_has_left_is_read_when_it_is_slow_no_more() -> None:
    stage, _, server, way = joined(delay_ms=(1, 1))
    way.slow_down(1_000, 300)
    for number in range(20):
        link_of(way).send(Side.CLIENT, number)
    stage.schedule.run(950)
    assert len(server.heard) == 3
    stage.schedule.run(1_050)
    assert server.heard == list(range(20))


def test_nothing_reaches_a_process_that_sleeps() -> None:
    stage, _, server, way = joined()
    server.sleep(2_000)
    link_of(way).send(Side.CLIENT, "hello")
    stage.schedule.run(1_500)
    assert server.heard == []
    stage.schedule.run(2_500)
    assert server.heard == ["hello"]


def test_a_client_calls_two_servers_in_turn_until_one_lets_it_in() -> None:
    stage = scene()
    client, first, second = (Peer(stage, name) for name in ("client", "first", "second"))
    way = Way(stage, "client", client, first, (1, 1), other=second)
    for each in (client, first):
        each.start()
    stage.schedule.run(1_000)
    assert way.server is first
    old = link_of(way)
    first.sleep(20_000)
    old.end(Side.CLIENT, "nobody answers")
    second.start()
    stage.schedule.run(8_000)
    assert way.server is second
    assert link_of(way).ends_at(second)
    link_of(way).send(Side.CLIENT, "hello")
    stage.schedule.run(9_000)
    assert (first.downs, second.heard) == ([], ["hello"])
    stage.schedule.run(30_000)
    assert first.downs == ["nobody answers"]
    first.crash("dies", 60_000)
    assert link_of(way).ends_at(second)
    second.crash("dies too", 60_000)
    stage.schedule.run(31_000)
    assert way.current is None
