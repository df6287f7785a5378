"""Who follows whom, with how much, and within which tolerances."""

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from echo.domain.account_limits import AccountLimits
from echo.domain.commands import Residual
from echo.domain.funds import RiskBasis as RiskBasis
from echo.domain.ids import ANY_STRATEGY, AccountId, StrategyId
from echo.domain.modes import Switch, Switches
from echo.domain.quantities import Side
from echo.domain.windows import DEFAULT_RULES, Window, WindowRules, Windows


class RiskType(StrEnum):
    """How the size of a copy follows from the master's trade."""

    FIXED_LOT = "FIXED_LOT"
    FIXED_RISK = "FIXED_RISK"
    RISK_PERCENT = "RISK_PERCENT"
    MULTIPLIER = "MULTIPLIER"
    EQUITY_RATIO = "EQUITY_RATIO"
    BALANCE_RATIO = "BALANCE_RATIO"


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
    TAG_RR = "tag+rr"
    """The tag, and how much the target earns for each unit that the stop loses."""
    TEXT = "text"
    """The account's own words, `CopyOptions.comment_text`."""
    NONE = "none"


class OnUnprotected(StrEnum):
    """What becomes of a position whose stop is not set in time."""

    ALERT = "alert"
    CLOSE = "close"
    """People are told in any case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyOptions:
    """An account's tolerances; distances in points, times in ms, ``None`` = no limit.

    Args:
        comment_text: What orders carry where *comment* is TEXT.
        protect_within_ms: How long a position may be without the stop that it shall have, > 0.
        modify_coalesce_ms: Changes of levels that follow faster become one; 0 = each is sent.
        wait_improvement_ms: How long an entry may wait for a better price; 0 = it never waits.
        wait_improvement_points: By how much the price may then be worse than the master's.
        reenter_within_ms: How long an entry that could not be made may be made later; 0 = never.
        reenter_slippage_points: By how much the price may then be worse than the master's.
        session_zone: IANA zone of the broker's clock, by which its sessions are told; empty =
            sessions are left to the terminal.
        windows: What windows do on the account.
    """

    max_spread_points: Decimal | None = None
    max_slippage_points: Decimal | None = None
    max_delay_ms: int = 5_000
    copy_sl_tp: bool = True
    sl_tp_mode: SlTpMode = SlTpMode.DISTANCE
    sl_offset_points: Decimal = Decimal(0)
    tp_offset_points: Decimal = Decimal(0)
    catastrophic_sl_points: Decimal | None = None
    comment: CommentMode = CommentMode.TAG
    comment_text: str = ""
    protect_within_ms: int = 5_000
    on_unprotected: OnUnprotected = OnUnprotected.ALERT
    modify_coalesce_ms: int = 250
    wait_improvement_ms: int = 0
    wait_improvement_points: Decimal = Decimal(0)
    reenter_within_ms: int = 0
    reenter_slippage_points: Decimal = Decimal(0)
    residual: Residual = Residual.KEEP
    sides: frozenset[Side] = frozenset(Side)
    symbols_include: frozenset[str] = frozenset()
    symbols_exclude: frozenset[str] = frozenset()
    magic_ranges: tuple[tuple[int, int], ...] = ()
    session_zone: str = ""
    windows: WindowRules = DEFAULT_RULES

    @property
    def slippage_points_max(self) -> Decimal | None:
        """By how much a price may be worse than the master's at entry; ``None`` = no limit."""
        if not self.wait_improvement_ms:
            return self.max_slippage_points
        if self.max_slippage_points is None:
            return self.wait_improvement_points
        return min(self.max_slippage_points, self.wait_improvement_points)

    @property
    def entry_ms_max(self) -> int:
        """How old an entry may be, one that was missed and is made up for included."""
        return max(self.max_delay_ms, self.reenter_within_ms)

    def ttl_ms(self, age_ms: int) -> int:
        """What is left of an entry's time, never < 0; one that is made up for has a second one."""
        if age_ms < self.max_delay_ms:
            return self.max_delay_ms - age_ms
        return max(0, min(self.max_delay_ms, self.reenter_within_ms - age_ms))


DEFAULT_OPTIONS = CopyOptions()

ANY_ACCOUNT: Final = AccountId("*")
"""Stands for every account without tolerances of its own."""


class PolicyBook:
    """All rules in force: policies, options, windows, switches; immutable, replaced whole."""

    def __init__(
        self,
        policies: Iterable[RiskPolicy] = (),
        options: Mapping[AccountId, CopyOptions] | None = None,
        default_options: CopyOptions = DEFAULT_OPTIONS,
        windows: Iterable[Window] = (),
        switches: Iterable[Switch] = (),
        masters: Iterable[AccountId] = (),
        limits: Mapping[AccountId, AccountLimits] | None = None,
        symbol_options: Mapping[tuple[AccountId, str], CopyOptions] | None = None,
    ) -> None:
        self._policies = {(each.account_id, each.strategy_id): each for each in policies}
        self._options = dict(options or {})
        self._default_options = default_options
        self.windows = Windows(windows)
        self.switches = Switches(switches)
        self.masters = frozenset(masters)
        """Accounts that are known to be masters, whether or not they have connected."""
        self.limits_by_account: Mapping[AccountId, AccountLimits] = dict(limits or {})
        """What accounts may not lose or hold; those that are not named have no limits."""
        self.symbol_options: Mapping[tuple[AccountId, str], CopyOptions] = dict(
            symbol_options or {}
        )
        """Tolerances of one canonical symbol on one account; `ANY_ACCOUNT`: on any that has none
        of its own."""

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

    def options(self, account_id: AccountId, canonical: str | None = None) -> CopyOptions:
        """Return the account's tolerances, for one symbol if that has others."""
        if self.symbol_options and canonical:
            whose = account_id if account_id in self._options else ANY_ACCOUNT
            found = self.symbol_options.get((whose, canonical))
            if found is not None:
                return found
        return self._options.get(account_id, self._default_options)

    @property
    def all_options(self) -> tuple[CopyOptions, ...]:
        """Every set of tolerances that is in force somewhere."""
        own = (*self._options.values(), *self.symbol_options.values())
        return (self._default_options, *own)

    def limits(self, account_id: AccountId) -> AccountLimits | None:
        """Return the account's limits; ``None`` = it has none."""
        return self.limits_by_account.get(account_id)

    def with_policies(self, policies: Iterable[RiskPolicy]) -> "PolicyBook":
        """Return a book that holds *policies* too; for the same account and strategy they count."""
        book = copy(self)
        book._policies = self._policies | {
            (each.account_id, each.strategy_id): each for each in policies
        }
        return book

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
