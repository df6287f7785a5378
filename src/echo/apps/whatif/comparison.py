"""A recorded day played twice, side by side: under the policy that was, and under another."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

from echo.apps.whatif.account_book import AccountBook
from echo.apps.whatif.closed_loop import ClosedLoop
from echo.apps.whatif.recorded import Recorded
from echo.domain.accounts import StateSnapshot
from echo.domain.answers import Outcome
from echo.domain.ids import SEQ_OPEN, AccountId, TradeId
from echo.domain.journal import DecisionRecord
from echo.domain.policy import PolicyBook
from echo.domain.quantities import Instant
from echo.domain.raw_events import Direction, RawEvent
from echo.engine.checkpoint import checkpoint
from echo.engine.events import AgentSaid, Event, PoliciesChanged, SettingsChanged
from echo.engine.settings import EngineSettings
from echo.engine.state import State
from echo.services.core.checkpoints import Gathering
from echo.services.core.raw_events import event_of, is_checkpoint, life_of

Changed = Callable[[EngineSettings], EngineSettings]


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """What became of one trade on one account in one play; ``lot`` ``None`` = no order."""

    outcome: Outcome
    code: str
    lot: Decimal | None
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Different:
    """One trade that one account would have treated otherwise; ``None`` = it was not followed."""

    trade_id: TradeId
    account_id: AccountId
    decided_at_ms: int
    before: Copy | None
    after: Copy | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """An account in one play; money in its own currency."""

    copied: int
    omitted: Counter[str]
    lots: Decimal
    profit: Decimal
    worst_day: tuple[str, Decimal]
    still_open: int
    unvalued: int
    curve: tuple[tuple[int, Decimal], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDifference:
    """One account in both plays."""

    account_id: AccountId
    before: Side
    after: Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What would have been different.

    ``faithful`` of ``decided``: opens that the first play decided as they are recorded; the
    closer, the more the second one can be believed.
    """

    accounts: tuple[AccountDifference, ...]
    differences: tuple[Different, ...]
    events: int
    decided: int
    faithful: int
    shed: int
    failed: int


@dataclass(slots=True)
class _Plays:
    before: ClosedLoop
    after: ClosedLoop
    events: int = 0
    shed: int = 0
    recorded: dict[tuple[TradeId, AccountId], str] = field(default_factory=dict)


def compared(
    events: Callable[[], Iterable[RawEvent]], book: PolicyBook, change: Changed
) -> Comparison | None:
    """Play *events* under the recorded policy and under *book*.

    Args:
        events: Returns the day from its beginning, each time it is called.
        change: Makes the engine's other settings of the second play out of the recorded ones.

    Returns:
        ``None`` when neither a start of a Core nor a checkpoint is among the events.

    Raises:
        ValueError: an event cannot be read.
    """
    recorded = Recorded()
    recorded.take(events())
    plays: _Plays | None = None
    gathering = Gathering()
    for raw in events():
        if raw.direction is Direction.OUT:
            continue
        if raw.direction is Direction.CORE:
            if plays is None:
                plays = _begun(raw, gathering, recorded, book, change)
            elif life_of(raw) is None and not is_checkpoint(raw):
                plays.shed += 1
            continue
        event = event_of(raw)
        if plays is not None and event is not None:
            _play(plays, event, Instant(raw.wall_ms, raw.mono_ms), change)
    return None if plays is None else _outcome(plays, recorded)


def _begun(
    raw: RawEvent, gathering: Gathering, recorded: Recorded, book: PolicyBook, change: Changed
) -> _Plays | None:
    """Begin both plays, if *raw* is a start or makes a checkpoint whole."""
    life = life_of(raw)
    if life is not None:
        settings, was = life
        return _Plays(
            ClosedLoop(settings, was, recorded), ClosedLoop(change(settings), book, recorded)
        )
    state: State | None = gathering.take(raw.payload) if is_checkpoint(raw) else None
    if state is None:
        return None
    now = Instant(raw.wall_ms, raw.mono_ms)
    after = ClosedLoop.resumed(checkpoint(state), recorded, now)
    after.take(SettingsChanged(change(state.settings)), now)
    after.take(PoliciesChanged(book), now)
    return _Plays(ClosedLoop.resumed(state, recorded, now), after)


def _play(plays: _Plays, event: Event, now: Instant, change: Changed) -> None:
    plays.events += 1
    plays.before.take(event, now)
    match event:
        case PoliciesChanged():
            return
        case SettingsChanged(settings=settings):
            plays.after.take(SettingsChanged(change(settings)), now)
        case AgentSaid(message=StateSnapshot() as shown) if shown.info is not None:
            plays.after.take(replace(event, message=_shifted(plays, shown)), now)
        case _:
            plays.after.take(event, now)


def _shifted(plays: _Plays, shown: StateSnapshot) -> StateSnapshot:
    """Return *shown* with the money that the account would have had."""
    info = shown.info
    assert info is not None  # noqa: S101 -- asked for by the caller
    before, after = plays.before.book(shown.account_id), plays.after.book(shown.account_id)
    return replace(
        shown,
        info=replace(
            info,
            balance=info.balance + after.realised - before.realised,
            equity=info.equity + after.total - before.total,
        ),
    )


def _outcome(plays: _Plays, recorded: Recorded) -> Comparison:
    before, after = plays.before, plays.after
    opens = {
        (trade_id, account_id): row
        for (trade_id, seq, account_id), row in before.decisions.items()
        if seq == SEQ_OPEN
    }
    accounts = sorted(before.slaves | after.slaves)
    return Comparison(
        accounts=tuple(
            AccountDifference(account_id=each, before=_side(before, each), after=_side(after, each))
            for each in accounts
        ),
        differences=tuple(_differences(before, after)),
        events=plays.events,
        decided=len(opens),
        faithful=sum(_is_as_recorded(row, recorded) for row in opens.values()),
        shed=plays.shed,
        failed=before.failed + after.failed,
    )


def _is_as_recorded(row: DecisionRecord, recorded: Recorded) -> bool:
    """Whether a copy was ordered in the play exactly if it was on the day."""
    known = row.command_id is not None and row.command_id in recorded.results
    return known == (row.outcome is Outcome.FILLED or row.outcome is Outcome.FAILED)


def _side(loop: ClosedLoop, account_id: AccountId) -> Side:
    book = loop.books.get(account_id, AccountBook())
    omitted = Counter(
        row.code.name
        for (_, seq, account), row in loop.decisions.items()
        if seq == SEQ_OPEN and account == account_id and row.outcome is Outcome.OMITTED
    )
    return Side(
        copied=book.opened,
        omitted=omitted,
        lots=book.lots,
        profit=book.total,
        worst_day=book.worst_day,
        still_open=len(book.holdings),
        unvalued=book.unvalued,
        curve=tuple(book.curve),
    )


def _differences(before: ClosedLoop, after: ClosedLoop) -> Iterator[Different]:
    keys = {key: None for loop in (before, after) for key in loop.decisions if key[1] == SEQ_OPEN}
    for trade_id, seq, account_id in keys:
        rows = [loop.decisions.get((trade_id, seq, account_id)) for loop in (before, after)]
        was, would = (
            _copy(row, loop.lots.get((trade_id, account_id)))
            for row, loop in zip(rows, (before, after), strict=True)
        )
        if _essence(was) != _essence(would):
            stamps = [row.decided_at_ms for row in rows if row is not None]
            yield Different(
                trade_id=trade_id,
                account_id=account_id,
                decided_at_ms=min(stamps),
                before=was,
                after=would,
            )


def _copy(row: DecisionRecord | None, lot: Decimal | None) -> Copy | None:
    if row is None:
        return None
    return Copy(outcome=row.outcome, code=row.code.name, lot=lot, sentence=row.sentence)


def _essence(copy: Copy | None) -> tuple[object, ...] | None:
    return None if copy is None else (copy.outcome, copy.code, copy.lot)
