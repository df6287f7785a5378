from dataclasses import replace

import pytest

from echo.domain.ids import AccountId
from echo.domain.quantities import Instant
from echo.sim.faults import CALM, MishapKind
from echo.sim.scenario import Seat
from echo.sim.story import people, story, weather
from echo.terminal.effects import Effect, Order
from echo.terminal.events import Event
from echo.terminal.fates import FateRates
from echo.terminal.slave import SlaveEa
from echo.terminal.view import MT5
from tests.sim.stories import MASTER, SLAVE, closes, mishap, modifies, opens, reduces, scenario

HANDLE = SlaveEa.handle
TOLD = scenario(
    opens(),
    modifies(12_000),
    reduces(15_000, "0.40"),
    closes(20_000),
    slaves=(
        Seat(account_id=SLAVE, agent=1, terminal=MT5, follows=frozenset({MASTER, AccountId("9")})),
    ),
    mishaps=(mishap(MishapKind.CRASH, 9_000, "core", 1_500),),
    active_ms=30_000,
)


def test_who_is_there_is_told_with_what_is_not_as_usual() -> None:
    assert list(people(TOLD)) == [
        "a Core; agent-1, agent-2",
        "master-1001: mt4, on agent-1",
        "slave-2001: mt5, on agent-2, follows 1001 9",
        "active_ms 30000",
    ]


def test_the_weather_is_told_where_it_is_not_fair() -> None:
    assert list(weather(TOLD)) == ["fair weather (chance of seed 1)"]
    rough = replace(CALM, frame_loss=0.25, broker=FateRates(partial=0.5))
    [line] = weather(replace(TOLD, weather=rough))
    assert line == "weather: frame_loss 0.25; broker partial 0.5 (chance of seed 1)"


def test_what_happens_is_told_in_the_order_of_time() -> None:
    told = story(TOLD)
    lines = [line.split(maxsplit=2) for line in told if line.startswith("  ")]
    assert [float(line[0]) for line in lines] == sorted(float(line[0]) for line in lines)
    what = [(who, said) for _, who, said in lines]
    assert (
        "master-1001",
        "by hand: opens t1: buy 1.00 EURUSD, stop 1.00 % away, no target, magic 7",
    ) in what
    assert ("master-1001", "by hand: modifies t1: stop 2.00 % away, no target") in what
    assert ("master-1001", "by hand: closes 0.40 lots of t1") in what
    assert ("master-1001", "by hand: closes t1") in what
    assert ("core", "crash for 1500 ms") in what
    assert ("world", "the faults stop") in what
    booked = [said for who, said in what if who == "broker-2001"]
    assert booked[0].startswith("opened: ticket ")
    assert booked[-1].startswith("closed: ticket ")


def orders_twice(slave: SlaveEa, event: Event, now: Instant) -> list[Effect]:
    todo = HANDLE(slave, event, now)
    again = [
        Order(replace(each.request, ref=f"{each.request.ref}:again"))
        for each in todo
        if isinstance(each, Order)
    ]
    return [*todo, *again]


def test_what_is_broken_stands_where_it_broke(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SlaveEa, "handle", orders_twice)
    told = story(replace(TOLD, mishaps=()))
    filled = [line for line in told if "broker-2001" in line and "opened" in line]
    broken = next(line for line in told if "invariant 2 is broken" in line)
    assert len(filled) == 2
    assert broken.split()[:2] == [filled[1].split()[0], "→"]
    assert told.index(broken) > told.index(filled[1])
