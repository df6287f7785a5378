import asyncio
from collections.abc import Iterator

import pytest

from echo.sim.desk.cable import Cable, End
from tests.sim.desk.stage import Bench


class Listener:
    """Hears, and remembers when."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self.heard_at: list[tuple[int, str]] = []
        self.overs: list[tuple[str, bool]] = []

    def heard(self, item: str) -> None:
        self.heard_at.append((self._bench.loop.now_ms, item))

    def over(self, reason: str, *, orderly: bool) -> None:
        self.overs.append((reason, orderly))

    @property
    def items(self) -> list[str]:
        return [item for _, item in self.heard_at]


class Wired(Bench):
    """A client and a server with one cable between them."""

    def __init__(self, spans_ms: tuple[int, int] = (5, 5)) -> None:
        super().__init__()
        self.cable = Cable[str, str](self.loop, self.chance, "cable", spans_ms)
        self.client, self.server = self.process("client"), self.process("server")
        self.ear, self.servers_ear = Listener(self), Listener(self)
        self.ends: list[End[str, str]] = []

    def accept(self, end: End[str, str]) -> None:
        end.ear = self.servers_ear
        self.ends.append(end)

    async def connect(self) -> End[str, str]:
        assert self.cable.listen(self.server, self.accept)
        end = await self.loop.spawn(self.client, self.cable.dial(self.client))
        assert end is not None
        end.ear = self.ear
        await asyncio.sleep(0.001)
        return end


@pytest.fixture
def wired() -> Iterator[Wired]:
    wired = Wired()
    yield wired
    wired.loop.close()


def test_what_is_said_arrives_later_and_in_order() -> None:
    wired = Wired((0, 50))

    async def talk() -> None:
        end = await wired.connect()
        for number in range(50):
            end.send(str(number))
            assert wired.ends[0].send(f"re {number}")
        await asyncio.sleep(1)
        assert end.unread == 0

    wired.run(talk())
    assert wired.servers_ear.items == [str(number) for number in range(50)]
    assert wired.ear.items == [f"re {number}" for number in range(50)]
    moments = [at_ms for at_ms, _ in wired.ear.heard_at]
    assert moments == sorted(moments)
    assert len(set(moments)) > 1
    wired.loop.close()


def test_nobody_who_does_not_listen_can_be_dialled(wired: Wired) -> None:
    async def dial() -> None:
        assert await wired.cable.dial(wired.client) is None
        assert wired.cable.listen(wired.server, wired.accept)
        assert not wired.cable.listen(wired.client, wired.accept)
        wired.cable.blocked_until_ms = wired.loop.now_ms + 1_000
        assert await wired.cable.dial(wired.client) is None
        wired.cable.blocked_until_ms = 0
        wired.cable.deafen(wired.server)
        assert await wired.cable.dial(wired.client) is None

    wired.run(dial())


def test_an_orderly_end_comes_after_everything_that_was_said(wired: Wired) -> None:
    async def talk() -> None:
        end = await wired.connect()
        end.send("last")
        end.close("bye")
        assert not end.send("too late")
        assert end.is_over
        await asyncio.sleep(1)

    wired.run(talk())
    assert wired.servers_ear.items == ["last"]
    assert wired.servers_ear.overs == [("bye", True)]
    assert wired.ear.overs == []


def test_a_cut_loses_the_last_of_what_is_under_way(wired: Wired) -> None:
    lost = 0

    async def talk() -> None:
        nonlocal lost
        end = await wired.connect()
        for number in range(10):
            end.send(str(number))
        lost = wired.cable.cut("cut", late_ms=5_000)
        assert not end.is_over
        await asyncio.sleep(10)
        assert end.is_over
        assert not end.send("too late")

    wired.run(talk())
    assert wired.servers_ear.items == [str(number) for number in range(10 - lost)]
    assert (wired.servers_ear.overs, wired.ear.overs) == ([("cut", False)], [("cut", False)])


def test_a_blocked_cable_delivers_when_it_is_free_again(wired: Wired) -> None:
    async def talk() -> None:
        end = await wired.connect()
        wired.cable.blocked_until_ms = 700
        end.send("patience")
        end.close("bye")
        await asyncio.sleep(1)

    wired.run(talk())
    assert wired.servers_ear.heard_at == [(700, "patience")]
    assert wired.servers_ear.overs == [("bye", True)]


def test_a_death_closes_what_the_dead_held_and_hears_nothing(wired: Wired) -> None:
    async def talk() -> None:
        end = await wired.connect()
        end.send("from the client")
        wired.ends[0].send("last words")
        wired.loop.kill(wired.server)
        wired.cable.died(wired.server)
        await asyncio.sleep(1)
        assert await wired.cable.dial(wired.client) is None
        assert not wired.ends[0].send("from the grave")

    wired.run(talk())
    assert wired.ear.items == ["last words"]
    assert wired.ear.overs == [("the process at the other end died", True)]
    assert wired.servers_ear.items == []


def test_the_frozen_hear_when_they_are_thawed(wired: Wired) -> None:
    async def talk() -> None:
        end = await wired.connect()
        wired.loop.freeze(wired.server)
        end.send("hello")
        await asyncio.sleep(1)
        assert end.unread == 1
        wired.loop.thaw(wired.server)
        await asyncio.sleep(1)

    wired.run(talk())
    assert [at_ms >= 1_000 for at_ms, _ in wired.servers_ear.heard_at] == [True]
