"""What the running Core would make of an entry now, told number by number."""

from dataclasses import dataclass
from decimal import Decimal

from echo.domain.ids import AccountId, StrategyId
from echo.domain.quantities import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainEntry:
    """Would this account copy a trade that is opened now, and with how much?

    ``symbol``: canonical, or the account's own name for it.  ``stop_loss`` and ``take_profit`` are
    prices on the account, ``None`` = none.  ``strategy_id`` ``None`` = that of the account's first
    policy; ``master_id`` ``None`` = a master that every policy accepts and that has reported
    nothing.
    """

    account_id: AccountId
    symbol: str
    side: Side
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None
    strategy_id: StrategyId | None = None
    master_id: AccountId | None = None
    master_lot: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryExplained:
    """The answer: an order with the numbers behind it, or one code and one sentence.

    ``lot`` and ``expected_loss`` ``None`` = refused, or not known; ``after_fill``: the levels are
    nearer than the broker takes with an order, and are set when it is filled.  ``inputs`` in the
    order in which they were used.
    """

    account_id: AccountId
    symbol: str
    side: Side
    code: str
    reason: str
    lot: Decimal | None = None
    expected_loss: Decimal | None = None
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None
    after_fill: bool = False
    inputs: tuple[tuple[str, str], ...] = ()


ExplanationRequest = ExplainEntry
ExplanationAnswer = EntryExplained
