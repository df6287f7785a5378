"""Results of trades: told by journal and deals, and by nothing else."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from echo.domain.accounts import Deal
from echo.domain.answers import Outcome
from echo.domain.commands import CommandKind
from echo.domain.divergence import Divergence, NotKnown, Part
from echo.domain.ids import SEQ_CLOSE, AccountId, Ticket
from echo.domain.quantities import Side
from echo.domain.trade_results import (
    AccountFacts,
    CopyResult,
    Deals,
    TradeStory,
    copy_results,
)
from tests.domain import stories as told
from tests.domain.stories import MASTER, OTHER, SLAVE, STORY, TICK, D


def results(
    story: TradeStory = STORY,
    deals: Deals | None = None,
    facts: Mapping[AccountId, AccountFacts] = told.FACTS,
) -> dict[AccountId, CopyResult]:
    return {each.account_id: each for each in copy_results(story, facts, deals or {})}


def copied(story: TradeStory = STORY, deals: Deals | None = None) -> Divergence:
    found = results(story, deals)[SLAVE].found
    assert isinstance(found, Divergence), found
    return found


def unknown(story: TradeStory = STORY, deals: Deals | None = None) -> str:
    found = results(story, deals)[SLAVE].found
    assert isinstance(found, NotKnown), found
    return found.sentence


def of(account_id: AccountId, *deals: Deal) -> Deals:
    return {(account_id, deal.ticket): deals for deal in deals}


def test_a_copy_is_told_from_decision_fill_and_close() -> None:
    found = copied()

    assert found.parts[Part.SPREAD] == D("-0.5")  # the ask was a tick above the master's price
    assert found.parts[Part.ENTRY_SLIP] == D("-1.5")
    assert found.parts[Part.EXIT_SLIP] == D("-5")
    assert (found.reference, found.result) == (D(250), D(243))
    assert Part.SWAP_COMMISSION not in found.parts


def test_a_copy_that_was_left_out_is_missed_at_the_size_it_was_given() -> None:
    result = results()[OTHER]

    assert isinstance(result.found, Divergence)
    assert result.found.parts[Part.MISSED] == D(-250)
    assert (result.why, result.lot, result.wanted_lot) == ("SPREAD_EXCEEDED", D(0), D("0.5"))


def test_left_out_before_it_was_sized_fixed_lots_are_known_of_the_policys_version() -> None:
    unsized = (("risk_type", "FIXED_LOT"), ("policy_version", 3))
    story = replace(
        STORY, decisions=(told.decision(OTHER, outcome=Outcome.OMITTED, inputs=unsized),)
    )

    def found(lots: Mapping[tuple[str, int], str]) -> Divergence | NotKnown:
        known = {key: D(lot) for key, lot in lots.items()}
        facts = {OTHER: replace(told.FACTS[OTHER], fixed_lots=known)}
        return results(story, facts=facts)[OTHER].found

    alike = found({("*", 3): "0.1", ("*", 2): "9", ("another", 3): "8"})
    assert isinstance(alike, Divergence)
    assert alike.parts[Part.MISSED] == D(-50)
    assert isinstance(found({("*", 3): "0.1", ("magic_1", 3): "0.2"}), NotKnown)
    assert isinstance(found({}), NotKnown)


def test_the_tick_that_a_size_was_computed_from_comes_before_the_one_of_today() -> None:
    inputs = (*told.SIZED, ("tick_value", D(2)), ("tick_size", D("0.00001")))
    row = told.decision(inputs=inputs)

    assert copied(replace(STORY, decisions=(row,))).reference == D(500)


def test_deals_of_both_sides_tell_swap_and_commission() -> None:
    masters = told.deal(told.MASTER_TICKET, "2", swap=D(0), commission=D(-8))

    found = copied(deals={**of(MASTER, masters), **of(SLAVE, told.deal())})

    assert found.parts[Part.SWAP_COMMISSION] == D(-2)  # 4 paid, a quarter of the master's 8 due


@pytest.mark.parametrize("lot", ["0.4", "0.6"])
def test_deals_that_do_not_show_the_whole_position_tell_no_costs(lot: str) -> None:
    masters = told.deal(told.MASTER_TICKET, "2")

    found = copied(deals={**of(MASTER, masters), **of(SLAVE, told.deal(lot=lot))})

    assert Part.SWAP_COMMISSION not in found.parts


STOPPED = replace(STORY, done=(told.OPENED,))
"""The close found nothing."""


def test_an_early_close_is_told_by_the_deal_that_made_it() -> None:
    assert "at what price 0.5 of 0.5 lots were closed" in unknown(STOPPED)

    found = copied(STOPPED, of(SLAVE, told.deal(close_price=D("1.09900"))))

    assert found.parts[Part.EARLY_CLOSE] == D(-300)


def test_a_deal_of_the_other_side_is_another_position() -> None:
    assert "0.5 of 0.5" in unknown(STOPPED, of(SLAVE, told.deal(side=Side.SELL)))


def test_what_is_still_open_has_no_result() -> None:
    held = replace(told.COPY, lot_remaining=D("0.2"))

    assert unknown(replace(STORY, copies=(held,))) == "how it ends: 0.2 lots are still open"


@pytest.mark.parametrize(
    ("outcome", "sentence"), [(Outcome.IN_DOUBT, "in_doubt"), (Outcome.PENDING, "pending")]
)
def test_what_is_not_settled_is_not_told(outcome: Outcome, sentence: str) -> None:
    story = replace(STORY, decisions=(told.decision(outcome=outcome),))

    assert sentence in unknown(story)
    assert "pending" in str(results(story)[OTHER].found)  # nothing was decided yet


def test_dry_runs_and_open_masters_have_no_results() -> None:
    dry = tuple(told.decision(each, outcome=Outcome.SHADOWED) for each in (SLAVE, OTHER))

    assert results(replace(STORY, decisions=dry)) == {}
    assert results(replace(STORY, actions=STORY.actions[:1])) == {}


def test_an_account_that_never_told_a_tick_is_not_told() -> None:
    found = results(facts={})[SLAVE]

    assert (found.currency, found.found) == ("", NotKnown("what a tick is worth on the account"))


REDUCED = replace(
    STORY,
    actions=(told.action(told.INTENT), told.action(told.REDUCE), told.action(told.CLOSE)),
    done=(
        told.OPENED,
        replace(told.CLOSED, kind=CommandKind.REDUCE, seq=1, lot=D("0.125"), price=D("1.10200")),
        replace(told.CLOSED, lot=D("0.375")),
    ),
)
"""The master's terminal says at what price it closed the last part, but not the first."""


def test_a_partial_close_without_a_price_is_told_by_its_deal() -> None:
    assert unknown(REDUCED) == "at what price the master closed all of it"
    parts = (
        told.deal(told.MASTER_TICKET, "0.5", close_price=D("1.10210")),
        told.deal(told.MASTER_TICKET, "1.5", close_price=D("1.10500")),
    )

    found = copied(REDUCED, {(MASTER, told.MASTER_TICKET): parts})

    # 10 ticks on a quarter, 10 ticks on the rest.
    assert found.parts[Part.EXIT_SLIP] == D("-1.25") + D("-3.75")
    assert found.parts[Part.ROUNDING] == 0


def test_what_an_mt4_left_under_a_new_ticket_belongs_to_the_trade() -> None:
    rest = Ticket(12)
    renamed = replace(told.REDUCE, new_ticket=rest)
    story = replace(
        REDUCED,
        actions=(told.action(told.INTENT), told.action(renamed), told.action(told.CLOSE)),
    )
    first = told.deal(told.MASTER_TICKET, "0.5", close_price=D("1.10210"))
    last = told.deal(rest, "1.5", close_price=D("1.10500"))

    found = copied(story, {(MASTER, told.MASTER_TICKET): (first,), (MASTER, rest): (last,)})

    assert found.parts[Part.EXIT_SLIP] == D(-5)


def test_a_legacy_reduction_says_what_it_closed_instead_of_what_it_leaves() -> None:
    older = replace(told.REDUCE, volume_remaining=None, close_price=D("1.10210"))
    actions = (told.action(told.INTENT), told.action(older), told.action(told.CLOSE))

    assert copied(replace(REDUCED, actions=actions)).parts[Part.EXIT_SLIP] == D(-5)


def test_two_equal_parts_are_told_by_their_deals_in_the_order_of_time() -> None:
    half = replace(told.REDUCE, lot=D(1), volume_remaining=D(1))
    blind = replace(told.CLOSE, close_price=None)
    story = replace(
        STORY, actions=(told.action(told.INTENT), told.action(half), told.action(blind))
    )
    parts = tuple(
        told.deal(told.MASTER_TICKET, "1", close_price=D(price), close_time_ms=at_ms)
        for at_ms, price in ((9, "1.10500"), (5, "1.10100"))
    )

    found = copied(story, {(MASTER, told.MASTER_TICKET): parts})

    # All of the copy left at 1.10490 with the last part, whose deal was at 1.10500.
    assert found.parts[Part.EXIT_SLIP] == D(-5)


def test_a_close_that_names_no_lots_closed_what_was_left_at_the_price_of_its_deal() -> None:
    blind = replace(told.CLOSED, lot=None, price=None)
    story = replace(STORY, done=(told.OPENED, blind))

    assert "0.5 of 0.5" in unknown(story)
    assert copied(story, of(SLAVE, told.deal())).parts[Part.EXIT_SLIP] == D(-5)


def test_a_fill_without_a_price_is_told_by_its_deal() -> None:
    story = replace(STORY, done=(replace(told.OPENED, price=None), told.CLOSED))

    assert unknown(story) == "at what price the copy was opened"
    assert copied(story, of(SLAVE, told.deal())).parts[Part.ENTRY_SLIP] == D("-1.5")


def test_more_than_there_was_is_not_taken_for_an_exit() -> None:
    twice = (told.OPENED, told.CLOSED, replace(told.CLOSED, lot=D("0.7")))

    assert copied(replace(STORY, done=twice)) == copied()


def test_a_close_of_another_number_copies_no_action_of_the_master() -> None:
    by_limit = replace(told.CLOSED, seq=SEQ_CLOSE + 1)

    found = copied(replace(STORY, done=(told.OPENED, by_limit)))

    assert (found.parts[Part.EARLY_CLOSE], found.parts[Part.EXIT_SLIP]) == (D(-5), D(0))


@pytest.mark.parametrize("bad", ["NaN", "nothing", "-1", None])
def test_inputs_that_are_no_numbers_are_not_known(bad: object) -> None:
    inputs = (*told.SIZED[:3], ("ask", bad), ("tick_value", bad), ("tick_size", TICK.size))
    story = replace(STORY, decisions=(told.decision(inputs=inputs),))

    assert Part.SPREAD not in copied(story).parts
