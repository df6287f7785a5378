"""Loops: whoever would be its own master, through any chain, is found and the chain is named."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.ids import ANY_STRATEGY, AccountId
from echo.domain.loops import find_loop, loop_complaint
from echo.domain.policy import RiskPolicy, RiskType


def follows(account: str, *masters: str) -> RiskPolicy:
    return RiskPolicy(
        account_id=AccountId(account),
        strategy_id=ANY_STRATEGY,
        risk_type=RiskType.FIXED_LOT,
        lot_size=Decimal("0.1"),
        master_accounts=frozenset(map(AccountId, masters)),
    )


def masters(*names: str) -> frozenset[AccountId]:
    return frozenset(map(AccountId, names))


@pytest.mark.parametrize(
    ("policies", "known", "chain"),
    [
        ([follows("a", "m"), follows("b", "m")], (), None),
        ([follows("a", "a")], (), ("a", "a")),
        ([follows("a", "b"), follows("b", "a")], (), ("a", "b", "a")),
        ([follows("a", "m"), follows("b", "a"), follows("c", "b")], (), None),
        ([follows("a", "m"), follows("b"), follows("a2", "b")], ("m",), None),
        ([follows("b"), follows("a", "b")], ("m", "a"), ("a", "b", "a")),
        ([follows("a"), follows("b")], ("a", "b"), ("a", "b", "a")),
        ([follows("a")], ("a", "m"), None),
    ],
    ids=[
        "two of one master",
        "itself",
        "each other",
        "a chain with an end",
        "any master, none of which follows",
        "any master, one of which follows it",
        "two masters that follow anybody",
        "anybody but itself",
    ],
)
def test_a_loop_is_found_whoever_closes_it(
    policies: list[RiskPolicy], known: tuple[str, ...], chain: tuple[str, ...] | None
) -> None:
    assert find_loop(policies, masters(*known)) == chain


def test_the_complaint_names_the_chain() -> None:
    assert loop_complaint([follows("a", "b"), follows("b", "a")], masters()) == (
        "account a would be its own master: a follows b follows a"
    )
    assert loop_complaint([], masters()) == ""


@given(st.sets(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")), max_size=20))
def test_a_loop_is_found_exactly_where_somebody_reaches_itself(
    pairs: set[tuple[str, str]],
) -> None:
    policies = [follows(one, *(to for of, to in pairs if of == one)) for one, _ in sorted(pairs)]
    reach = set(pairs)
    for _ in range(6):
        reach |= {(a, d) for a, b in reach for c, d in pairs if b == c}

    chain = find_loop(policies, masters())

    assert (chain is not None) == any(a == b for a, b in reach)
    if chain is not None:
        assert chain[0] == chain[-1]
        assert all(pair in pairs for pair in pairwise(chain))
