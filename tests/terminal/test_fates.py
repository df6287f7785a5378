"""What becomes of requests: by script, by chance, and by the measured delays."""

from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.ids import Ticket
from echo.domain.quantities import Side
from echo.terminal.fates import (
    CLOSE_MS,
    MODIFY_MS,
    OPEN_MS,
    Delays,
    DrawnFates,
    Fate,
    FateRates,
    Reply,
    ScriptedFates,
    quantile_ms,
)
from echo.terminal.orders import CloseLot, SendOrder, SetLevels

OPEN = SendOrder(ref="r", symbol="S", side=Side.BUY, lot=Decimal(1))
LEVELS = SetLevels(ref="r", ticket=Ticket(1), stop_loss=None, take_profit=None)
CLOSE = CloseLot(ref="r", ticket=Ticket(1))


class Draws:
    """These numbers, again and again."""

    def __init__(self, *numbers: float) -> None:
        self._numbers = list(numbers)

    def random(self) -> float:
        self._numbers.append(self._numbers.pop(0))
        return self._numbers[-1]


@pytest.mark.parametrize(
    ("quantiles", "share", "ms"),
    [
        (OPEN_MS, 0.0, 120),
        (OPEN_MS, 0.5, 264),
        (OPEN_MS, 0.95, 852),
        (OPEN_MS, 1.0, 3_657),
        (MODIFY_MS, 0.5, 233),
        (CLOSE_MS, 0.5, 266),
        (((0.5, 10),), 0.9, 10),
        (((0.0, 5), (0.0, 7)), 0.0, 5),
    ],
)
def test_the_measured_points_are_met(quantiles, share: float, ms: int) -> None:
    assert quantile_ms(quantiles, share) == ms


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_greater_share_is_never_faster(one: float, other: float) -> None:
    low, high = sorted((one, other))

    assert quantile_ms(OPEN_MS, low) <= quantile_ms(OPEN_MS, high)


def test_a_round_trip_is_split_there_and_back() -> None:
    fates = DrawnFates(Draws(0.5), Delays())

    for request, whole in ((OPEN, 264), (LEVELS, 233), (CLOSE, 266)):
        fate = fates.fate(request)
        assert fate.execute_after_ms + fate.reply_after_ms == whole
        assert fate.reply is Reply.TRUTH


def test_each_misfortune_has_its_share() -> None:
    rates = FateRates(
        refusals={138: 0.1, 136: 0.1},
        timeout_executed=0.1,
        timeout_lost=0.1,
        reply_lost=0.1,
        late_ms_max=1_000,
    )

    def struck_by(draw: float) -> Fate:
        return DrawnFates(Draws(0.0, draw), rates=rates).fate(CLOSE)

    assert struck_by(0.05).refuse_code == 138
    assert struck_by(0.15).refuse_code == 136
    assert (struck_by(0.25).reply, struck_by(0.25).executes) == (Reply.TIMEOUT, True)
    assert (struck_by(0.35).reply, struck_by(0.35).executes) == (Reply.TIMEOUT, False)
    assert struck_by(0.45).reply is Reply.SILENCE
    assert struck_by(0.55) == Fate()


def test_comments_and_volumes_suffer_only_on_opens() -> None:
    rates = FateRates(comment_emptied=0.2, comment_cut=0.2, partial=0.5)

    emptied = DrawnFates(Draws(0.1), rates=rates).fate(OPEN)
    cut = DrawnFates(Draws(0.3), rates=rates).fate(OPEN)
    spared = DrawnFates(Draws(0.9), rates=rates).fate(OPEN)
    closing = DrawnFates(Draws(0.1), rates=rates).fate(CLOSE)

    assert (emptied.comment_chars, emptied.lot_share) == (0, Decimal("0.5"))
    assert cut.comment_chars == 13 + int(0.3 * 14)
    assert (spared.comment_chars, spared.lot_share) == (None, None)
    assert (closing.comment_chars, closing.lot_share) == (None, None)


def test_a_script_is_followed_and_then_handed_over() -> None:
    fates = ScriptedFates([Fate(refuse_code=134)], then=ScriptedFates([Fate(refuse_code=133)]))

    assert [fates.fate(OPEN).refuse_code for _ in range(3)] == [134, 133, None]


def test_any_source_of_chance_will_do() -> None:
    rates = FateRates(timeout_executed=0.3, comment_cut=0.3)
    one, other = (DrawnFates(Random(7), Delays(), rates) for _ in range(2))

    assert [one.fate(OPEN) for _ in range(50)] == [other.fate(OPEN) for _ in range(50)]
