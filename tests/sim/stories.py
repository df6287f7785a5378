"""Small worlds for stories told by name: one master, a few slaves, one thing goes wrong."""

from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

from echo.domain.answers import Outcome
from echo.domain.ids import SEQ_CLOSE, SEQ_OPEN, AccountId, TradeId
from echo.domain.journal import DecisionRecord, Record
from echo.domain.quantities import Side
from echo.sim.faults import Mishap, MishapKind
from echo.sim.invariants import check
from echo.sim.scenario import Scenario, Seat
from echo.sim.world import USUAL, Cast, World
from echo.terminal.replay_script import Action, Close, Modify, Open, Reduce

MASTER = AccountId("1001")
OTHER_MASTER = AccountId("1002")
SLAVE = AccountId("2001")
SECOND = AccountId("2002")

OPENED_MS = 6_000


def opens(key: str = "t1", at_ms: int = OPENED_MS, **changes: Any) -> Open:
    action = Open(
        key=key,
        at_ms=at_ms,
        symbol="EURUSD",
        side=Side.BUY,
        lots=Decimal("1.00"),
        magic=7,
        sl_share=Decimal("0.01"),
        tp_share=None,
    )
    return replace(action, **changes)


def modifies(at_ms: int, key: str = "t1", sl_share: str = "0.02") -> Modify:
    return Modify(key=key, at_ms=at_ms, sl_share=Decimal(sl_share), tp_share=None)


def reduces(at_ms: int, lots: str, key: str = "t1") -> Reduce:
    return Reduce(key=key, at_ms=at_ms, lots=Decimal(lots))


def closes(at_ms: int, key: str = "t1") -> Close:
    return Close(key=key, at_ms=at_ms)


def mishap(kind: MishapKind, at_ms: int, target: str, lasts_ms: int = 0) -> Mishap:
    return Mishap(kind=kind, at_ms=at_ms, target=target, lasts_ms=lasts_ms)


def scenario(*hand: Action, **changes: Any) -> Scenario:
    """One master, two slaves on another Agent, and what the master's person does."""
    plain = Scenario(
        seed=1,
        agents=2,
        masters=(Seat(account_id=MASTER, agent=0),),
        slaves=(Seat(account_id=SLAVE, agent=1), Seat(account_id=SECOND, agent=1)),
        hands=(hand,),
        active_ms=40_000,
    )
    return replace(plain, **changes)


def told(story: Scenario, *, cast: Cast = USUAL) -> World:
    """Let it happen, to the end."""
    world = World(story, Random(story.seed), cast=cast)
    world.run()
    return world


def paused_while_committing(
    kind: type[Record], *hand: Action, lasts_ms: int = 12_000, **changes: Any
) -> World:
    """Let the Core be stopped in the middle of its first commit of such a record.

    While it sleeps its lease runs out, its standby goes on, and both think that they serve.
    """
    patient = {"standby": True, "max_delay_ms": 15_000, "quote_max_age_ms": 20_000}
    story = scenario(*hand, **patient, **changes)
    world = World(story, Random(story.seed))
    journal = world.core.journal
    commit, spent = journal.commit, list[bool]()

    def committed(node: Any, records: Any, done: Any) -> None:
        commit(node, records, done)
        if not spent and any(isinstance(each, kind) for each in records):
            spent.append(True)
            node.sleep(lasts_ms)

    setattr(journal, "commit", committed)  # noqa: B010 -- a method of one object only
    world.run()
    return world


def sentences(world: World) -> list[str]:
    """Whatever is wrong at the end; empty = nothing."""
    return [each.sentence for each in check(world)]


def decision(
    world: World,
    seq: int = SEQ_OPEN,
    account_id: AccountId = SLAVE,
    trade_id: TradeId | None = None,
) -> DecisionRecord:
    if trade_id is None:
        [trade_id] = world.journal.trades
    return world.journal.decisions[trade_id, seq, account_id]


def outcome(world: World, seq: int = SEQ_OPEN, account_id: AccountId = SLAVE) -> Outcome:
    return decision(world, seq, account_id).outcome


def close_outcome(world: World, account_id: AccountId = SLAVE) -> Outcome:
    return outcome(world, SEQ_CLOSE, account_id)


def positions(world: World, account_id: AccountId = SLAVE) -> list[Decimal]:
    """The lots that are open at the slave's broker."""
    return [each.lot for each in world.sites[f"slave-{account_id}"].broker.positions.values()]


def fills(world: World, account_id: AccountId = SLAVE) -> int:
    """How many positions the slave's broker ever opened."""
    return sum(n for (account, _), n in world.watch.fills.items() if account == account_id)
