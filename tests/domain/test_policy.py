"""Who follows whom: exact strategy before any, for as long as it holds."""

from dataclasses import replace
from decimal import Decimal

import pytest

from echo.domain.ids import ANY_STRATEGY, AccountId, StrategyId
from echo.domain.policy import CopyOptions, PolicyBook, RiskPolicy, RiskType
from echo.domain.quantities import Side

SLAVE, OTHER = AccountId("2001"), AccountId("2002")
SWING, SCALP = StrategyId("swing"), StrategyId("scalp")
SWING_POLICY = RiskPolicy(
    account_id=SLAVE, strategy_id=SWING, risk_type=RiskType.FIXED_LOT, lot_size=Decimal("0.1")
)
ANY_POLICY = replace(SWING_POLICY, strategy_id=ANY_STRATEGY, lot_size=Decimal("0.2"))


def test_an_exact_strategy_goes_before_any() -> None:
    book = PolicyBook([ANY_POLICY, SWING_POLICY])

    assert book.policy(SLAVE, SWING) is SWING_POLICY
    assert book.policy(SLAVE, SCALP) is ANY_POLICY


def test_without_a_policy_nobody_follows() -> None:
    book = PolicyBook([SWING_POLICY])

    assert book.policy(SLAVE, SCALP) is None
    assert book.policy(OTHER, SWING) is None
    assert (book.has_policy(SLAVE), book.has_policy(OTHER)) == (True, False)


def test_a_later_row_replaces_an_earlier_one() -> None:
    newer = replace(SWING_POLICY, version=2)

    assert PolicyBook([SWING_POLICY, newer]).policies == (newer,)


@pytest.mark.parametrize(
    ("changes", "applies"),
    [
        pytest.param({}, True, id="any master, for ever"),
        pytest.param({"master_accounts": frozenset({AccountId("1001")})}, True, id="this master"),
        pytest.param({"master_accounts": frozenset({AccountId("1002")})}, False, id="another"),
        pytest.param({"valid_until_ms": 1_000}, True, id="until now"),
        pytest.param({"valid_until_ms": 999}, False, id="expired"),
    ],
)
def test_a_policy_can_be_narrowed(changes: dict[str, object], applies: bool) -> None:
    policy = replace(SWING_POLICY, **changes)  # type: ignore[arg-type]  # a table of fields

    assert policy.applies_to(AccountId("1001"), wall_ms=1_000) is applies


def test_options_are_an_accounts_own_or_everybodys() -> None:
    own = CopyOptions(max_delay_ms=1)
    everybody = CopyOptions(max_delay_ms=2)
    book = PolicyBook([], {SLAVE: own}, everybody)

    assert book.options(SLAVE) is own
    assert book.options(OTHER) is everybody


def test_by_default_stops_are_copied_and_nothing_is_filtered() -> None:
    options = CopyOptions()

    assert options.copy_sl_tp
    assert options.sides == frozenset(Side)
    assert options.max_spread_points is None
    assert options.magic_ranges == ()


def test_a_book_tells_all_that_it_was_made_of() -> None:
    own, default = CopyOptions(max_delay_ms=1), CopyOptions(max_delay_ms=2)
    book = PolicyBook([SWING_POLICY], {SLAVE: own}, default)

    assert book.options_by_account == {SLAVE: own}
    assert book.default_options == default


@pytest.mark.parametrize(
    ("slippage", "waits_ms", "limit"),
    [(None, 0, None), ("7", 0, "7"), (None, 900, "10"), ("7", 900, "7"), ("30", 900, "10")],
)
def test_an_entry_that_may_wait_has_the_stricter_price(
    slippage: str | None, waits_ms: int, limit: str | None
) -> None:
    options = CopyOptions(
        max_slippage_points=None if slippage is None else Decimal(slippage),
        wait_improvement_ms=waits_ms,
        wait_improvement_points=Decimal(10),
    )

    assert options.slippage_points_max == (None if limit is None else Decimal(limit))


@pytest.mark.parametrize(
    ("age_ms", "left_ms"),
    [(0, 5_000), (4_999, 1), (5_000, 5_000), (57_000, 3_000), (60_000, 0), (70_000, 0)],
)
def test_an_entry_that_is_made_up_for_has_its_time_again(age_ms: int, left_ms: int) -> None:
    options = CopyOptions(max_delay_ms=5_000, reenter_within_ms=60_000)

    assert options.entry_ms_max == 60_000
    assert options.ttl_ms(age_ms) == left_ms


def test_an_entry_that_is_not_made_up_for_has_its_time_once() -> None:
    assert CopyOptions().entry_ms_max == 5_000
    assert [CopyOptions().ttl_ms(age_ms) for age_ms in (0, 4_000, 5_000, 9_000)] == [
        5_000,
        1_000,
        0,
        0,
    ]
