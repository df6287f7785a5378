"""A trading day's ordinary burdens, each as a story: many closes, many trades, other hands."""

from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest

from echo.domain.answers import Outcome
from echo.domain.ids import SEQ_CLOSE, SEQ_OPEN, AccountId, order_tag
from echo.domain.policy import OnUnprotected, PolicyBook
from echo.domain.quantities import Side
from echo.sim.casting import policy_book
from echo.sim.faults import Mishap, MishapKind
from echo.sim.hands import Stranger
from echo.sim.scenario import Scenario, Seat
from echo.sim.world import World
from echo.terminal.orders import CloseLot
from echo.terminal.replay_script import Action
from echo.terminal.view import MT4, MT5
from tests.sim.stories import (
    MASTER,
    OPENED_MS,
    SECOND,
    SLAVE,
    close_outcome,
    closes,
    decision,
    fills,
    mishap,
    modifies,
    opens,
    outcome,
    positions,
    reduces,
    scenario,
    sentences,
    told,
)

FIFTY = 50


def fifty_reductions(**changes: object) -> World:
    """The master closes 0.50 of 1.00 lots, a hundredth at a time."""
    hand: list[Action] = [opens(), *(reduces(9_000 + 600 * n, "0.01") for n in range(FIFTY))]
    story = scenario(
        *hand,
        slaves=(
            Seat(account_id=SLAVE, agent=1, terminal=MT4, lot=Decimal("1.00")),
            Seat(account_id=SECOND, agent=1, terminal=MT5, lot=Decimal("3.00")),
        ),
        active_ms=60_000,
    )
    return told(replace(story, **changes))  # type: ignore[arg-type]  # tests name real fields


@pytest.mark.parametrize("terminal", [MT4, MT5])
def test_fifty_partial_closes_leave_the_right_volume_everywhere(terminal: str) -> None:
    world = fifty_reductions(masters=(Seat(account_id=MASTER, agent=0, terminal=terminal),))

    assert sentences(world) == []
    assert [positions(world, each) for each in (SLAVE, SECOND)] == [
        [Decimal("0.50")],
        [Decimal("1.50")],
    ]
    assert outcome(world, FIFTY) is Outcome.REDUCED


@pytest.mark.parametrize("who", ["core", "agent-2", f"slave-{SLAVE}", f"master-{MASTER}"])
def test_they_do_so_when_somebody_is_restarted_in_between(who: str) -> None:
    crashes = tuple(mishap(MishapKind.CRASH, at_ms, who, 3_000) for at_ms in (15_000, 27_200))
    world = fifty_reductions(mishaps=crashes)

    assert sentences(world) == []
    assert positions(world) == [Decimal("0.50")]
    assert positions(world, SECOND) == [Decimal("1.50")]


def test_the_last_of_many_tickets_is_closed_with_its_master() -> None:
    story = fifty_reductions().scenario
    [hand] = story.hands
    world = told(replace(story, hands=((*hand, closes(50_000)),)))

    assert sentences(world) == []
    assert positions(world) == positions(world, SECOND) == []


# ---------------------------------------------------------------------------- several at once


def several(*trades: tuple[str, int, str, int], close_ms: int | None = None) -> list[Action]:
    """Trades of (name, moment, symbol, magic number)."""
    hand: list[Action] = [
        opens(key, at_ms, symbol=symbol, magic=magic, lots=Decimal("0.10"))
        for key, at_ms, symbol, magic in trades
    ]
    if close_ms is not None:
        hand += [closes(close_ms + 80 * n, key) for n, (key, *_) in enumerate(trades)]
    return hand


def held(world: World, account_id: AccountId = SLAVE) -> list[str]:
    """The tags of what a slave holds."""
    found = world.sites[f"slave-{account_id}"].broker.positions.values()
    return sorted(each.comment for each in found)


def open_tags(world: World) -> list[str]:
    """The tags of what the journal holds open."""
    rows = world.journal.trades.values()
    return sorted(order_tag(each.trade_id) for each in rows if each.volume_remaining)


def test_one_symbol_and_one_magic_number_on_several_charts_are_several_trades() -> None:
    """Three charts of one strategy: only their tickets tell their positions apart."""
    hand = several(
        ("m1", 6_000, "EURUSD", 7), ("m5", 6_400, "EURUSD", 7), ("h1", 6_800, "EURUSD", 7)
    )
    world = told(scenario(*hand, closes(15_000, "m5"), modifies(18_000, "h1", "0.03")))

    assert sentences(world) == []
    assert len(world.journal.trades) == 3
    assert len(held(world)) == 2
    assert held(world) == held(world, SECOND) == open_tags(world)


def test_a_partial_close_of_one_leaves_the_others_of_its_symbol_alone() -> None:
    hand = several(("a", 6_000, "EURUSD", 7), ("b", 6_000, "EURUSD", 7), ("c", 6_000, "EURUSD", 7))
    world = told(scenario(*hand, reduces(15_000, "0.05", "b")))

    assert sentences(world) == []
    assert sorted(positions(world)) == [Decimal("0.05"), Decimal("0.10"), Decimal("0.10")]


def test_thirty_four_trades_are_open_at_a_time() -> None:
    hand = several(
        *((f"t{n}", 6_000 + 120 * n, ("EURUSD", "XAUUSD")[n % 2], n % 3) for n in range(34))
    )
    world = told(scenario(*hand, active_ms=30_000, max_delay_ms=15_000))

    assert sentences(world) == []
    assert len(held(world)) == 34
    assert held(world) == held(world, SECOND) == open_tags(world)


def test_twelve_trades_are_closed_within_a_second() -> None:
    trades = [(f"t{n}", 6_000 + 150 * n, "EURUSD", 7) for n in range(14)]
    hand = several(*trades[:12], close_ms=20_000) + several(*trades[12:])
    by_time = sorted(hand, key=lambda each: each.at_ms)
    world = told(scenario(*by_time, max_delay_ms=15_000))
    rows = world.journal.decisions.values()

    assert sentences(world) == []
    assert sum(row.outcome is Outcome.CLOSED for row in rows if row.seq == SEQ_CLOSE) == 24
    assert len(held(world)) == 2
    assert held(world) == held(world, SECOND) == open_tags(world)


# ---------------------------------------------------------------------------- other hands


def test_positions_of_other_hands_are_never_touched() -> None:
    """Somebody trades the same symbol by hand on the slave's account, also while Echo closes."""
    by_hand = (
        replace(opens("mine", 5_000), lots=Decimal("0.07"), sl_share=None, magic=0),
        replace(opens("same", 9_000), lots=Decimal("0.07"), sl_share=None),
        replace(opens("sold", 9_500), lots=Decimal("0.07"), sl_share=None, side=Side.SELL),
    )
    strangers = (Stranger(account_id=SLAVE, actions=by_hand),)
    world = told(scenario(opens(), closes(20_000), strangers=strangers))

    assert sentences(world) == []
    assert positions(world) == [Decimal("0.07")] * 3
    assert positions(world, SECOND) == []


def test_a_copy_that_somebody_closes_is_not_opened_again() -> None:
    """Recorded, told, and left alone; the other follower keeps its own."""
    story = scenario(opens(), modifies(28_000), active_ms=60_000)
    world = World(story, Random(1))
    site = world.sites[f"slave-{SLAVE}"]

    def close_by_hand() -> None:
        [ticket] = site.broker.positions
        site.broker.request(CloseLot(ref="hand", ticket=ticket), site.now())
        site.tick({})

    world.scene.schedule.at(12_000, close_by_hand)
    world.run()

    assert positions(world) == []
    assert len(positions(world, SECOND)) == 1
    assert world.scene.seen["alarm_early_close"] == 1
    assert [row.lot_remaining for row in world.journal.copies.values()].count(Decimal(0)) == 1
    assert outcome(world, SEQ_OPEN) is Outcome.FILLED


@pytest.mark.parametrize("who", [f"master-{MASTER}", f"slave-{SLAVE}"])
@pytest.mark.parametrize("at_ms", [OPENED_MS + 2_000, 12_000])
def test_a_terminal_that_shows_an_empty_account_for_a_while_proves_nothing(
    who: str, at_ms: int
) -> None:
    """As after its start, or when it could not read its positions."""
    blind = mishap(MishapKind.UNSYNCED, at_ms, who, 9_000)
    world = told(scenario(opens(), mishaps=(blind,)))

    assert sentences(world) == []
    assert positions(world) == positions(world, SECOND) == [Decimal("0.10")]


@pytest.mark.parametrize(
    "who", ["core", "agent-1", "agent-2", f"master-{MASTER}", f"slave-{SLAVE}"]
)
def test_whoever_is_restarted_neither_closes_nor_opens_anything(who: str) -> None:
    away = mishap(MishapKind.CRASH, 12_000, who, 6_000)
    world = told(scenario(opens(), mishaps=(away,)))

    assert sentences(world) == []
    assert positions(world) == positions(world, SECOND) == [Decimal("0.10")]


# ---------------------------------------------------------------------------- fast changes


@pytest.mark.parametrize("who", ["core", "agent-2", f"slave-{SLAVE}", f"master-{MASTER}"])
def test_of_stops_that_change_fast_the_last_is_set_also_over_a_restart(who: str) -> None:
    """Twelve changes in a second; somebody is gone in the middle of them."""
    fast = [modifies(12_000 + 90 * n, sl_share=f"0.0{20 + n}") for n in range(12)]
    away = mishap(MishapKind.CRASH, 12_500, who, 3_000)
    world = told(scenario(opens(), *fast, mishaps=(away,)))
    [position] = world.sites[f"slave-{SLAVE}"].broker.positions.values()
    [masters] = world.sites[f"master-{MASTER}"].broker.positions.values()

    assert sentences(world) == []
    assert position.stop_loss is not None
    assert masters.stop_loss is not None
    distance = position.open_price - position.stop_loss
    assert abs(distance - (masters.open_price - masters.stop_loss)) <= Decimal("0.00001")


def test_changes_that_come_too_fast_are_one() -> None:
    fast = [modifies(12_000 + 50 * n, sl_share=f"0.0{20 + n}") for n in range(5)]
    world = told(scenario(opens(), *fast))
    found = [outcome(world, seq) for seq in range(1, 6)]

    assert sentences(world) == []
    assert found[-1] is Outcome.MODIFIED
    assert Outcome.SUPERSEDED in found


# ---------------------------------------------------------------------------- protection


def with_options(story: Scenario, **options: object) -> World:
    """A world in which all followers have these tolerances, not yet run."""
    world, book = World(story, Random(1)), policy_book(story)
    changed = PolicyBook(
        book.policies,
        {
            account_id: replace(each, **options)  # type: ignore[arg-type]  # of real fields
            for account_id, each in book.options_by_account.items()
        },
        book.default_options,
    )
    world.scene.schedule.at(1_000, lambda: world.core.change_policies(changed))
    return world


def unprotectable(**options: object) -> World:
    """A broker that takes no stop at all, for one of two followers."""
    world = with_options(scenario(opens(), closes(30_000)), **options)
    slave = world.sites[f"slave-{SLAVE}"].broker
    [name] = [each.name for each in slave.rules.symbols if each.market == "EURUSD"]
    slave.door.stop_levels[name] = 200_000
    world.run()
    return world


def test_a_copy_whose_broker_takes_no_stop_is_told_to_people_and_once_more_to_its_ea() -> None:
    world = unprotectable(protect_within_ms=2_000)

    assert world.watch.violations == []
    assert world.scene.seen["alarm_unprotected"] == 2
    assert close_outcome(world) is close_outcome(world, SECOND) is Outcome.CLOSED


def test_a_copy_whose_broker_takes_no_stop_is_closed_where_the_account_wants_that() -> None:
    world = unprotectable(protect_within_ms=2_000, on_unprotected=OnUnprotected.CLOSE)
    closed_at_ms = [entry.at_ms for entry in world.sites[f"slave-{SLAVE}"].book if entry.lot][-1]
    opened_at_ms = world.sites[f"slave-{SLAVE}"].book[0].at_ms

    assert world.watch.violations == []
    assert closed_at_ms - opened_at_ms < 8_000
    assert close_outcome(world) in {Outcome.NOTHING_TO_CLOSE, Outcome.MANUAL}
    assert close_outcome(world, SECOND) is Outcome.CLOSED


@pytest.mark.parametrize("at_ms", [OPENED_MS - 500, 11_500])
def test_levels_are_where_they_belong_once_the_broker_takes_them_again(at_ms: int) -> None:
    """At the open and at a change the stop is nearer than the broker takes just then."""
    strict = tuple(
        mishap(MishapKind.STOP_LEVELS, at_ms, f"slave-{who}", 9_000) for who in (SLAVE, SECOND)
    )
    tight = replace(opens(), sl_share=Decimal("0.0005"))
    world = told(scenario(tight, modifies(12_000, sl_share="0.0004"), mishaps=strict))

    assert sentences(world) == []
    assert world.scene.faults.struck["stop_levels"] == 2
    assert outcome(world) is outcome(world, account_id=SECOND) is Outcome.FILLED
    assert outcome(world, 1) in {Outcome.MODIFIED, Outcome.NOTHING_TO_MODIFY}


# ---------------------------------------------------------------------------- missed trades


def made_up_for(slippage_points: Decimal, *mishaps: Mishap) -> World:
    """Entries live for 5 s, and for 30 s where an account was away."""
    story = scenario(opens(), closes(38_000), mishaps=mishaps, max_delay_ms=30_000)
    world = with_options(
        story,
        max_delay_ms=5_000,
        reenter_within_ms=30_000,
        reenter_slippage_points=slippage_points,
    )
    world.run()
    return world


@pytest.mark.parametrize("before_ms", [3_000, 500, 5])
@pytest.mark.parametrize("slippage", [None, "0"])
def test_a_trade_that_was_missed_is_made_up_for_once_where_the_policy_allows(
    before_ms: int, slippage: str | None
) -> None:
    """The terminal is away when its master opens, and back some seconds later."""
    away = mishap(MishapKind.CRASH, OPENED_MS - before_ms, f"slave-{SLAVE}", 12_000)
    far = Decimal(-10_000 if slippage == "0" else 10_000)
    world = made_up_for(far, away)

    assert sentences(world) == []
    assert close_outcome(world, SECOND) is Outcome.CLOSED
    if slippage is None:
        assert (outcome(world), close_outcome(world)) == (Outcome.FILLED, Outcome.CLOSED)
        assert fills(world) == 1
    else:
        assert outcome(world) is Outcome.OMITTED
        assert (fills(world), close_outcome(world)) == (0, Outcome.NOTHING_TO_CLOSE)


@pytest.mark.parametrize("who", ["core", "agent-2", f"slave-{SLAVE}"])
@pytest.mark.parametrize("at_ms", [15_000, 18_600, 18_900, 19_200])
def test_somebody_dies_while_it_is_made_up_for(who: str, at_ms: int) -> None:
    """At most once, whoever dies when."""
    away = mishap(MishapKind.CRASH, OPENED_MS - 5, f"slave-{SLAVE}", 12_000)
    dies = mishap(MishapKind.CRASH, at_ms, who, 1_500)
    world = made_up_for(Decimal(10_000), away, dies)

    assert sentences(world) == []
    assert fills(world) <= 1
    assert positions(world) == []


def test_an_entry_that_waits_for_a_price_ends_in_one_outcome() -> None:
    """A tenth of a point is never reached, a hundred are always there."""
    story = scenario(opens(), closes(30_000))
    never = with_options(story, wait_improvement_ms=2_000, wait_improvement_points=Decimal(-1_000))
    always = with_options(story, wait_improvement_ms=2_000, wait_improvement_points=Decimal(1_000))
    never.run()
    always.run()

    assert sentences(never) == sentences(always) == []
    assert (outcome(never), outcome(always)) == (Outcome.OMITTED, Outcome.FILLED)
    assert "of waiting" in decision(never).sentence
