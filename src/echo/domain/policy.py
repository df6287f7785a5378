"""Who follows whom, with how much, and within which tolerances."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from echo.domain.commands import Residual
from echo.domain.ids import ANY_STRATEGY, AccountId, StrategyId
from echo.domain.quantities import Side


class RiskType(StrEnum):
    """How the size of a copy follows from the master's trade."""

    FIXED_LOT = "FIXED_LOT"
    FIXED_RISK = "FIXED_RISK"
    RISK_PERCENT = "RISK_PERCENT"
    MULTIPLIER = "MULTIPLIER"
    EQUITY_RATIO = "EQUITY_RATIO"
    BALANCE_RATIO = "BALANCE_RATIO"


class RiskBasis(StrEnum):
    """Of what a percentage is taken."""

    BALANCE = "balance"
    EQUITY = "equity"


class TinyTrade(StrEnum):
    """What becomes of a size below the broker's smallest."""

    SKIP = "skip"
    RAISE = "raise"
    """Up to the smallest, while that risks no more than the allowed drift beyond what was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskPolicy:
    """How much *account_id* puts on each trade of *strategy_id* (`ANY_STRATEGY` = any).

    Args:
        lot_size: FIXED_LOT: lots per trade, > 0.
        amount: FIXED_RISK: what a stop-out may cost, in *currency*, > 0.
        risk_pct: RISK_PERCENT: what a stop-out may cost, in percent of *risk_basis*, > 0.
        multiplier: MULTIPLIER: slave's size over master's, for contracts of equal size; with
            EQUITY_RATIO and BALANCE_RATIO on top of the accounts' ratio; > 0.
        currency: The account's currency, three capitals; sizing refuses another.
        min_lot_override: Lots below which the size is raised, ``None`` = the broker's minimum.
        max_lot_override: Lots above which the size is cut, ``None`` = the broker's maximum.
        commission_per_lot: Money per lot, both ways together.
        commission_rate_pct: Percent of the order's value, both ways together.
        master_accounts: Only trades of these masters; empty = of any.
        valid_until_ms: Unix ms after which the policy no longer counts; ``None`` = for ever.
    """

    account_id: AccountId
    strategy_id: StrategyId
    risk_type: RiskType
    lot_size: Decimal | None = None
    amount: Decimal | None = None
    risk_pct: Decimal | None = None
    risk_basis: RiskBasis = RiskBasis.BALANCE
    multiplier: Decimal | None = None
    tiny_trade: TinyTrade = TinyTrade.SKIP
    currency: str = ""
    min_lot_override: Decimal | None = None
    max_lot_override: Decimal | None = None
    commission_per_lot: Decimal = Decimal(0)
    commission_rate_pct: Decimal = Decimal(0)
    master_accounts: frozenset[AccountId] = frozenset()
    valid_until_ms: int | None = None
    version: int = 1

    def applies_to(self, master: AccountId, *, wall_ms: int) -> bool:
        """Whether a trade of *master* is covered now."""
        if self.master_accounts and master not in self.master_accounts:
            return False
        return self.valid_until_ms is None or wall_ms <= self.valid_until_ms


class SlTpMode(StrEnum):
    """How a master's stop becomes a slave's."""

    DISTANCE = "distance"
    PRICE = "price"


class CommentMode(StrEnum):
    """What the order comment carries."""

    TAG = "tag"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyOptions:
    """An account's tolerances; distances in points, times in ms, ``None`` = no limit."""

    max_spread_points: Decimal | None = None
    max_slippage_points: Decimal | None = None
    max_delay_ms: int = 5_000
    copy_sl_tp: bool = True
    sl_tp_mode: SlTpMode = SlTpMode.DISTANCE
    sl_offset_points: Decimal = Decimal(0)
    tp_offset_points: Decimal = Decimal(0)
    catastrophic_sl_points: Decimal | None = None
    comment: CommentMode = CommentMode.TAG
    residual: Residual = Residual.KEEP
    sides: frozenset[Side] = frozenset(Side)
    symbols_include: frozenset[str] = frozenset()
    symbols_exclude: frozenset[str] = frozenset()
    magic_ranges: tuple[tuple[int, int], ...] = ()


DEFAULT_OPTIONS = CopyOptions()


class PolicyBook:
    """All risk policies and options in force; immutable, replaced whole."""

    def __init__(
        self,
        policies: Iterable[RiskPolicy] = (),
        options: Mapping[AccountId, CopyOptions] | None = None,
        default_options: CopyOptions = DEFAULT_OPTIONS,
    ) -> None:
        self._policies = {(each.account_id, each.strategy_id): each for each in policies}
        self._options = dict(options or {})
        self._default_options = default_options

    def policy(self, account_id: AccountId, strategy_id: StrategyId) -> RiskPolicy | None:
        """Return the policy for exactly *strategy_id*, else the account's ``*``, else ``None``.

        One rule for handshake and copying: were there two, an account could be accepted and
        copy nothing.
        """
        return self._policies.get((account_id, strategy_id)) or self._policies.get(
            (account_id, ANY_STRATEGY)
        )

    def has_policy(self, account_id: AccountId) -> bool:
        """Whether the account follows anything at all."""
        return any(account == account_id for account, _ in self._policies)

    def options(self, account_id: AccountId) -> CopyOptions:
        """Return the account's tolerances."""
        return self._options.get(account_id, self._default_options)

    @property
    def policies(self) -> tuple[RiskPolicy, ...]:
        """All policies, in the order they were given."""
        return tuple(self._policies.values())

    @property
    def options_by_account(self) -> Mapping[AccountId, CopyOptions]:
        """The tolerances of every account that has its own."""
        return self._options

    @property
    def default_options(self) -> CopyOptions:
        """The tolerances of all others."""
        return self._default_options
