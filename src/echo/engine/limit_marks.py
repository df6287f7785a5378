"""What an account's positions stood at when they were shown, and what those that are gone cost."""

from decimal import Decimal

from echo.domain.account_limits import AccountLimits
from echo.domain.accounts import Position, StateSnapshot
from echo.domain.headroom import ClosedLoss
from echo.domain.ids import Ticket
from echo.domain.quantities import Instant, Side
from echo.engine.exposures import tick_value_of
from echo.engine.limit_watch import Mark
from echo.engine.state import AccountState


def mark(account: AccountState) -> None:
    """Note at which quotes the profits were told; positions without any move with snapshots."""
    watch = account.limits
    forget_marks(account)
    for position in watch.positions:
        canonical = account.canonical_of.get(position.symbol.upper(), "")
        spec, quoted = account.symbols.get(canonical), account.quotes.get(canonical)
        tick_value = tick_value_of(account, spec) if spec is not None else None
        if spec is None or quoted is None or tick_value is None:
            continue
        is_long = position.side is Side.BUY
        worth = position.lot * tick_value / spec.tick_size
        watch.marks.setdefault(canonical, []).append(
            Mark(
                price=quoted[0].exit_price(position.side),
                worth=worth if is_long else -worth,
                is_long=is_long,
            )
        )


def forget_marks(account: AccountState) -> None:
    """Begin anew: the money that was told includes whatever quotes have changed."""
    account.limits.marks, account.limits.moved = {}, {}


def remember_losses(
    limits: AccountLimits, account: AccountState, message: StateSnapshot, now: Instant
) -> None:
    """Note what positions have cost that were there before and are gone: an idea may come back.

    Counted from when it was noticed, for terminals tell times by their brokers' clocks.
    """
    window_ms = max((each.reopen_within_s for each in limits.ideas), default=0) * 1_000
    if not window_ms:
        return
    watch = account.limits
    present = {each.ticket for each in message.positions}
    told = {deal.ticket: deal.profit + deal.swap + deal.commission for deal in message.history}
    gone = [each for each in watch.positions if each.ticket not in present]
    fresh = [loss for each in gone if (loss := _loss(account, each, told, now)) is not None]
    kept = [each for each in watch.closed if each.at_ms > now.wall_ms - window_ms]
    watch.closed = (*kept, *fresh)


def _loss(
    account: AccountState, position: Position, told: dict[Ticket, Decimal], now: Instant
) -> ClosedLoss | None:
    profit = told.get(position.ticket, position.profit)
    canonical = account.canonical_of.get(position.symbol.upper())
    if canonical is None or profit >= 0:
        return None
    return ClosedLoss(symbol=canonical, side=position.side, loss=-profit, at_ms=now.wall_ms)
