"""Who plays in the demo: three paper brokers that differ in everything, masters and slaves."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, Literal

from echo.apps.demo_data.feeds import FXCM_EURUSD, OANDA_EURUSD, OANDA_XAUUSD, DemoFeed
from echo.domain.handshake import Role
from echo.domain.ids import ANY_STRATEGY, AccountId
from echo.domain.policy import CopyOptions, RiskPolicy, RiskType
from echo.domain.specs import SymbolMapping

LEAD: Final = "EURUSD"
METAL: Final = "XAUUSD"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """One symbol at one broker: its specification, whose ticks it shows, and what it adds.

    ``markup_points`` widens the recorded spread on the ask side, in the feed's own points.
    """

    spec: SymbolMapping
    feed: DemoFeed
    markup_points: int = 0

    @property
    def market(self) -> str:
        """Names its prices: two brokers may show the same ticks, one of them dearer."""
        return f"{self.feed.file}+{self.markup_points}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperBroker:
    """One broker's conditions."""

    name: str
    server: str
    terminal: Literal["mt4", "mt5"]
    symbols: tuple[Quoted, ...]
    spelling: str = "{}"
    """How it spells a symbol that is none of the demo's own."""
    lot_step: str = "0.01"

    def quoted(self, canonical: str) -> Quoted | None:
        """Return the broker's symbol for *canonical*, if it has one."""
        return next(
            (each for each in self.symbols if each.spec.canonical_symbol == canonical), None
        )

    def trading(self, digits: Mapping[str, int]) -> "PaperBroker":
        """Return this broker with exactly these symbols, by canonical name and price digits."""
        return replace(
            self,
            symbols=tuple(
                self.quoted(canonical) or self._stranger(canonical, places)
                for canonical, places in sorted(digits.items())
            ),
        )

    def _stranger(self, canonical: str, digits: int) -> Quoted:
        """Quote a symbol of a person's own ticks, under plain conditions."""
        spec = _spec(
            canonical,
            self.spelling.format(canonical),
            digits,
            contract=100_000 if digits >= 3 and canonical.isalpha() else 1,
            lot_step=self.lot_step,
        )
        feed = DemoFeed(file=f"own-{canonical}", broker="", symbol=canonical, shift_ms=0)
        return Quoted(spec=spec, feed=feed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """One paper terminal: an account at a broker, with an EA of some protocol version on it."""

    account_id: AccountId
    role: Role
    broker: PaperBroker
    protocol_version: int = 3
    balance: Decimal = Decimal(50_000)


def _spec(
    canonical: str,
    name: str,
    digits: int,
    *,
    tick_size: str = "",
    contract: int,
    lot_step: str,
    lot_min: str = "",
    stop_level: int = 0,
) -> SymbolMapping:
    point = Decimal(1).scaleb(-digits)
    tick = Decimal(tick_size) if tick_size else point
    return SymbolMapping(
        canonical_symbol=canonical,
        broker_symbol=name,
        digits=digits,
        point=point,
        tick_size=tick,
        min_lot=Decimal(lot_min or lot_step),
        max_lot=Decimal(100),
        lot_step=Decimal(lot_step),
        stop_level_points=stop_level,
        contract_size=Decimal(contract),
        # The quote currency is the account's: one tick of one lot is worth just that.
        tick_value=tick * contract,
    )


NORTHWIND: Final = PaperBroker(
    name="Northwind Markets (SV), Ltd & Co",
    server="Northwind-Live 3",
    terminal="mt4",
    symbols=(
        Quoted(spec=_spec(LEAD, "EURUSD", 5, contract=100_000, lot_step="0.01"), feed=OANDA_EURUSD),
        Quoted(spec=_spec(METAL, "XAUUSD", 3, contract=100, lot_step="0.01"), feed=OANDA_XAUUSD),
    ),
)
FJORD: Final = PaperBroker(
    name="Fjord Prime",
    server="FjordPrime-Live",
    terminal="mt5",
    spelling="{}.m",
    lot_step="0.1",
    symbols=(
        Quoted(
            spec=_spec(LEAD, "EURUSD.m", 5, contract=100_000, lot_step="0.1", stop_level=20),
            feed=FXCM_EURUSD,
        ),
        Quoted(
            spec=_spec(METAL, "GOLD.m", 2, contract=100, lot_step="0.1", stop_level=50),
            feed=OANDA_XAUUSD,
        ),
    ),
)
MERIDIAN: Final = PaperBroker(
    name="Meridian Direct",
    server="Meridian-Demo 2",
    terminal="mt4",
    spelling="#{}pro",
    symbols=(
        Quoted(
            spec=_spec(LEAD, "#EURUSDpro", 4, contract=10_000, lot_step="0.01", stop_level=3),
            feed=OANDA_EURUSD,
            markup_points=8,
        ),
        Quoted(
            spec=_spec(
                METAL, "XAUUSD_i", 2, tick_size="0.05", contract=1, lot_step="1", stop_level=30
            ),
            feed=OANDA_XAUUSD,
            markup_points=120,
        ),
    ),
)
BROKERS: Final = (NORTHWIND, FJORD, MERIDIAN)
LEADERS: Final = (NORTHWIND, FJORD)
OLD_TERMINALS: Final = tuple(each for each in BROKERS if each.terminal == "mt4")
"""The EAs of protocol 1 and 2 exist for MT4 only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """All players and the rules by which slaves follow."""

    masters: tuple[Player, ...]
    slaves: tuple[Player, ...]
    policies: tuple[RiskPolicy, ...]
    options: dict[AccountId, CopyOptions]

    @property
    def players(self) -> tuple[Player, ...]:
        """Masters first."""
        return (*self.masters, *self.slaves)

    def trading(self, digits: Mapping[str, int]) -> "Cast":
        """Return the same people at brokers that quote exactly these symbols."""

        def at(player: Player) -> Player:
            return replace(player, broker=player.broker.trading(digits))

        return replace(
            self, masters=tuple(map(at, self.masters)), slaves=tuple(map(at, self.slaves))
        )


def cast(masters: int, slaves: int, legacy: int = 0) -> Cast:
    """Choose *masters* and *slaves* in turn from the brokers; the last *legacy* slaves are old EAs.

    Every slave follows all strategies, each by a rule of its own: fixed lots, fixed risk, a
    spread limit that the dear broker breaks now and then.
    """
    leading = tuple(
        Player(
            account_id=AccountId(str(50_001 + number)),
            role=Role.MASTER,
            broker=LEADERS[number % len(LEADERS)],
        )
        for number in range(masters)
    )
    following = tuple(_slave(number, old=number >= slaves - legacy) for number in range(slaves))
    return Cast(
        masters=leading,
        slaves=following,
        policies=tuple(_policy(player, number) for number, player in enumerate(following)),
        options={player.account_id: _options(number) for number, player in enumerate(following)},
    )


def _slave(number: int, *, old: bool) -> Player:
    brokers = OLD_TERMINALS if old else BROKERS
    return Player(
        account_id=AccountId(str(70_001 + number)),
        role=Role.SLAVE,
        broker=brokers[number % len(brokers)],
        protocol_version=2 if old else 3,
    )


def _policy(player: Player, number: int) -> RiskPolicy:
    if number % 4 == 3:
        return RiskPolicy(
            account_id=player.account_id,
            strategy_id=ANY_STRATEGY,
            risk_type=RiskType.FIXED_RISK,
            amount=Decimal(100),
            currency="USD",
        )
    return RiskPolicy(
        account_id=player.account_id,
        strategy_id=ANY_STRATEGY,
        risk_type=RiskType.FIXED_LOT,
        lot_size=Decimal("0.10") if number % 3 != 2 else Decimal(1),
    )


def _options(number: int) -> CopyOptions:
    if number % 6 == 5:
        return CopyOptions(max_spread_points=Decimal(3), max_slippage_points=Decimal(60))
    return CopyOptions()
