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
