"""Packs: the firms' own examples come out, and whatever is wrong with a file is named."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from echo.config.limit_packs import BadPack, LimitPack, built_in_names, load_pack, read_pack
from echo.config.pack_rules import PackRules
from echo.domain.funds import Funds
from echo.domain.limit_rules import LimitKind, LimitRule
from echo.domain.limits import LimitState, advance, begin, use

HUNDRED_K = Decimal(100_000)

PACK = """
name = "own"
verified_on = 2026-11-21

[[rule]]
id = "daily"
kind = "daily_loss"
limit = 4
reset = "00:00"
zone = "Europe/Prague"
source = "my contract"
verified_on = 2026-11-21
"""


def rule(pack: str, rule_id: str, initial: Decimal = HUNDRED_K) -> LimitRule:
    [found] = [each for each in load_pack(pack).rules(initial).losses if each.rule_id == rule_id]
    return found


def held(balance: int, equity: int | None = None) -> Funds:
    equity = balance if equity is None else equity
    return Funds(balance=Decimal(balance), equity=Decimal(equity), currency="USD")


def at(*when: int) -> int:
    return int(datetime(*when, tzinfo=UTC).timestamp()) * 1_000  # type: ignore[arg-type, misc]  # year to second


def over(rule: LimitRule, state: LimitState, funds: Funds, *reset: int) -> LimitState:
    """The account holds *funds* shortly before and at a reset, UTC."""
    state = advance(rule, state, funds, at(*reset) - 1_000)
    return advance(rule, state, funds, at(*reset))


@pytest.mark.parametrize("name", built_in_names())
def test_every_rule_of_a_pack_names_its_source_and_the_day_it_was_read(name: str) -> None:
    pack = load_pack(name)
    rules = pack.rules(HUNDRED_K)

    assert date.fromisoformat(pack.verified_on) >= date(2026, 11, 21)
    told = [(each.source, each.verified_on) for each in rules.losses]
    told += [(each.source, each.verified_on) for each in rules.ideas]
    told += [(each.source, each.verified_on) for each in rules.closings]
    for source, verified_on in told:
        assert source.startswith("https://")
        assert date.fromisoformat(verified_on) >= date(2026, 11, 21)
    assert not list(rules.complaints())
    assert pack.name == name


def test_the_packs_that_come_along() -> None:
    assert built_in_names() == ("ftmo-1-step", "ftmo-2-step", "futures-50k", "the5ers-high-stakes")


def test_two_step_the_daily_floor_by_its_own_page() -> None:
    """Balance at midnight CE(S)T less 5 % of the initial capital, in winter and in summer."""
    daily = rule("ftmo-2-step", "daily-loss")
    state = begin(daily, held(100_000), at(2026, 1, 15, 12))
    winter = over(daily, state, held(104_000), 2026, 1, 15, 23)
    summer = over(daily, winter, held(97_000), 2026, 7, 15, 22)

    assert use(daily, state, state.last).floor == 95_000
    assert use(daily, winter, winter.last).floor == 99_000
    assert use(daily, summer, summer.last).floor == 92_000


@pytest.mark.parametrize(
    ("before", "reset"),
    [
        ((2026, 3, 28, 23, 0, 0), (2026, 3, 29, 22, 0, 0)),
        ((2026, 10, 24, 22, 0, 0), (2026, 10, 25, 23, 0, 0)),
    ],
    ids=["spring: a day of 23 hours", "autumn: a day of 25 hours"],
)
def test_two_step_days_over_europe_s_clock_changes(
    before: tuple[int, ...], reset: tuple[int, ...]
) -> None:
    daily = rule("ftmo-2-step", "daily-loss")
    state = begin(daily, held(100_000), at(*before))
    last_second = advance(daily, state, held(90_000), at(*reset) - 1_000)

    assert last_second.anchored_at_ms == at(*before)
    assert advance(daily, last_second, held(90_000), at(*reset)).anchored_at_ms == at(*reset)


def test_one_step_the_trailing_floor_by_its_own_example() -> None:
    """104,000 after day 1 and 103,000 after day 2: 90,000, then 94,000, and 94,000 again."""
    overall = rule("ftmo-1-step", "overall-loss")
    state = begin(overall, held(100_000), at(2026, 1, 15, 12))
    floors = [use(overall, state, state.last).floor]
    for day, balance in ((15, 104_000), (16, 103_000)):
        state = over(overall, state, held(balance, 120_000), 2026, 1, day, 23)
        floors.append(use(overall, state, state.last).floor)

    assert floors == [90_000, 94_000, 94_000]
    assert rule("ftmo-1-step", "daily-loss").limit == 3


def test_high_stakes_five_percent_of_the_higher_of_balance_and_equity_at_utc_plus_3() -> None:
    daily = rule("the5ers-high-stakes", "daily-loss")
    state = begin(daily, held(100_000), at(2026, 7, 15, 12))
    up = over(daily, state, held(102_000, 105_000), 2026, 7, 15, 21)
    down = over(daily, up, held(102_000, 99_000), 2026, 7, 16, 21)

    assert use(daily, up, up.last).floor == Decimal(105_000) * 95 / 100
    assert use(daily, down, down.last).floor == Decimal(102_000) * 95 / 100


@pytest.mark.parametrize(
    "reset",
    [(2026, 3, 7, 23), (2026, 3, 8, 22), (2026, 10, 31, 22), (2026, 11, 1, 23)],
    ids=["last winter day", "first summer day", "last summer day", "first winter day"],
)
def test_futures_the_day_begins_at_18_in_new_york_whatever_its_clocks_do(
    reset: tuple[int, ...],
) -> None:
    daily = rule("futures-50k", "daily-loss", Decimal(50_000))
    state = begin(daily, held(50_000), at(*reset) - 3_600_000)
    found = over(daily, state, held(50_700), *reset)

    assert found.anchored_at_ms == at(*reset)
    assert use(daily, found, found.last).floor == 49_700


def test_futures_the_trailing_floor_stops_at_the_initial_balance() -> None:
    """The page's own example: 50,500 puts it at 48,500, 52,500 at 50,000, where it stays."""
    overall = rule("futures-50k", "overall-loss", Decimal(50_000))
    state = begin(overall, held(50_000), at(2026, 1, 15, 12))
    floors = []
    for day, balance in ((15, 50_500), (16, 50_000), (17, 52_500), (18, 58_000)):
        state = over(overall, state, held(balance), 2026, 1, day, 23)
        floors.append(use(overall, state, state.last).floor)

    assert floors == [48_500, 48_500, 50_000, 50_000]


def test_a_pack_of_one_s_own_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(PACK)
    pack = load_pack(str(path))

    assert isinstance(pack, LimitPack)
    assert (pack.name, pack.verified_on) == ("own", "2026-11-21")
    rules = pack.rules(Decimal(50_000))
    assert isinstance(rules, PackRules)
    assert rules.losses[0].kind is LimitKind.DAILY_LOSS


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("name = ", "is not TOML"),
        (PACK.replace("name =", "nmae ="), "nmae is no word of a pack"),
        (PACK.replace('"own"', "5"), "name is not a text"),
        (PACK.replace('name = "own"', ""), "name is missing"),
        (PACK.replace("verified_on = 2026-11-21\n\n", ""), "verified_on is missing"),
        ('name = "own"\nverified_on = 2026-11-21', "1 to 50 tables"),
        ('name = "own"\nverified_on = 2026-11-21\nrule = 5', "1 to 50 tables"),
        (PACK.replace("limit = 4", "limit = nan"), "limit = NaN is not a finite number"),
        (PACK.replace("limit = 4", "limit = 400"), "more than 100 %"),
        (PACK.replace("Prague", "Prag"), "no time zone"),
        (PACK + PACK[PACK.index("[[rule]]") :], "limit daily is there 2 times"),
    ],
)
def test_what_is_wrong_with_a_pack_is_named(text: str, why: str) -> None:
    with pytest.raises(BadPack, match=why):
        read_pack(text, "own.toml")


def test_what_is_no_pack_at_all_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadPack, match=r"there is no pack 'ftmo'.*ftmo-2-step"):
        load_pack("ftmo")
    with pytest.raises(BadPack, match="No such file"):
        load_pack(str(tmp_path / "gone.toml"))
    large = tmp_path / "large.toml"
    large.write_bytes(b"#" * 300_000)
    with pytest.raises(BadPack, match="larger than"):
        load_pack(str(large))
    odd = tmp_path / "odd.toml"
    odd.write_bytes(b"\xff\xfe")
    with pytest.raises(BadPack, match="not UTF-8"):
        load_pack(str(odd))
