from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest

from echo.domain.answers import ExecutionResult, Outcome
from echo.domain.ids import AccountId
from echo.domain.intents import ActionKind
from echo.domain.quantities import Instant, Side
from echo.sim.faults import Mishap, MishapKind
from echo.sim.invariants import check
from echo.sim.profiles import Profile
from echo.sim.report import Report, run
from echo.sim.scenario import Scenario
from echo.sim.world import USUAL, Cast, World
from echo.terminal.effects import Effect, Order, Say
from echo.terminal.events import Event
from echo.terminal.fates import Fate, ScriptedFates
from echo.terminal.orders import SendOrder
from echo.terminal.replay_script import Modify, Reduce
from echo.terminal.slave import SlaveEa
from tests.sim.stage import (
    SECOND,
    SLAVE,
    closed,
    ended,
    fills,
    held,
    opened,
    outcome,
    scenario,
    world,
)

OPEN, CLOSE = ActionKind.OPEN, ActionKind.CLOSE


def lived(scenario: Scenario, cast: Cast = USUAL) -> World:
    told = World(scenario, Random(1), cast=cast)
    told.run()
    return told


def crash(target: str, at_ms: int, lasts_ms: int) -> Mishap:
    return Mishap(kind=MishapKind.CRASH, at_ms=at_ms, target=target, lasts_ms=lasts_ms)


# ------------------------------------------------------------------------ drawn from seeds


def found_in(seeds: range, profile: Profile) -> Report:
    report = Report(profile=profile)
    for seed in seeds:
        report.add(run(seed, profile))
    return report


@pytest.mark.no_cover
@pytest.mark.parametrize("first", range(0, 100, 20))
def test_no_gentle_seed_breaks_a_promise(first: int) -> None:
    report = found_in(range(first, first + 20), Profile.GENTLE)
    assert report.sentences() == []
    assert report.copies > report.trades
    assert report.faults["crash"] > 0


@pytest.mark.no_cover
@pytest.mark.parametrize("first", range(0, 60, 10))
@pytest.mark.parametrize("profile", [Profile.HARSH, Profile.ORDERLY])
def test_no_harsh_seed_breaks_a_promise(profile: Profile, first: int) -> None:
    report = found_in(range(first, first + 10), profile)
    assert report.sentences() == []
    assert report.copies > 0
    assert len(report.faults) > 20


# ------------------------------------------------------------------------ told step by step


def test_in_fair_weather_everything_is_copied_and_the_world_falls_quiet() -> None:
    told = world(
        opened(),
        Modify(key="t1", at_ms=8_000, sl_share=Decimal("0.03"), tp_share=None),
        Reduce(key="t1", at_ms=10_000, lots=Decimal("0.20")),
        closed(),
        slaves=(SLAVE, SECOND),
    )
    between: list[Decimal] = []
    told.scene.schedule.at(9_000, lambda: between.extend(held(told, SLAVE) + held(told, SECOND)))
    told.scene.schedule.at(12_000, lambda: between.extend(held(told, SLAVE)))
    told.run()
    assert between == [Decimal("0.10"), Decimal("0.10"), Decimal("0.06")]
    for account_id in (SLAVE, SECOND):
        assert outcome(told, OPEN, account_id) is Outcome.FILLED
        assert outcome(told, ActionKind.MODIFY, account_id) is Outcome.MODIFIED
        assert outcome(told, ActionKind.REDUCE, account_id) is Outcome.REDUCED
        assert outcome(told, CLOSE, account_id) is Outcome.CLOSED
        assert held(told, account_id) == []
    assert told.quiet
    assert check(told) == []


def test_the_same_chance_gives_the_same_history() -> None:
    one, two = (ended(opened(), closed()) for _ in range(2))
    assert one.scene.trace.digest == two.scene.trace.digest
    assert one.scene.schedule.happened == two.scene.schedule.happened


def test_a_slave_follows_only_whom_it_was_told_to() -> None:
    plain = scenario(opened(), closed(), slaves=(SLAVE, SECOND))
    choosy = replace(plain.slaves[1], follows=frozenset({AccountId("9999")}))
    told = lived(replace(plain, slaves=(plain.slaves[0], choosy)))
    assert (fills(told, SLAVE), fills(told, SECOND)) == (1, 0)
    assert check(told) == []


# ------------------------------------------------------------------------ what must be noticed


class Twice(SlaveEa):
    """A slave without the one safeguard that counts: it orders everything twice."""

    def handle(self, event: Event, now: Instant) -> list[Effect]:
        todo = super().handle(event, now)
        again = [
            Order(replace(each.request, ref=f"{each.request.ref}:again"))
            for each in todo
            if isinstance(each, Order)
        ]
        return [*todo, *again]


class Mute(SlaveEa):
    """A slave that never says what came of a command."""

    def handle(self, event: Event, now: Instant) -> list[Effect]:
        return [each for each in super().handle(event, now) if not _tells_a_result(each)]


def _tells_a_result(effect: Effect) -> bool:
    return isinstance(effect, Say) and isinstance(effect.message, ExecutionResult)


def test_a_slave_that_orders_twice_is_caught() -> None:
    told = lived(scenario(opened(), closed()), Cast(slave=Twice))
    assert fills(told) == 2
    assert 2 in {each.invariant for each in check(told)}


def test_a_slave_that_never_answers_leaves_something_pending_and_is_caught() -> None:
    told = lived(scenario(opened(), closed()), Cast(slave=Mute))
    assert not told.quiet
    assert told.pending
    assert 18 in {each.invariant for each in check(told)}


@pytest.mark.parametrize("late", [False, True], ids=["brokers rest", "one fills late"])
def test_everything_is_said_again_only_when_no_broker_has_anything_under_way(late: bool) -> None:
    """What somebody else's order does then is nothing that came of it."""
    told = world(opened(), closed(), echoes=True)
    place = told.sites[f"slave-{SLAVE}"]
    if late:
        place.broker._fates = ScriptedFates([Fate(execute_after_ms=40_000)])
        stranger = SendOrder(
            ref="by hand", symbol="XAUUSD", side=Side.SELL, lot=Decimal("0.07"), magic_number=77
        )
        place.broker.request(stranger, place.now())
        place._plan()
    told.run()

    assert check(told) == []
    assert told.scene.seen["everything_said_again"] == (0 if late else 1)
