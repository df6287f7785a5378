"""Divergence added up: sums of parts, each currency for itself, what is unknown only counted."""

from dataclasses import replace
from decimal import Decimal

from echo.domain.answers import Outcome
from echo.domain.divergence import Divergence, NotKnown, Part
from echo.domain.divergence_totals import By, Total, running, totals
from echo.domain.ids import AccountId, StrategyId
from echo.domain.trade_results import CopyResult, copy_results
from tests.domain.stories import CLOSED_MS, FACTS, OTHER, SLAVE, STORY, TRADE, D

COPIED, MISSED = copy_results(STORY, FACTS, {})
UNKNOWN = replace(COPIED, found=NotKnown("whether"))
NEXT_DAY = replace(COPIED, closed_at_ms=CLOSED_MS + 86_400_000, strategy_id=StrategyId("two"))
IN_EUR = replace(COPIED, currency="EUR")


def difference(result: CopyResult) -> Decimal:
    assert isinstance(result.found, Divergence)
    return result.found.difference


def test_totals_are_sums_and_their_parts_add_up_to_the_difference() -> None:
    [total] = totals((COPIED, COPIED, MISSED), By.DAY)

    assert (total.key, total.currency) == ("2026-11-21", "USD")
    assert (total.copies, total.missed, total.not_known) == (3, 1, 0)
    assert total.difference == 2 * difference(COPIED) + difference(MISSED)
    assert sum(total.parts.values()) == total.difference
    assert total.lacking == {Part.SWAP_COMMISSION: 3}


def test_what_cannot_be_told_is_counted_and_in_no_sum() -> None:
    missed = replace(UNKNOWN, outcome=Outcome.FAILED)
    [total] = totals((COPIED, UNKNOWN, missed), By.STRATEGY)

    assert (total.copies, total.missed, total.not_known) == (1, 1, 2)
    assert total.difference == difference(COPIED)
    assert total.lacking[Part.MISSED] == 1


def test_results_are_put_under_what_is_asked_for() -> None:
    results = (COPIED, MISSED, NEXT_DAY)

    keys = {by: [each.key for each in totals(results, by)] for by in By}

    assert keys == {
        By.TRADE: [TRADE.trade_id],
        By.ACCOUNT: [SLAVE, OTHER],
        By.STRATEGY: ["magic_1", "two"],
        By.DAY: ["2026-11-21", "2026-11-22"],
    }


def test_currencies_are_never_added() -> None:
    found = totals((COPIED, IN_EUR), By.ACCOUNT)

    assert [(each.key, each.currency, each.copies) for each in found] == [
        (SLAVE, "EUR", 1),
        (SLAVE, "USD", 1),
    ]
    assert running((COPIED, IN_EUR)).keys() == {"EUR", "USD"}


def test_totals_merge_into_what_adding_all_would_have_given() -> None:
    results = (COPIED, MISSED, replace(UNKNOWN, account_id=AccountId("9"), outcome=Outcome.FAILED))
    whole = Total(key="", currency="USD")
    for each in totals(results, By.ACCOUNT):
        whole.merge(each)
    [day] = totals(results, By.DAY)

    assert whole == replace(day, key="")


def test_results_grow_in_the_order_in_which_they_were_closed() -> None:
    line = running((NEXT_DAY, COPIED, UNKNOWN))["USD"]

    assert [at_ms for at_ms, *_ in line] == [COPIED.closed_at_ms, NEXT_DAY.closed_at_ms]
    assert line[-1][1:] == (D(500), D(486))
