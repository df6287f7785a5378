"""What an account holds, and of which of the two figures a share is taken."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from echo.domain.sealing import sealed


class RiskBasis(StrEnum):
    """Of what a percentage is taken."""

    BALANCE = "balance"
    EQUITY = "equity"


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class Funds:
    """What an account holds, in its own currency; equity includes what floats, may be negative."""

    balance: Decimal
    equity: Decimal
    currency: str | None

    def of(self, basis: RiskBasis) -> Decimal:
        """Return the one that *basis* names."""
        return self.balance if basis is RiskBasis.BALANCE else self.equity
