"""What is kept of an account's limits over a restart, and shown to people meanwhile."""

from dataclasses import dataclass

from echo.domain.funds import Funds
from echo.domain.headroom import ClosedLoss
from echo.domain.ids import AccountId
from echo.domain.limit_rules import Stage
from echo.domain.limits import LimitState, LimitUse


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleStanding:
    """One rule of the account: what it remembers, and where the account stood when last seen."""

    rule_id: str
    state: LimitState
    use: LimitUse


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsRecord:
    """All of one account's rules; upserted whole by its account.

    Attributes:
        stage: The worst of all rules and closing times.
        funds: What the account held when it was last seen; ``None`` = it has no limits any more.
        closed: What positions of late have cost, for rules about trade ideas.
        suspended: Why the limits cannot be judged; empty = they can.
    """

    account_id: AccountId
    pack: str
    stage: Stage
    funds: Funds | None
    rules: tuple[RuleStanding, ...] = ()
    closed: tuple[ClosedLoss, ...] = ()
    suspended: str = ""
    updated_at_ms: int
