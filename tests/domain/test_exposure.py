"""What positions can still cost: down to their stops, and the slippage beyond."""

from decimal import Decimal

from echo.domain.exposure import Margins, loss_by_tick_size, worst_loss
from echo.domain.quantities import Side
from tests.domain.exposures import EURUSD, held

NONE = Margins(slippage_points=Decimal(0))
SLIPPED = Margins(slippage_points=Decimal(20))
ASSUMED = Margins(slippage_points=Decimal(0), assumed_stop_points=Decimal(300))


def test_a_position_can_lose_what_lies_between_where_it_stands_and_its_stop() -> None:
    assert held(profit="0").still_to_lose(NONE) == 100
    assert held(profit="50").still_to_lose(NONE) == 150
    assert held(profit="-70").still_to_lose(NONE) == 30
    assert held("0.50").still_to_lose(SLIPPED) == 60


def test_a_short_position_loses_upwards() -> None:
    assert held(side=Side.SELL, stop="1.10200").still_to_lose(NONE) == 200


def test_a_stop_that_the_market_has_passed_costs_nothing_more() -> None:
    assert held(profit="-250").still_to_lose(NONE) == 0


def test_a_stop_in_profit_is_no_risk_but_still_something_to_lose() -> None:
    locked = held(stop="1.10100", profit="300")

    assert locked.risk(NONE) == 0
    assert locked.still_to_lose(NONE) == 200


def test_without_a_stop_nobody_can_tell_unless_one_is_assumed() -> None:
    naked = held(stop=None)

    assert naked.still_to_lose(NONE) is None
    assert naked.risk(NONE) is None
    assert naked.still_to_lose(ASSUMED) == 300


def test_the_worst_case_is_the_sum_or_names_what_has_none() -> None:
    naked = held(stop=None, name="ticket 7")

    assert worst_loss((held(), held("2.00")), NONE) == 300
    assert worst_loss((), NONE) == 0
    assert worst_loss((held(), naked), NONE) is naked


def test_what_is_held_is_the_contract_in_account_currency() -> None:
    assert held("0.10").value == 11_000


def test_a_lot_of_a_new_position_costs_its_distance_its_commission_and_the_slippage() -> None:
    def cost(stop: str | None, margins: Margins) -> Decimal | None:
        found = loss_by_tick_size(
            EURUSD,
            entry_price=Decimal("1.10000"),
            stop_price=None if stop is None else Decimal(stop),
            tick_value=Decimal(1),
            cost_per_lot=Decimal(7),
            margins=margins,
        )
        return None if found is None else found / EURUSD.tick_size

    assert cost("1.09900", NONE) == 107
    assert cost("1.09900", SLIPPED) == 127
    assert cost(None, NONE) is None
    assert cost(None, ASSUMED) == 307
