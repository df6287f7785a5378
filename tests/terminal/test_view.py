"""What a terminal shows can be asked for by name."""

from dataclasses import replace
from decimal import Decimal

import pytest

from echo.domain.ids import Ticket
from echo.domain.quantities import Side
from tests.terminal.rig import QUOTE, Rig, execute


def test_a_buy_opens_at_the_ask_and_closes_at_the_bid() -> None:
    assert (QUOTE.entry(Side.BUY), QUOTE.exit(Side.BUY)) == (QUOTE.ask, QUOTE.bid)
    assert (QUOTE.entry(Side.SELL), QUOTE.exit(Side.SELL)) == (QUOTE.bid, QUOTE.ask)


def test_positions_and_symbols_are_found_by_name() -> None:
    rig = Rig().start()
    rig.hear(execute())
    view = rig.broker.view(rig.now)

    position = view.position(Ticket(1_000_001))
    assert position is not None
    assert position.lot == Decimal("0.10")
    assert view.position(Ticket(5)) is None
    assert view.symbol("EURUSD.m") is not None
    assert view.symbol("EURUSD") is None


@pytest.mark.parametrize(
    ("connected", "synchronised", "conclusive"),
    [(True, True, True), (True, False, False), (False, True, False)],
)
def test_only_a_complete_view_proves_that_something_is_missing(
    connected: bool, synchronised: bool, conclusive: bool
) -> None:
    rig = Rig()
    view = replace(rig.broker.view(rig.now), connected=connected, synchronised=synchronised)

    assert view.conclusive is conclusive
