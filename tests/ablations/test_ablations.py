"""Safeguards are taken away, one at a time: a world that does not notice would prove nothing."""

import pytest

from tests.ablations.safeguard import Safeguard, broken_by_chance
from tests.ablations.safeguards import BY_NAME, HOPS, SAFEGUARDS, those_before
from tests.ablations.switches import without

BY_CHANCE = {
    "repeat until acknowledged": 1,
    "age of an open": 5,
    "commit before the acknowledgement": 6,
    "number of an Agent's session": 14,
    "single flight": 2,
    "closes without limit": 18,
}
"""Safeguards that random worlds miss too, soon; and the invariant that tells."""
SEEDS = range(25)

pytestmark = pytest.mark.no_cover

alone = pytest.mark.parametrize(
    "safeguard", [each for each in SAFEGUARDS if not each.behind], ids=lambda each: each.name
)
behind_another = pytest.mark.parametrize(
    "safeguard", [each for each in SAFEGUARDS if each.behind], ids=lambda each: each.name
)


def test_the_list_is_one() -> None:
    assert len(BY_NAME) == len(SAFEGUARDS)
    assert {each.hop for each in SAFEGUARDS} == set(HOPS)
    assert {name for each in SAFEGUARDS for name in each.behind} <= BY_NAME.keys()


@alone
def test_it_is_noticed_when_a_safeguard_is_gone(safeguard: Safeguard) -> None:
    assert safeguard.story.broken() == set()

    with without(*safeguard.switches):
        assert safeguard.notices in safeguard.story.broken()


@behind_another
def test_a_second_line_is_noticed_when_the_first_is_gone_too(safeguard: Safeguard) -> None:
    first_lines = those_before(safeguard)

    with without(*safeguard.switches):
        assert safeguard.story.broken() == set()
    with without(*first_lines):
        assert safeguard.notices not in safeguard.story.broken()
    with without(*safeguard.switches, *first_lines):
        assert safeguard.notices in safeguard.story.broken()


@pytest.mark.parametrize("name", BY_CHANCE)
def test_random_worlds_notice_too(name: str) -> None:
    safeguard = BY_NAME[name]
    worlds = (broken_by_chance(seed, safeguard.profile, safeguard.switches) for seed in SEEDS)

    assert any(BY_CHANCE[name] in broken for broken in worlds)
