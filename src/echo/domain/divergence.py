"""Divergence: why a copy made another result than its master, split into causes that add up.

The yardstick is what the master's trade would have made at the size that the account's policy
wanted, in the account's currency: every entry and exit at the master's prices, nothing rounded.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final

from echo.domain.quantities import Side

MONEY_DIGITS: Final = 8
"""Money is told to so many digits; a cent is two."""


class Part(StrEnum):
    """What a difference is made of.  All are money; below zero = it cost the account something."""

    ENTRY_SLIP = "entry_slip"
    """From the account's own market at the decision to the fill; without that, see `SPREAD`."""
    EXIT_SLIP = "exit_slip"
    """From the master's exit to the exit that copied it."""
    SPREAD = "spread"
    """From the master's entry to the account's own market at the decision: spread and quotes."""
    ROUNDING = "rounding"
    """From the wanted size to the real one, at the entry and at each partial close."""
    MISSED = "missed"
    """What was not copied at all."""
    EARLY_CLOSE = "early_close"
    """Exits that copied none of the master's: stop, target, margin, a limit, by hand."""
    SWAP_COMMISSION = "swap_commission"
    """Swap and commission, less the master's at the wanted size."""


MAY_LACK: Final = (Part.SPREAD, Part.ROUNDING, Part.SWAP_COMMISSION)
"""Parts that may stay unknown of a copy that is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """What one lot gains per tick, in account currency, and what a tick is; both above zero."""

    value: Decimal
    size: Decimal

    @property
    def price_worth(self) -> Fraction:
        """Money per lot and unit of price."""
        return Fraction(self.value) / Fraction(self.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One exit of the master: which action, lots, price; ``None`` = the price is not known."""

    seq: int
    lot: Decimal
    price: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """One exit of a copy; ``seq`` is the master's action that it copies, ``None`` = none."""

    seq: int | None
    lot: Decimal
    price: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MasterSide:
    """A master's trade, closed whole.

    ``costs``: swap and commission as brokers book them, below zero = paid; ``None`` = not known.
    ``tick`` is only needed to bring costs to another size and currency.
    """

    side: Side
    lot: Decimal
    price: Decimal
    legs: tuple[Leg, ...]
    costs: Decimal | None = None
    tick: Tick | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CopySide:
    """What became of it on one account.

    Attributes:
        lot: What was filled; 0 = it was missed.
        price: At what; ``None`` = not known, or missed.
        wanted_lot: What the policy asked for, before any rounding; ``None`` = not known.
        market: The price at which the account could have entered when it was decided to; ``None``
            = not known.
        exits: Together ``lot``, if all of them are known.
        costs, tick: As in `MasterSide`.
    """

    lot: Decimal
    price: Decimal | None
    wanted_lot: Decimal | None
    tick: Tick | None
    market: Decimal | None = None
    exits: tuple[Exit, ...] = ()
    costs: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Divergence:
    """A difference and its parts, in account currency.

    ``difference`` is ``result - reference`` and the sum of ``parts``, to the last digit.  A part
    that is missing is not known: `Part.SPREAD` is then within the entry slip, `Part.ROUNDING`
    nowhere (the reference is at the real size), `Part.SWAP_COMMISSION` in neither result.
    """

    reference: Decimal
    result: Decimal
    parts: Mapping[Part, Decimal]

    @property
    def difference(self) -> Decimal:
        """What the copy made beyond its yardstick."""
        return self.result - self.reference


@dataclass(frozen=True, slots=True)
class NotKnown:
    """Why a difference cannot be told."""

    sentence: str


@dataclass(frozen=True, slots=True)
class _Piece:
    """A share of the master's lots, at what price they were closed, and the exits against them."""

    share: Fraction
    price: Fraction
    exits: tuple[Exit, ...] = ()
    early: bool = False

    @property
    def lot(self) -> Fraction:
        return sum((Fraction(each.lot) for each in self.exits), Fraction(0))

    @property
    def proceeds(self) -> Fraction:
        """Price times lots of all exits."""
        return sum(
            (Fraction(each.price or 0) * Fraction(each.lot) for each in self.exits), Fraction(0)
        )


def attribute(master: MasterSide, copy: CopySide) -> Divergence | NotKnown:
    """Split what *copy* made more or less than *master* at the wanted size."""
    missing = next(_missing(master, copy), None)
    if missing is not None:
        return NotKnown(missing)
    assert copy.tick is not None  # noqa: S101 -- what is missing was told above
    worth = copy.tick.price_worth
    unit = worth * master.side.sign
    wanted = Fraction(copy.lot if copy.wanted_lot is None else copy.wanted_lot)
    pieces = tuple(_pieces(master, copy))
    entry, paid = Fraction(master.price), Fraction(copy.price or 0)
    reference = unit * wanted * sum((each.price - entry) * each.share for each in pieces)
    result = unit * sum(each.proceeds - paid * each.lot for each in pieces)
    parts = {part: moved * unit for part, moved in _moved(master, copy, pieces, wanted)}
    costs = _costs(master, copy, wanted * worth)
    if costs is not None:
        ours, theirs = costs
        parts[Part.SWAP_COMMISSION] = ours - theirs
        reference, result = reference + theirs, result + ours
    return _rounded(reference, result, parts)


def _moved(
    master: MasterSide, copy: CopySide, pieces: Iterable[_Piece], wanted: Fraction
) -> Iterator[tuple[Part, Fraction]]:
    """Yield what each part moved, in price times lots, for whoever buys."""
    entry, lot = Fraction(master.price), Fraction(copy.lot)
    sizes = sum(
        ((each.price - entry) * (each.lot - each.share * wanted) for each in pieces), Fraction(0)
    )
    yield from ((part, Fraction(0)) for part in Part if part not in MAY_LACK)
    if not lot:
        yield from ((part, Fraction(0)) for part in MAY_LACK if part is not Part.SWAP_COMMISSION)
        yield Part.MISSED, sizes
        return
    paid = Fraction(copy.price or 0)
    seen = entry if copy.market is None else Fraction(copy.market)
    if copy.market is not None:
        yield Part.SPREAD, (entry - seen) * lot
    yield Part.ENTRY_SLIP, (seen - paid) * lot
    # With the wanted size unknown, only partial closes can have been rounded.
    if copy.wanted_lot is not None or sizes:
        yield Part.ROUNDING, sizes
    for part, early in ((Part.EXIT_SLIP, False), (Part.EARLY_CLOSE, True)):
        exits = (each.proceeds - each.price * each.lot for each in pieces if each.early is early)
        yield part, sum(exits, Fraction(0))


def _missing(master: MasterSide, copy: CopySide) -> Iterator[str]:
    """Say what is not known and cannot be done without."""
    if copy.tick is None or not (copy.tick.value > 0 and copy.tick.size > 0):
        yield "what a tick is worth on the account"
    if not copy.lot and copy.wanted_lot is None:
        yield "the size that it would have had: it was left out before it was sized"
    if not master.legs or sum((each.lot for each in master.legs), Decimal(0)) != master.lot:
        yield "how the master closed all of it"
    if any(each.price is None for each in master.legs):
        yield "at what price the master closed all of it"
    if copy.lot and copy.price is None:
        yield "at what price the copy was opened"
    priced = sum((each.lot for each in copy.exits if each.price is not None), Decimal(0))
    if priced != copy.lot:
        yield f"at what price {copy.lot - priced} of {copy.lot} lots were closed"


def _pieces(master: MasterSide, copy: CopySide) -> Iterator[_Piece]:
    """Set each exit against the master's that it copies, all others against what is left of it."""
    left: list[Leg] = []
    for leg in master.legs:
        exits = tuple(each for each in copy.exits if each.seq == leg.seq)
        if exits:
            yield _Piece(_share([leg], master), Fraction(leg.price or 0), exits)
        else:
            left.append(leg)
    known = {leg.seq for leg in master.legs}
    own = tuple(each for each in copy.exits if each.seq not in known)
    if own:
        against = left or list(master.legs[-1:])
        lots = sum((Fraction(each.lot) for each in against), Fraction(0))
        paid = sum(
            (Fraction(each.price or 0) * Fraction(each.lot) for each in against), Fraction(0)
        )
        yield _Piece(_share(left, master), paid / lots, own, early=True)
    else:
        yield from (_Piece(_share([leg], master), Fraction(leg.price or 0)) for leg in left)


def _share(legs: Iterable[Leg], master: MasterSide) -> Fraction:
    return sum((Fraction(each.lot) for each in legs), Fraction(0)) / Fraction(master.lot)


def _costs(
    master: MasterSide, copy: CopySide, wanted_worth: Fraction
) -> tuple[Fraction, Fraction] | None:
    """Return swap and commission of the copy, and of the master at the wanted size."""
    ours = Decimal(0) if not copy.lot else copy.costs
    if ours is None or master.costs is None:
        return None
    if not master.costs:
        return Fraction(ours), Fraction(0)
    if master.tick is None or not (master.tick.value > 0 and master.tick.size > 0):
        return None
    # One price step is the same event on both sides: what it is worth converts the currency, too.
    scale = wanted_worth / (Fraction(master.lot) * master.tick.price_worth)
    return Fraction(ours), Fraction(master.costs) * scale


def _rounded(due: Fraction, made: Fraction, money: Mapping[Part, Fraction]) -> Divergence:
    """Tell everything to the same digit; what that moves goes to the largest part."""
    reference, result = _decimal(due), _decimal(made)
    parts = {part: _decimal(amount) for part, amount in money.items()}
    largest = max(parts, key=lambda part: abs(parts[part]))
    parts[largest] += result - reference - sum(parts.values(), Decimal(0))
    return Divergence(reference=reference, result=result, parts=parts)


def _decimal(amount: Fraction) -> Decimal:
    units = round(amount * 10**MONEY_DIGITS)
    return Decimal(units).scaleb(-MONEY_DIGITS) if units else Decimal(0)
