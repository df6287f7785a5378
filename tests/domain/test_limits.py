"""Limits as firms state them: floors, days, trailing marks, and what nobody saw."""

from dataclasses import replace
from datetime import UTC, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.errors import ErrorCode
from echo.domain.funds import Funds
from echo.domain.limit_rules import Anchor, Basis, LimitKind, LimitRule, LimitUnit, Stage
from echo.domain.limits import (
    LimitState,
    advance,
    begin,
    follow,
    lock_ends_ms,
    note_stage,
    refuse_limit,
    use,
)
from echo.domain.reset_time import ResetTime

INITIAL = Decimal(100_000)
PRAGUE = ResetTime(time(0), "Europe/Prague")
DAILY = LimitRule(
    rule_id="daily",
    kind=LimitKind.DAILY_LOSS,
    limit=Decimal(5),
    initial_balance=INITIAL,
    reset=PRAGUE,
)
OVERALL = replace(
    DAILY, rule_id="overall", kind=LimitKind.OVERALL_LOSS, anchor=Anchor.INITIAL, limit=Decimal(10)
)
TRAILING = replace(OVERALL, rule_id="trailing", basis=Basis.HIGH_WATER_EOD_BALANCE)
HIGHER = replace(
    DAILY,
    rule_id="higher",
    basis=Basis.MAX_BALANCE_EQUITY,
    unit=LimitUnit.PERCENT_OF_ANCHOR,
    reset=ResetTime(time(0), "Etc/GMT-3"),
)
TARGET = replace(OVERALL, rule_id="target", kind=LimitKind.PROFIT_TARGET, limit=Decimal(10))
NOON_MS = int(datetime(2026, 1, 15, 12, tzinfo=UTC).timestamp()) * 1_000
MIDNIGHT_MS = PRAGUE.next_ms(NOON_MS)


def held(balance: int, equity: int | None = None) -> Funds:
    return Funds(
        balance=Decimal(balance),
        equity=Decimal(balance if equity is None else equity),
        currency="USD",
    )


def over_midnight(rule: LimitRule, *, before: Funds, after: Funds) -> LimitState:
    """The account is seen shortly before and shortly after midnight."""
    state = begin(rule, held(100_000), NOON_MS)
    state = advance(rule, state, before, MIDNIGHT_MS - 1_000)
    return advance(rule, state, after, MIDNIGHT_MS + 1_000)


def floor_of(rule: LimitRule, state: LimitState) -> int:
    return int(use(rule, state, state.last).floor)


def test_the_daily_floor_follows_the_balance_at_midnight() -> None:
    first = begin(DAILY, held(100_000), NOON_MS)
    second = over_midnight(DAILY, before=held(104_000), after=held(104_000))
    third = over_midnight(DAILY, before=held(97_000), after=held(97_000))

    assert [floor_of(DAILY, each) for each in (first, second, third)] == [95_000, 99_000, 92_000]


def test_a_floating_loss_at_midnight_counts_against_the_new_day() -> None:
    """Balance 104,000, and 6,000 of it floating away: the new floor of 99,000 is broken at once."""
    state = over_midnight(DAILY, before=held(104_000, 98_000), after=held(104_000, 98_000))
    found = use(DAILY, state, state.last)

    assert found.stage is Stage.FLATTEN
    assert found.headroom == -1_000


def test_the_higher_of_balance_and_equity_and_a_share_of_it() -> None:
    midnight_ms = int(datetime(2026, 1, 15, 21, tzinfo=UTC).timestamp()) * 1_000
    state = begin(HIGHER, held(100_000), NOON_MS)
    state = advance(HIGHER, state, held(102_000, 105_000), midnight_ms - 1_000)
    state = advance(HIGHER, state, held(102_000, 105_000), midnight_ms)

    assert use(HIGHER, state, state.last).floor == Decimal("99750")


def test_the_overall_floor_never_moves() -> None:
    state = over_midnight(OVERALL, before=held(120_000), after=held(120_000))

    assert floor_of(OVERALL, state) == 90_000


def test_a_trailing_floor_rises_with_the_best_close_of_a_day_and_never_falls() -> None:
    state = begin(TRAILING, held(100_000), NOON_MS)
    floors = []
    for day, balance in enumerate((104_000, 103_000, 110_000)):
        midnight_ms = PRAGUE.next_ms(NOON_MS + day * 86_400_000)
        state = advance(TRAILING, state, held(balance, 130_000), midnight_ms - 1_000)
        state = advance(TRAILING, state, held(balance), midnight_ms)
        floors.append(floor_of(TRAILING, state))

    assert floors == [94_000, 94_000, 100_000]


def test_a_reset_that_nobody_saw_takes_the_stricter_of_before_and_after() -> None:
    state = begin(DAILY, held(100_000), NOON_MS)
    for before, after in ((101_000, 103_000), (103_000, 101_000)):
        seen = advance(DAILY, state, held(before), MIDNIGHT_MS - 3_600_000)
        found = advance(DAILY, seen, held(after), MIDNIGHT_MS + 3_600_000)
        assert (floor_of(DAILY, found), found.estimated) == (98_000, True)
    seen = over_midnight(DAILY, before=held(101_000), after=held(103_000))
    assert (floor_of(DAILY, seen), seen.estimated) == (96_000, False)


def test_several_days_away_are_one_reset() -> None:
    state = begin(DAILY, held(100_000), NOON_MS)
    later_ms = NOON_MS + 5 * 86_400_000

    assert advance(DAILY, state, held(100_000), later_ms).anchored_at_ms == PRAGUE.last_ms(later_ms)


@pytest.mark.parametrize(
    ("equity", "stage"),
    [
        (100_000, Stage.CLEAR),
        (96_501, Stage.CLEAR),
        (96_500, Stage.WARN),
        (95_750, Stage.STOP_ENTRIES),
        (95_250, Stage.FLATTEN),
        (90_000, Stage.FLATTEN),
        (120_000, Stage.CLEAR),
    ],
)
def test_the_stages_by_the_share_that_is_used(equity: int, stage: Stage) -> None:
    state = begin(DAILY, held(100_000), NOON_MS)

    assert use(DAILY, state, held(100_000, equity)).stage is stage


def test_a_stage_that_was_reached_holds_until_the_reset() -> None:
    state = begin(DAILY, held(100_000), NOON_MS)
    state = note_stage(state, use(DAILY, state, held(100_000, 95_000)))
    recovered = held(100_000, 99_000)

    assert use(DAILY, state, recovered).stage is Stage.FLATTEN
    assert use(replace(DAILY, locks=False), state, recovered).stage is Stage.CLEAR
    next_day = advance(DAILY, state, recovered, MIDNIGHT_MS)
    assert use(DAILY, next_day, recovered).stage is Stage.CLEAR


def test_only_the_end_holds_a_warning_goes_with_its_cause() -> None:
    state = begin(DAILY, held(100_000), NOON_MS)
    state = note_stage(state, use(DAILY, state, held(100_000, 95_700)))

    assert state.reached is Stage.STOP_ENTRIES
    assert use(DAILY, state, held(100_000, 99_000)).stage is Stage.CLEAR
    assert note_stage(state, use(DAILY, state, held(100_000, 99_000))) is state


def test_a_lock_says_until_when() -> None:
    broken = note_stage(
        begin(DAILY, held(100_000), NOON_MS),
        use(DAILY, begin(DAILY, held(100_000), NOON_MS), held(95_000)),
    )
    found = use(DAILY, broken, held(99_000))
    overall = begin(OVERALL, held(100_000), NOON_MS)
    lost = use(OVERALL, note_stage(overall, use(OVERALL, overall, held(90_000))), held(99_000))

    assert found.locked
    assert found.sentence.endswith("locked until 2026-01-15 23:00:00 UTC")
    assert lock_ends_ms(DAILY, broken) == MIDNIGHT_MS
    assert lost.sentence.endswith("locked until a person changes the limit")
    assert lock_ends_ms(OVERALL, overall) is None


def test_an_overall_lock_outlives_the_day_of_a_trailing_mark() -> None:
    state = begin(TRAILING, held(100_000), NOON_MS)
    state = note_stage(state, use(TRAILING, state, held(90_000)))
    next_day = advance(TRAILING, state, held(99_000), MIDNIGHT_MS)

    assert next_day.anchored_at_ms == MIDNIGHT_MS
    assert use(TRAILING, next_day, held(99_000)).locked


def test_a_rule_that_changes_begins_anew_or_only_loses_its_lock() -> None:
    state = begin(DAILY, held(103_000), NOON_MS)
    state = note_stage(state, use(DAILY, state, held(97_000)))
    wider = follow(replace(DAILY, limit=Decimal(9)), state, held(97_000), NOON_MS + 1)
    moved = follow(replace(DAILY, basis=Basis.EQUITY), state, held(103_000, 97_000), NOON_MS + 1)

    assert (wider.anchor_value, wider.reached) == (Decimal(103_000), Stage.CLEAR)
    assert (moved.anchor_value, moved.estimated) == (Decimal(97_000), True)
    assert follow(DAILY, None, held(101_000), NOON_MS) == begin(DAILY, held(101_000), NOON_MS)
    assert follow(DAILY, state, held(97_000), NOON_MS + 1).reached is Stage.FLATTEN


def test_an_account_that_held_nothing_at_its_reset_has_nothing_to_lose() -> None:
    state = begin(HIGHER, held(-5), NOON_MS)
    found = use(HIGHER, state, held(-5))

    assert found.stage is Stage.FLATTEN
    assert found.share == 1


def test_a_floor_that_stops_at_the_initial_balance() -> None:
    capped = replace(TRAILING, stops_at_initial=True)
    state = over_midnight(capped, before=held(130_000), after=held(130_000))

    assert floor_of(TRAILING, state) == 120_000
    assert floor_of(capped, state) == 100_000


def test_equity_may_be_the_basis_of_a_day() -> None:
    rule = replace(DAILY, basis=Basis.EQUITY)
    state = over_midnight(rule, before=held(104_000, 101_000), after=held(104_000))

    assert floor_of(rule, state) == 96_000


def test_a_target_that_was_reached_stays_reached_and_may_close_everything() -> None:
    closing = replace(TARGET, flattens=True)
    state = begin(closing, held(100_000), NOON_MS)
    won = note_stage(state, use(closing, state, held(110_000)))

    assert use(closing, won, held(105_000)).stage is Stage.FLATTEN
    assert use(closing, won, held(105_000)).locked
    assert use(replace(TARGET, locks=False), won, held(105_000)).stage is Stage.CLEAR


def test_a_target_that_is_reached_stops_entries() -> None:
    state = begin(TARGET, held(100_000), NOON_MS)

    assert use(TARGET, state, held(109_999)).stage is Stage.CLEAR
    assert use(TARGET, state, held(110_000)).stage is Stage.STOP_ENTRIES


def test_entries_are_refused_with_the_numbers() -> None:
    state = begin(DAILY, held(100_000), NOON_MS)
    no = refuse_limit(use(DAILY, state, held(100_000, 95_500)))

    assert no is not None
    assert no.code is ErrorCode.LIMIT_REACHED
    assert no.sentence == (
        "daily: equity 95500.00 is 500.00 above the floor of 95000.00, 90% of 5000.00 used"
    )
    assert refuse_limit(use(DAILY, state, held(100_000))) is None


def test_money_is_a_unit_too() -> None:
    rule = replace(DAILY, unit=LimitUnit.MONEY, limit=Decimal(2_000))

    assert floor_of(rule, begin(rule, held(50_000), NOON_MS)) == 48_000


balances = st.integers(50_000, 200_000)


@given(st.lists(st.tuples(balances, st.integers(1, 40)), min_size=1, max_size=12))
def test_a_trailing_floor_never_falls(days: list[tuple[int, int]]) -> None:
    state = begin(TRAILING, held(100_000), NOON_MS)
    at_ms, floor = NOON_MS, 0
    for balance, hours in days:
        at_ms += hours * 3_600_000
        state = advance(TRAILING, state, held(balance), at_ms)
        assert floor_of(TRAILING, state) >= floor
        floor = floor_of(TRAILING, state)
