"""Divergence: parts add up to the difference, each is what its name says, nothing is guessed."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.divergence import (
    MONEY_DIGITS,
    CopySide,
    Divergence,
    Exit,
    Leg,
    MasterSide,
    NotKnown,
    Part,
    Tick,
    attribute,
)
from echo.domain.ids import SEQ_CLOSE
from echo.domain.quantities import Side

D = Decimal
TICK = Tick(value=D(1), size=D("0.00001"))
"""A lot of 100,000 on an account in quote currency: 1 pip = 10 per lot."""

MASTER = MasterSide(
    side=Side.BUY,
    lot=D(2),
    price=D("1.10000"),
    legs=(Leg(seq=SEQ_CLOSE, lot=D(2), price=D("1.10500")),),
    costs=D("-20"),
    tick=TICK,
)
COPY = CopySide(
    lot=D("0.5"),
    price=D("1.10004"),
    wanted_lot=D("0.5"),
    tick=TICK,
    market=D("1.10001"),
    exits=(Exit(seq=SEQ_CLOSE, lot=D("0.5"), price=D("1.10490")),),
    costs=D("-7"),
)


def told(master: MasterSide, copy: CopySide) -> Divergence:
    found = attribute(master, copy)
    assert isinstance(found, Divergence), found
    return found


def test_a_copy_that_did_as_its_master_diverges_by_nothing() -> None:
    exact = replace(
        COPY,
        price=MASTER.price,
        market=MASTER.price,
        exits=(replace(COPY.exits[0], price=D("1.10500")),),
        costs=D(-5),
    )

    found = told(MASTER, exact)

    assert found.difference == 0
    assert found.result == D(245)  # 500 ticks of half a lot, less a quarter of the master's costs
    assert set(found.parts.values()) == {D(0)}


def test_each_part_is_what_its_name_says() -> None:
    found = told(MASTER, COPY)

    assert found.parts == {
        Part.SPREAD: D("-0.5"),  # 1 tick x 0.5 lots
        Part.ENTRY_SLIP: D("-1.5"),  # 3 ticks
        Part.EXIT_SLIP: D("-5"),  # 10 ticks
        Part.EARLY_CLOSE: D(0),
        Part.ROUNDING: D(0),
        Part.MISSED: D(0),
        Part.SWAP_COMMISSION: D("-2"),  # 7 paid, the master 20 for four times the size
    }
    assert (found.reference, found.result) == (D(245), D(236))


def test_a_sale_has_the_opposite_signs() -> None:
    found = told(replace(MASTER, side=Side.SELL), COPY)

    assert found.parts[Part.ENTRY_SLIP] == D("1.5")
    assert found.parts[Part.EXIT_SLIP] == D("5")
    assert found.parts[Part.SWAP_COMMISSION] == D("-2")


def test_a_size_that_was_rounded_down_costs_what_the_rest_would_have_made() -> None:
    found = told(MASTER, replace(COPY, wanted_lot=D("0.55")))

    assert found.parts[Part.ROUNDING] == D(-25)  # 500 ticks x 0.05 lots
    assert found.parts[Part.MISSED] == 0


def test_what_was_missed_is_all_that_it_would_have_made() -> None:
    missed = replace(COPY, lot=D(0), price=None, market=None, exits=(), costs=None)

    found = told(MASTER, missed)

    assert found.parts == {
        **dict.fromkeys(Part, D(0)),
        Part.MISSED: D(-250),
        Part.SWAP_COMMISSION: D(5),
    }
    assert (found.reference, found.result, found.difference) == (D(245), D(0), D(-245))


def test_an_exit_of_its_own_is_an_early_close() -> None:
    stopped = replace(COPY, exits=(Exit(seq=None, lot=D("0.5"), price=D("1.09900")),))

    found = told(MASTER, stopped)

    assert found.parts[Part.EARLY_CLOSE] == D(-300)  # 600 ticks below the master's exit
    assert found.parts[Part.EXIT_SLIP] == 0


PARTLY = replace(
    MASTER,
    legs=(
        Leg(seq=1, lot=D(1), price=D("1.10200")),
        Leg(seq=SEQ_CLOSE, lot=D(1), price=D("1.10500")),
    ),
    costs=None,
)


def test_partial_closes_are_set_against_those_that_they_copy() -> None:
    halves = (
        Exit(seq=1, lot=D("0.25"), price=D("1.10198")),
        Exit(seq=SEQ_CLOSE, lot=D("0.25"), price=D("1.10500")),
    )

    found = told(PARTLY, replace(COPY, exits=halves))

    assert found.parts[Part.EXIT_SLIP] == D("-0.5")  # 2 ticks x 0.25 lots
    assert found.parts[Part.ROUNDING] == 0


def test_a_partial_close_that_could_not_be_made_is_rounding() -> None:
    found = told(PARTLY, replace(COPY, exits=(replace(COPY.exits[0], price=D("1.10500")),)))

    assert found.parts[Part.EXIT_SLIP] == 0
    assert found.parts[Part.ROUNDING] == D(75)  # 300 ticks more on a quarter of a lot


def test_what_is_left_when_an_account_stops_out_is_set_against_the_masters_last_exit() -> None:
    exits = (
        Exit(seq=1, lot=D("0.25"), price=D("1.10200")),
        Exit(seq=None, lot=D("0.25"), price=D("1.10000")),
    )

    found = told(PARTLY, replace(COPY, exits=exits))

    assert found.parts[Part.EARLY_CLOSE] == D(-125)  # 500 ticks, of the second leg alone
    assert found.parts[Part.ROUNDING] == 0


def test_an_exit_of_something_that_the_master_did_not_close_is_its_own() -> None:
    exits = (*COPY.exits, Exit(seq=None, lot=D("0.1"), price=D("1.10500")))

    found = told(MASTER, replace(COPY, lot=D("0.6"), exits=exits))

    assert found.parts[Part.EARLY_CLOSE] == 0
    assert found.parts[Part.ROUNDING] == D(50)


def test_without_the_accounts_market_the_spread_is_not_known_but_within_the_slip() -> None:
    found = told(MASTER, replace(COPY, market=None))

    assert Part.SPREAD not in found.parts
    assert found.parts[Part.ENTRY_SLIP] == D(-2)


def test_without_the_wanted_size_nothing_is_said_of_rounding() -> None:
    found = told(MASTER, replace(COPY, wanted_lot=None))

    assert Part.ROUNDING not in found.parts
    assert Part.ROUNDING in told(PARTLY, replace(COPY, wanted_lot=None)).parts


@pytest.mark.parametrize(
    ("master", "copy"),
    [
        (replace(MASTER, costs=None), COPY),
        (MASTER, replace(COPY, costs=None)),
        (replace(MASTER, tick=None), COPY),
    ],
)
def test_costs_that_one_side_did_not_tell_are_in_neither_result(
    master: MasterSide, copy: CopySide
) -> None:
    found = told(master, copy)

    assert Part.SWAP_COMMISSION not in found.parts
    assert (found.reference, found.result) == (D(250), D(243))


def test_a_master_without_costs_needs_no_tick_to_compare_them() -> None:
    found = told(replace(MASTER, costs=D(0), tick=None), COPY)

    assert found.parts[Part.SWAP_COMMISSION] == D(-7)


@pytest.mark.parametrize(
    ("master", "copy", "sentence"),
    [
        (MASTER, replace(COPY, tick=None), "what a tick is worth on the account"),
        (MASTER, replace(COPY, tick=Tick(value=D(0), size=D(1))), "what a tick is worth"),
        (MASTER, replace(COPY, lot=D(0), wanted_lot=None), "left out before it was sized"),
        (replace(MASTER, legs=()), COPY, "how the master closed all of it"),
        (replace(MASTER, lot=D(3)), COPY, "how the master closed all of it"),
        (
            replace(MASTER, legs=(Leg(seq=1, lot=D(2), price=None),)),
            COPY,
            "at what price the master closed",
        ),
        (MASTER, replace(COPY, price=None), "at what price the copy was opened"),
        (MASTER, replace(COPY, exits=()), "at what price 0.5 of 0.5 lots were closed"),
        (
            MASTER,
            replace(COPY, exits=(replace(COPY.exits[0], price=None),)),
            "at what price 0.5 of 0.5 lots were closed",
        ),
    ],
)
def test_what_is_not_known_is_said_and_not_guessed(
    master: MasterSide, copy: CopySide, sentence: str
) -> None:
    found = attribute(master, copy)

    assert isinstance(found, NotKnown)
    assert sentence in found.sentence


PRICES = st.decimals("0.00001", "99999", places=5)
LOTS = st.decimals("0.001", "500", places=3)
TICKS = st.builds(Tick, value=st.decimals("0.00001", "1000", places=8), size=PRICES)
COSTS = st.none() | st.decimals("-9999", "9999", places=2)
WANTED = st.none() | st.decimals("0.000001", "500", places=17)


@st.composite
def cases(draw: st.DrawFn) -> tuple[MasterSide, CopySide]:
    lots = draw(st.lists(LOTS, min_size=1, max_size=4))
    legs = tuple(Leg(seq=seq, lot=lot, price=draw(PRICES)) for seq, lot in enumerate(lots))
    seqs = st.none() | st.integers(0, 5)
    exits = tuple(
        Exit(seq=draw(seqs), lot=lot, price=draw(PRICES))
        for lot in draw(st.lists(LOTS, max_size=5))
    )
    lot = sum((each.lot for each in exits), D(0))
    master = MasterSide(
        side=draw(st.sampled_from(Side)),
        lot=sum(lots, D(0)),
        price=draw(PRICES),
        legs=legs,
        costs=draw(COSTS),
        tick=draw(st.none() | TICKS),
    )
    copy = CopySide(
        lot=lot,
        price=draw(PRICES),
        wanted_lot=draw(WANTED if lot else WANTED.filter(bool)),
        tick=draw(TICKS),
        market=draw(st.none() | PRICES),
        exits=exits,
        costs=draw(COSTS),
    )
    return master, copy


def by_hand(master: MasterSide, copy: CopySide) -> tuple[Fraction, Fraction]:
    """Reference and result, straight from what they mean."""
    assert copy.tick is not None
    worth = Fraction(copy.tick.value) / Fraction(copy.tick.size) * master.side.sign
    wanted = Fraction(copy.lot if copy.wanted_lot is None else copy.wanted_lot)
    closed = sum(Fraction(each.price or 0) * Fraction(each.lot) for each in master.legs)
    average = closed / Fraction(master.lot)
    proceeds = sum(Fraction(each.price or 0) * Fraction(each.lot) for each in copy.exits)
    paid = Fraction(copy.price or 0) * Fraction(copy.lot)
    reference, result = (average - Fraction(master.price)) * wanted * worth, proceeds - paid
    ours = copy.costs if copy.lot else D(0)
    if ours is None or master.costs is None or (master.costs and master.tick is None):
        return reference, result * worth
    per_lot = Fraction(master.costs) / Fraction(master.lot)
    if master.tick is not None:
        per_lot *= worth * master.side.sign * Fraction(master.tick.size)
        per_lot /= Fraction(master.tick.value)
    return reference + per_lot * wanted, result * worth + Fraction(ours)


@given(cases())
def test_the_parts_add_up_to_the_difference_to_the_last_digit(
    case: tuple[MasterSide, CopySide],
) -> None:
    master, copy = case
    found = attribute(master, copy)
    if isinstance(found, NotKnown):
        assert "left out before it was sized" in found.sentence
        return

    assert sum(map(Fraction, found.parts.values())) == Fraction(found.difference)
    assert Fraction(found.result) - Fraction(found.reference) == Fraction(found.difference)
    reference, result = by_hand(master, copy)
    digit = Fraction(1, 10**MONEY_DIGITS)
    assert abs(Fraction(found.reference) - reference) <= digit
    assert abs(Fraction(found.result) - result) <= digit


@given(cases())
def test_selling_is_buying_with_the_signs_turned(case: tuple[MasterSide, CopySide]) -> None:
    master, copy = (replace(each, costs=None) for each in case)
    assert isinstance(master, MasterSide)
    assert isinstance(copy, CopySide)
    bought, sold = (attribute(replace(master, side=side), copy) for side in Side)
    if isinstance(bought, NotKnown) or isinstance(sold, NotKnown):
        assert bought == sold
        return

    assert bought.reference == -sold.reference
    assert {part: -money for part, money in bought.parts.items()} == dict(sold.parts)
