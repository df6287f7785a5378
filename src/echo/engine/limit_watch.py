"""What the engine knows of one account's limits."""

from dataclasses import dataclass, field
from decimal import Decimal

from echo.domain.accounts import Position
from echo.domain.funds import Funds
from echo.domain.headroom import ClosedLoss
from echo.domain.ids import Ticket
from echo.domain.limit_rules import Stage
from echo.domain.limits import LimitState, LimitUse


@dataclass(frozen=True, slots=True)
class Mark:
    """A position's price when its profit was told, and what a move from there is worth."""

    price: Decimal
    """At which it would have been closed, in quote currency."""
    worth: Decimal
    """Account currency for a move of 1 upwards; < 0 for a short position."""
    is_long: bool


@dataclass(slots=True)
class LimitWatch:
    """The *durable* part is read back from the journal, the rest comes with the next snapshot."""

    states: dict[str, LimitState] = field(default_factory=dict)
    """Durable, by rule."""
    closed: tuple[ClosedLoss, ...] = ()
    """Durable: what positions of late have cost."""
    uses: dict[str, LimitUse] = field(default_factory=dict)
    """Where the account stands, by rule."""
    told: Funds | None = None
    """What its terminal said that it holds; ``None`` = nothing in this life of the Core."""
    funds: Funds | None = None
    """The same, with what quotes have changed since."""
    seen_mono_ms: int = 0
    positions: tuple[Position, ...] = ()
    marks: dict[str, list[Mark]] = field(default_factory=dict)
    """Of the positions in a symbol, by canonical name."""
    moved: dict[str, Decimal] = field(default_factory=dict)
    """What quotes have made of the positions in a symbol since the last snapshot."""
    falls_to: Decimal | None = None
    """Equity at which a limit becomes more serious, from above; ``None`` = none does."""
    rises_to: Decimal | None = None
    """Equity at which a target is reached; ``None`` = none is."""
    suspended: str = ""
    """Why the limits cannot be judged; empty = they can."""
    stage: Stage = Stage.CLEAR
    """The worst of all rules and closing times."""
    closing: dict[str, Stage] = field(default_factory=dict)
    """Of closing times, as people were told."""
    stored_mono_ms: int | None = None
    due_ms: int | None = None
    """When the next day begins or a closing time changes, Unix ms, as the timer was set."""
    closes: dict[Ticket, tuple[int, int]] = field(default_factory=dict)
    """Positions that were to be closed: how often that was asked, and when last (monotonic ms)."""
    foreign_told: bool = False

    def forget_durable(self) -> None:
        """Make room for what the journal says."""
        self.states, self.closed, self.uses = {}, (), {}
