"""A way to a collector is open while that answers; else it is asked after growing pauses."""

import socket
from collections.abc import Iterator

import pytest

from echo.domain.facts import Fact
from echo.domain.link_facts import CollectorChanged
from echo.links.telemetry.otlp_door import PAUSE_S_MAX, Door, Senders, senders
from tests.links.telemetry.collector import Collector, collecting

EVERY_S = 5.0


class Porter:
    """A door, who was connected through it, and what was told of it."""

    def __init__(self, address: str) -> None:
        self.connected = 0
        self.told: list[Fact] = []
        self._make = senders(address, insecure=True, resource={}, scope="echo")
        self.door = Door(address, self._connect, EVERY_S, self.told.append)

    def _connect(self) -> Senders:
        self.connected += 1
        return self._make()


@pytest.fixture
def deserted() -> Iterator[Porter]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield Porter(f"127.0.0.1:{taken.getsockname()[1]}")


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as made:
        yield made


def test_one_that_does_not_answer_is_asked_after_growing_pauses(deserted: Porter) -> None:
    asked_s = []
    for now_s in range(150):
        before = deserted.connected
        assert not deserted.door.knock(float(now_s))
        if deserted.connected > before:
            asked_s.append(now_s)

    assert asked_s == [0, 5, 15, 35, 65, 95, 125]
    assert PAUSE_S_MAX == 30.0


def test_its_silence_is_told_once(deserted: Porter) -> None:
    for now_s in (0.0, 100.0, 200.0):
        deserted.door.knock(now_s)

    [told] = deserted.told
    assert isinstance(told, CollectorChanged)
    assert (told.up, told.address in told.sentence) == (False, True)


def test_what_is_taken_keeps_it_open_without_another_question(collector: Collector) -> None:
    porter = Porter(collector.endpoint)

    for now_s in (0.0, 5.0, 10.0):
        assert porter.door.knock(now_s)
        assert porter.door.send(now_s, lambda _: True)

    assert (porter.connected, porter.door.due_s) == (1, 15.0)
    assert [each.up for each in porter.told if isinstance(each, CollectorChanged)] == [True]
    porter.door.close()


def test_what_is_not_taken_shuts_it_and_its_first_pause_is_the_usual_one(
    collector: Collector,
) -> None:
    porter = Porter(collector.endpoint)
    porter.door.knock(0.0)
    porter.door.send(0.0, lambda _: True)

    assert not porter.door.send(5.0, lambda _: False)
    assert (porter.door.is_open, porter.door.due_s) == (False, 10.0)
    assert not porter.door.send(9.0, lambda _: True)
    assert not porter.door.knock(9.0)
    assert porter.door.knock(10.0)
    porter.door.close()


def test_who_answers_and_takes_nothing_is_asked_ever_less_often(collector: Collector) -> None:
    porter = Porter(collector.endpoint)
    due_s = []
    for _ in range(4):
        assert porter.door.knock(porter.door.due_s)
        porter.door.send(porter.door.due_s, lambda _: False)
        due_s.append(porter.door.due_s)

    assert due_s == [5.0, 15.0, 35.0, 65.0]
    assert len(porter.told) == 1
