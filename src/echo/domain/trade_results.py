"""Results of trades: what journal and deals say of master and copies, as divergence wants it.

Prices are those that were told with an exit; where none was told, that of the deal in the
terminal's history that closed the same lots.  A number that neither has stays unknown.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Final

from echo.domain.accounts import Deal
from echo.domain.answers import Outcome
from echo.domain.commands import CommandKind
from echo.domain.divergence import (
    CopySide,
    Divergence,
    Exit,
    Leg,
    MasterSide,
    NotKnown,
    Tick,
    attribute,
)
from echo.domain.ids import ANY_STRATEGY, SEQ_OPEN, AccountId, StrategyId, Ticket, TradeId
from echo.domain.intents import ActionKind, TradeClose
from echo.domain.journal import ActionRecord, CopyRecord, DecisionRecord, TradeRecord
from echo.domain.policy import RiskType
from echo.domain.quantities import Side

MISSED: Final = frozenset({Outcome.OMITTED, Outcome.FAILED})
NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One success that a slave's terminal answered; ``seq`` ``None`` = no action of the master."""

    account_id: AccountId
    kind: CommandKind
    seq: int | None
    tickets: frozenset[Ticket]
    price: Decimal | None
    lot: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeStory:
    """What the journal has of a trade that its master closed."""

    trade: TradeRecord
    actions: tuple[ActionRecord, ...]
    decisions: tuple[DecisionRecord, ...]
    done: tuple[Done, ...]
    copies: tuple[CopyRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFacts:
    """What an account has told of itself, and what its policies have been.

    Attributes:
        currency: Empty = not known.
        ticks: Canonical symbol -> its tick, as last reported.
        fixed_lots: Strategy and version of each policy of fixed lots there was -> its lots.
    """

    currency: str = ""
    ticks: Mapping[str, Tick] = field(default_factory=dict)
    fixed_lots: Mapping[tuple[str, int], Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class JournaledResults:
    """What a journal has, as of one moment, of the trades that masters closed in a span of time.

    ``open_trades``: how many masters have not closed, whenever they opened them.
    """

    stories: tuple[TradeStory, ...]
    accounts: Mapping[AccountId, AccountFacts]
    open_trades: int


Deals = Mapping[tuple[AccountId, Ticket], tuple[Deal, ...]]
"""Account and position -> what its terminal's history says of it, in the order of time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyResult:
    """One trade on one account that followed it, and how its result differs from its master's.

    ``closed_at_ms``: when the Core learned that the master closed, Unix ms.
    """

    trade_id: TradeId
    account_id: AccountId
    master_account_id: AccountId
    strategy_id: StrategyId
    symbol: str
    side: Side
    closed_at_ms: int
    currency: str
    outcome: Outcome
    why: str
    """Of what was missed: the code of the decision."""
    wanted_lot: Decimal | None
    lot: Decimal
    found: Divergence | NotKnown


class _Closed:
    """The deals of one position, each to be taken once."""

    def __init__(self, deals: Iterable[Deal]) -> None:
        self.rest = list(deals)
        self._all = tuple(self.rest)

    @property
    def open_price(self) -> Decimal | None:
        """Where it was opened, if all deals agree."""
        prices = {each.open_price for each in self._all}
        return prices.pop() if len(prices) == 1 else None

    def costs_of(self, lot: Decimal) -> Decimal | None:
        """Return swap and commission, if the history shows all *lot* of it."""
        if not self._all or sum((each.lot for each in self._all), NOTHING) != lot:
            return None
        return sum((each.swap + each.commission for each in self._all), NOTHING)

    def take(self, lot: Decimal, told: Decimal | None) -> Decimal | None:
        """Take the deal that closed *lot*; return the price that was told, else the deal's."""
        same = [each for each in self.rest if each.lot == lot]
        found = next((each for each in same if each.close_price == told), None)
        found = found or next(iter(same), None)
        if found is not None:
            self.rest.remove(found)
        return told if told is not None or found is None else found.close_price


def copy_results(
    story: TradeStory, accounts: Mapping[AccountId, AccountFacts], deals: Deals
) -> Iterator[CopyResult]:
    """Yield one result for each follower; none for dry runs, and none while the master is in."""
    trade = story.trade
    closing = [each for each in story.actions if each.kind is ActionKind.CLOSE]
    if not closing:
        return
    nobody = AccountFacts()
    master = _master(story, accounts.get(trade.master_account_id, nobody), deals)
    opens = {each.account_id: each for each in story.decisions if each.seq == SEQ_OPEN}
    for account_id in trade.followers:
        row = opens.get(account_id)
        outcome = Outcome.PENDING if row is None else row.outcome
        if outcome is Outcome.SHADOWED:
            continue
        facts = accounts.get(account_id, nobody)
        inputs: dict[str, object] = {} if row is None else dict(row.inputs)
        held = next((each for each in story.copies if each.account_id == account_id), None)
        found = _found(story, master, account_id, outcome, inputs, held, facts, deals)
        yield CopyResult(
            trade_id=trade.trade_id,
            account_id=account_id,
            master_account_id=trade.master_account_id,
            strategy_id=trade.strategy_id,
            symbol=trade.symbol,
            side=trade.side,
            closed_at_ms=closing[-1].received_at_ms,
            currency=facts.currency,
            outcome=outcome,
            why=row.code.name if row is not None and outcome in MISSED else "",
            wanted_lot=_wanted(trade, inputs, facts),
            lot=NOTHING if held is None else held.lot_initial,
            found=found,
        )


def _found(
    story: TradeStory,
    master: MasterSide,
    account_id: AccountId,
    outcome: Outcome,
    inputs: Mapping[str, object],
    held: CopyRecord | None,
    facts: AccountFacts,
    deals: Deals,
) -> Divergence | NotKnown:
    tick = _tick(inputs) or facts.ticks.get(story.trade.symbol)
    wanted = _wanted(story.trade, inputs, facts)
    if outcome in MISSED:
        missed = CopySide(lot=NOTHING, price=None, wanted_lot=wanted, tick=tick)
        return attribute(master, missed)
    if outcome is not Outcome.FILLED or held is None:
        return NotKnown(f"whether it was opened: {outcome}")
    if held.lot_remaining > 0:
        return NotKnown(f"how it ends: {held.lot_remaining} lots are still open")
    mine = [each for each in story.done if each.account_id == account_id]
    opened = [each for each in mine if each.kind is CommandKind.EXECUTE]
    tickets = frozenset({held.ticket}).union(*(each.tickets for each in mine))
    closed = _Closed(_deals_of(deals, account_id, tickets, story.trade.side))
    entry = next((each.price for each in opened if each.price), None) or closed.open_price
    seqs = frozenset(leg.seq for leg in master.legs)
    copy = CopySide(
        lot=held.lot_initial,
        price=entry,
        wanted_lot=wanted,
        tick=tick,
        market=_number(inputs, "ask" if story.trade.side is Side.BUY else "bid"),
        exits=tuple(_exits(mine, held.lot_initial, seqs, closed)),
        costs=closed.costs_of(held.lot_initial),
    )
    return attribute(master, copy)


def _master(story: TradeStory, facts: AccountFacts, deals: Deals) -> MasterSide:
    trade = story.trade
    closes = [each.action for each in story.actions if isinstance(each.action, TradeClose)]
    opens = [each.action for each in story.actions if not isinstance(each.action, TradeClose)]
    tickets = {trade.master_ticket} | {each.ticket for each in (*closes, *opens)}
    tickets |= {each.new_ticket for each in closes if each.new_ticket is not None}
    closed = _Closed(_deals_of(deals, trade.master_account_id, tickets, trade.side))
    return MasterSide(
        side=trade.side,
        lot=trade.volume_initial,
        price=trade.price,
        legs=tuple(_legs(trade, closes, closed)),
        costs=closed.costs_of(trade.volume_initial),
        tick=facts.ticks.get(trade.symbol),
    )


def _legs(trade: TradeRecord, closes: Iterable[TradeClose], closed: _Closed) -> Iterator[Leg]:
    """Yield the master's exits; what an action leaves tells its lots better than what it says."""
    left = trade.volume_initial
    wanting: list[tuple[int, Decimal, Decimal | None]] = []
    for each in sorted(closes, key=lambda close: close.seq):
        after = NOTHING if each.kind is ActionKind.CLOSE else each.volume_remaining
        if after is None:
            after = left - (each.lot or NOTHING)
        if after < left:
            wanting.append((each.seq, left - after, each.close_price or None))
            left = after
    for seq, lot, price in sorted(wanting, key=lambda leg: leg[2] is None):
        yield Leg(seq=seq, lot=lot, price=closed.take(lot, price))


def _exits(
    mine: Iterable[Done], lot: Decimal, seqs: frozenset[int], closed: _Closed
) -> Iterator[Exit]:
    """Yield what was answered, then what only the terminal's history knows of."""
    left = lot
    answered = [each for each in mine if each.kind is not CommandKind.EXECUTE]
    for each in sorted(answered, key=lambda done: not done.price):
        part = left if each.lot is None and each.kind is CommandKind.CLOSE else each.lot
        if not part or part > left:
            continue
        left -= part
        price = closed.take(part, each.price or None)
        yield Exit(seq=each.seq if each.seq in seqs else None, lot=part, price=price)
    for deal in closed.rest:
        if deal.lot <= left:
            left -= deal.lot
            yield Exit(seq=None, lot=deal.lot, price=deal.close_price)


def _deals_of(
    deals: Deals, account_id: AccountId, tickets: Iterable[Ticket], side: Side
) -> Iterator[Deal]:
    found = (each for ticket in tickets for each in deals.get((account_id, ticket), ()))
    mine = (each for each in found if each.side is side)
    yield from sorted(mine, key=lambda deal: (deal.close_time_ms, deal.ticket))


def _wanted(
    trade: TradeRecord, inputs: Mapping[str, object], facts: AccountFacts
) -> Decimal | None:
    """Return the size before any rounding; of fixed lots the policy tells, if it came to nothing.

    The version alone does not say which strategy's policy was in force: all must agree.
    """
    if inputs.get("risk_type") != RiskType.FIXED_LOT:
        return _number(inputs, "wanted_lot")
    version = inputs.get("policy_version")
    names = {trade.strategy_id, ANY_STRATEGY}
    lots = {lot for key, lot in facts.fixed_lots.items() if key[0] in names and key[1] == version}
    return _number(inputs, "lot_size") or (lots.pop() if len(lots) == 1 else None)


def _tick(inputs: Mapping[str, object]) -> Tick | None:
    """The tick that the size was computed from: it was worth that when the copy was opened."""
    value, size = _number(inputs, "tick_value"), _number(inputs, "tick_size")
    return None if value is None or size is None else Tick(value=value, size=size)


def _number(inputs: Mapping[str, object], name: str) -> Decimal | None:
    """Return an input as a number above zero, ``None`` if it is none."""
    try:
        number = Decimal(str(inputs.get(name)))
    except InvalidOperation:
        return None
    return number if number.is_finite() and number > 0 else None
