"""Both figures of an account, by name."""

from decimal import Decimal

from echo.domain.funds import Funds, RiskBasis


def test_the_basis_names_the_figure() -> None:
    funds = Funds(balance=Decimal(100), equity=Decimal(-5), currency="USD")

    assert funds.of(RiskBasis.BALANCE) == 100
    assert funds.of(RiskBasis.EQUITY) == -5
