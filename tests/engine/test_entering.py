"""Entries that were missed: made up for only where the policy says so, within its limits."""

from decimal import Decimal
from typing import Any

import pytest

from echo.domain.answers import Outcome
from echo.domain.commands import CloseOrder, ExecuteOrder
from echo.domain.errors import ErrorCode
from echo.domain.handshake import AccountMode
from echo.domain.ids import SEQ_CLOSE, derive_command_id
from echo.domain.modes import Mode, Scope, Switch
from echo.domain.policy import CopyOptions, PolicyBook
from echo.engine.entering import SETTLED_MS
from echo.engine.events import Due, PoliciesChanged
from tests.engine.scenes import (
    LEGACY_FEATURES,
    SECOND,
    SLAVE,
    TRADE,
    Desk,
    closed,
    desk,
    done,
    filled,
    fixed_lot,
    mapping,
    opened,
    ready,
    refused,
    sent,
)


def returning(**changes: Any) -> CopyOptions:
    return CopyOptions(
        **{"reenter_within_ms": 60_000, "reenter_slippage_points": Decimal(15), **changes}
    )


def away(options: CopyOptions) -> Desk:
    """A follower that has not quoted for a while when its master opens."""
    stage = desk(options=options)
    stage.later(5_000)
    stage.probe()
    assert sent(stage.say(opened()), ExecuteOrder) == []
    return stage


def back(stage: Desk, after_ms: int, **quoted: Any) -> list[ExecuteOrder]:
    """The account is back after so long, has settled by then, and quotes."""
    stage.wait(after_ms - SETTLED_MS)
    stage.register(SLAVE)
    early = sent(stage.quote(**quoted), ExecuteOrder)
    stage.later(SETTLED_MS)
    assert early == []
    return sent(stage.quote(**quoted), ExecuteOrder)


def test_by_default_a_missed_trade_stays_missed() -> None:
    stage = away(CopyOptions())

    assert (stage.outcome(), stage.code()) == (Outcome.OMITTED, ErrorCode.QUOTE_STALE)
    assert back(stage, 7_000) == []


def test_where_the_policy_allows_it_is_made_up_for() -> None:
    stage = away(returning())
    [order] = back(stage, 20_000)
    stage.say(filled(order))

    assert (order.ttl_ms, order.age_ms, order.max_slippage_points) == (5_000, 0, Decimal(5))
    assert stage.outcome() is Outcome.FILLED
    assert dict(stage.archive.decision().inputs)["waited_ms"] == 20_000


def test_it_is_closed_like_any_other() -> None:
    stage = away(returning())
    [order] = back(stage, 20_000)
    stage.say(filled(order))
    close = stage.one(stage.say(closed()), CloseOrder)
    stage.say(done(close))

    assert stage.outcome(SEQ_CLOSE) is Outcome.CLOSED


def test_not_at_a_price_that_is_too_much_worse() -> None:
    stage = away(returning())

    assert back(stage, 20_000, bid="1.10020", ask="1.10030") == []
    row = stage.archive.decision()
    assert (row.outcome, row.code) == (Outcome.OMITTED, ErrorCode.SLIPPAGE_EXCEEDED)
    assert row.sentence == (
        "missed, and by now the price is 30.0 pt worse than the master's > max 15 pt,"
        " after 14000 ms of waiting"
    )


def test_not_when_it_is_too_old() -> None:
    stage = away(returning())
    stage.wait(60_000)

    row = stage.archive.decision()
    assert (row.outcome, row.code) == (Outcome.OMITTED, ErrorCode.SPEC_MISSING)
    assert row.sentence.endswith("after 59980 ms of waiting")
    assert back(stage, 6_010) == []


def test_what_is_left_of_its_time_bounds_the_order() -> None:
    stage = away(returning())
    [order] = back(stage, 58_000)

    assert order.ttl_ms == 60_000 - 58_000 - 20


def test_an_entry_that_was_filtered_is_not_made_up_for() -> None:
    stage = desk(options=returning(max_spread_points=Decimal(5)))
    stage.say(opened())

    assert (stage.outcome(), stage.code()) == (Outcome.OMITTED, ErrorCode.SPREAD_EXCEEDED)


def test_each_follower_waits_for_itself() -> None:
    stage = desk(SLAVE, SECOND, options=returning())
    stage.later(5_000)
    stage.quote(SECOND)
    [order] = sent(stage.say(opened()), ExecuteOrder)

    assert order.account_id == SECOND
    assert stage.outcome() is Outcome.PENDING


def test_a_policy_that_is_withdrawn_ends_the_wait() -> None:
    stage = away(returning())
    book = PolicyBook([fixed_lot(SECOND)], default_options=returning())
    stage.feed(PoliciesChanged(book))

    assert back(stage, 7_000) == []
    assert stage.code() is ErrorCode.RISK_POLICY_MISSING


def test_a_dry_run_that_begins_meanwhile_ends_the_wait() -> None:
    stage = away(returning())
    switch = Switch(scope=Scope.ALL, mode=Mode.DRY_RUN)
    book = PolicyBook([fixed_lot()], default_options=returning(), switches=[switch])
    stage.feed(PoliciesChanged(book))

    assert back(stage, 7_000) == []
    assert stage.code() is ErrorCode.PAUSED


def test_in_a_dry_run_nothing_waits() -> None:
    stage = desk(options=returning())
    switch = Switch(scope=Scope.ALL, mode=Mode.DRY_RUN)
    stage.feed(
        PoliciesChanged(PolicyBook([fixed_lot()], default_options=returning(), switches=[switch]))
    )
    stage.later(5_000)
    stage.probe()
    stage.say(opened())

    assert (stage.outcome(), stage.code()) == (Outcome.OMITTED, ErrorCode.QUOTE_STALE)


def test_a_timer_that_was_overtaken_does_nothing() -> None:
    stage = away(returning())
    [order] = back(stage, 20_000)

    assert stage.feed(Due(("held", order.trade_id, SLAVE))) == []


def test_a_quote_of_another_symbol_is_no_reason_to_look() -> None:
    stage = desk(options=returning(), symbol=mapping())
    stage.later(5_000)
    stage.probe()
    stage.say(opened())
    stage.quote(canonical="XAUUSD")

    assert stage.outcome() is Outcome.PENDING


def test_an_entry_that_is_made_up_for_keeps_the_stricter_of_two_limits() -> None:
    stage = away(returning(max_slippage_points=Decimal(12)))
    [order] = back(stage, 20_000)

    assert order.max_slippage_points == Decimal(2)


# -- the terminal went away with the entry on its way to it


def let_pass(stage: Desk, **changes: Any) -> ExecuteOrder:
    """The follower's terminal lets the entry's time pass."""
    order = stage.open()
    stage.later(5_000)
    stage.say(refused(order, ErrorCode.STALE, error_message="its time was used up", **changes))
    return order


def test_an_entry_that_its_terminal_let_pass_stays_missed_by_default() -> None:
    stage = desk()
    let_pass(stage)

    assert (stage.outcome(), stage.code()) == (Outcome.OMITTED, ErrorCode.STALE)


def test_where_the_policy_allows_it_is_made_under_a_new_command() -> None:
    stage = desk(options=returning())
    first = let_pass(stage)
    pending = stage.outcome()
    [again] = back(stage, 10_000)
    stage.say(filled(again))
    row = stage.archive.decision()

    assert pending is Outcome.PENDING
    assert again.command_id == derive_command_id(TRADE, 0, SLAVE, generation=1)
    assert again.command_id != first.command_id
    assert (row.outcome, row.command_id) == (Outcome.FILLED, again.command_id)


def test_a_late_repeat_of_the_first_answer_changes_nothing() -> None:
    stage = desk(options=returning())
    first = let_pass(stage)
    [again] = back(stage, 10_000)
    stage.say(refused(first, ErrorCode.STALE, stored=True))
    assert stage.outcome() is Outcome.PENDING
    stage.say(filled(again))

    assert stage.outcome() is Outcome.FILLED


def test_it_may_be_let_pass_again() -> None:
    stage = desk(options=returning())
    let_pass(stage)
    [again] = back(stage, 10_000)
    stage.later(5_000)
    stage.say(refused(again, ErrorCode.STALE))
    [third] = back(stage, 10_000)

    assert third.command_id == derive_command_id(TRADE, 0, SLAVE, generation=2)


@pytest.mark.parametrize(
    "changes",
    [
        {"error_code": ErrorCode.NO_MONEY},
        {"error_code": ErrorCode.SINGLE_FLIGHT},
        {"doubt": True},
    ],
)
def test_what_the_broker_may_have_seen_is_not_made_again(changes: dict[str, Any]) -> None:
    stage = desk(options=returning())
    order = stage.open()
    stage.say(refused(order, **{"code": ErrorCode.STALE, **changes}))

    assert back(stage, 7_000) == []
    assert stage.outcome() in {Outcome.FAILED, Outcome.OMITTED, Outcome.IN_DOUBT}


def test_a_trade_that_its_master_has_closed_is_not_entered_again() -> None:
    stage = desk(options=returning())
    order = stage.open()
    stage.say(closed())
    stage.say(refused(order, ErrorCode.STALE))

    assert (stage.outcome(), stage.code()) == (Outcome.OMITTED, ErrorCode.STALE)
    assert stage.outcome(SEQ_CLOSE) is Outcome.NOTHING_TO_CLOSE


def test_a_close_while_it_waits_again_ends_it() -> None:
    stage = desk(options=returning())
    let_pass(stage)
    stage.say(closed())

    assert stage.code() is ErrorCode.CLOSED_BEFORE_OPEN
    assert stage.outcome(SEQ_CLOSE) is Outcome.NOTHING_TO_CLOSE


def test_after_a_restart_the_first_command_is_asked_about_and_answered_as_before() -> None:
    """It is in a ledger that it was let pass; how old the entry is by now, nobody knows."""
    stage = desk(options=returning())
    order = let_pass(stage)
    stage.restart()
    ready(stage)
    assert {each.command_id for each in sent(stage.heard, ExecuteOrder)} == {order.command_id}
    stage.say(refused(order, ErrorCode.STALE, stored=True, error_message="let pass"))

    assert (stage.outcome(), stage.code()) == (Outcome.OMITTED, ErrorCode.STALE)


def test_a_legacy_terminal_is_not_asked_a_second_time() -> None:
    stage = desk(options=returning(), slave_features=LEGACY_FEATURES)
    let_pass(stage)

    assert stage.outcome().is_final


def test_an_account_that_goes_again_before_it_has_settled_begins_anew() -> None:
    stage = away(returning())
    stage.register(SLAVE)
    stage.quote()
    stage.later(SETTLED_MS - 1_000)
    stage.register(SLAVE, account_mode=AccountMode.NETTING, at_ms=stage.now.wall_ms)
    rejected = stage.quote()
    stage.register(SLAVE, at_ms=stage.now.wall_ms + 1)
    again = stage.quote()
    stage.later(1_000)
    early = stage.quote()
    stage.later(SETTLED_MS)

    assert [sent(each, ExecuteOrder) for each in (rejected, again, early)] == [[], [], []]
    assert len(sent(stage.quote(), ExecuteOrder)) == 1
