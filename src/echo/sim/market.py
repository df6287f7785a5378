"""The market of the world: one walk of prices for each symbol, the same for every broker."""

from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Final

from echo.terminal.market import SymbolRules
from echo.terminal.view import Price


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """One symbol: where its price begins, in points, and how far it steps."""

    digits: int
    start: int
    step: int
    spread: int
    contract_size: Decimal
    base: str


INSTRUMENTS: Final = {
    "EURUSD": Instrument(
        digits=5, start=110_000, step=4, spread=2, contract_size=Decimal(100_000), base="EUR"
    ),
    "XAUUSD": Instrument(
        digits=2, start=200_000, step=8, spread=20, contract_size=Decimal(100), base="XAU"
    ),
}


def rules_of(symbol: str, name: str) -> SymbolRules:
    """Describe *symbol* at a broker that calls it *name*."""
    instrument = INSTRUMENTS[symbol]
    point = Decimal(1).scaleb(-instrument.digits)
    return SymbolRules(
        name=name,
        market=symbol,
        digits=instrument.digits,
        point=point,
        tick_size=point,
        contract_size=instrument.contract_size,
        base_currency=instrument.base,
    )


class Market:
    """Walks at random, one step a tick."""

    def __init__(self, chance: Random, symbols: tuple[str, ...]) -> None:
        self._chance = chance
        self._bids = {symbol: INSTRUMENTS[symbol].start for symbol in symbols}
        self._still = False

    def stand_still(self) -> None:
        """Move no price from now on."""
        self._still = True

    def leap(self) -> None:
        """Move every price by some percent at once."""
        for symbol, bid in self._bids.items():
            share = self._chance.uniform(0.005, 0.03) * self._chance.choice((-1, 1))
            self._bids[symbol] = bid + int(bid * share)

    def tick(self) -> dict[str, Price]:
        """Move on and return the prices."""
        prices = {}
        for symbol, bid in self._bids.items():
            instrument = INSTRUMENTS[symbol]
            if not self._still:
                bid += int((self._chance.random() - 0.5) * 2 * instrument.step)
                self._bids[symbol] = bid
            prices[symbol] = Price(
                bid=Decimal(bid).scaleb(-instrument.digits),
                ask=Decimal(bid + instrument.spread).scaleb(-instrument.digits),
            )
        return prices
