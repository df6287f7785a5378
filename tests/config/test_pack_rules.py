"""Rules out of tables: all kinds of them, and every slip by its name."""

from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest

from echo.config.pack_rules import BadRule, PackRules, Rule, read_rule
from echo.domain.closing_time import ClosingTime
from echo.domain.headroom import IdeaRule
from echo.domain.limit_rules import Anchor, LimitKind, LimitRule
from echo.domain.lot_caps import LotCaps
from echo.domain.reset_time import ResetTime

TOLD = {"id": "r", "source": "my contract", "verified_on": date(2026, 11, 21)}


def read(kind: str, **keys: Any) -> Rule:
    return read_rule({**TOLD, "kind": kind, **keys}, Decimal(50_000))


def test_a_loss_has_what_its_kind_needs_and_all_that_is_said() -> None:
    found = read(
        "overall_loss", limit=8, warn_at=Decimal("0.5"), locks=False, stops_at_initial=True
    )

    assert isinstance(found, LimitRule)
    assert (found.kind, found.anchor) == (LimitKind.OVERALL_LOSS, Anchor.INITIAL)
    assert (found.warn_at, found.locks, found.stops_at_initial) == (Decimal("0.5"), False, True)
    assert (found.source, found.verified_on) == ("my contract", "2026-11-21")
    assert found.initial_balance == 50_000


def test_a_target_may_close_everything() -> None:
    found = read("profit_target", limit=10, flattens=True)

    assert isinstance(found, LimitRule)
    assert found.flattens


def test_an_idea_is_money_or_a_share_of_the_initial_balance() -> None:
    share, money = read("trade_idea", limit=2), read("trade_idea", limit=900, unit="money")
    reopened = read("trade_idea", limit=2, reopen_within_s=600)

    assert isinstance(share, IdeaRule)
    assert isinstance(money, IdeaRule)
    assert (share.limit, money.limit) == (Decimal(1_000), Decimal(900))
    assert isinstance(reopened, IdeaRule)
    assert (share.reopen_within_s, reopened.reopen_within_s) == (0, 600)


def test_a_closing_time_takes_texts_and_toml_s_own_times() -> None:
    found = read(
        "closing_time", closes="16:10", reopens=time(18), zone="America/New_York", flatten_s=60
    )

    assert isinstance(found, ClosingTime)
    assert found.closes == ResetTime(time(16, 10), "America/New_York")
    assert found.reopens == ResetTime(time(18), "America/New_York")
    assert (found.stop_entries_s, found.flatten_s) == (600, 60)


def test_several_caps_are_one_and_the_tightest() -> None:
    rules = PackRules.of(
        [
            read("max_lots", per_trade=5, per_account=Decimal("10.5")),
            read("max_lots", per_trade=4),
            read("max_open_trades", limit=3),
            read("max_leverage", limit=30),
            read("trade_idea", limit=2),
        ]
    )

    assert rules.caps == LotCaps(
        per_trade=Decimal(4),
        per_account=Decimal("10.5"),
        open_trades=3,
        leverage=Decimal(30),
    )
    assert len(rules.ideas) == 1


@pytest.mark.parametrize(
    ("table", "why"),
    [
        ({"id": ""}, "without an id"),
        ({"kind": "weekly_loss"}, "kind = 'weekly_loss' is none of daily_loss"),
        ({"limti": 5}, "limti is no word of a daily_loss"),
        ({"source": ""}, "where is it published"),
        ({"verified_on": "2026-11-21"}, "verified_on is missing"),
        ({"limit": "five"}, "limit = 'five' is not a number"),
        ({"limit": True}, "limit = True is not a number"),
        ({"limit": Decimal("NaN")}, "not a finite number"),
        ({"basis": "profit"}, "basis = 'profit' is none of balance"),
        ({"locks": "yes"}, "neither true nor false"),
        ({"zone": None}, "zone is missing"),
        ({"reset": "25:00"}, "is not a time such as 18:00"),
        ({"reset": "18:00+02:00"}, "leave the zone to the key zone"),
    ],
)
def test_a_slip_is_named(table: dict[str, Any], why: str) -> None:
    good = {
        **TOLD,
        "kind": "daily_loss",
        "limit": 5,
        "reset": "00:00",
        "zone": "Europe/Prague",
    }
    assert isinstance(read_rule(good, Decimal(1)), LimitRule)

    with pytest.raises(BadRule, match=why.replace("+", r"\+")):
        read_rule({**good, **table}, Decimal(1))


def test_other_slips_of_other_kinds_are_named() -> None:
    with pytest.raises(BadRule, match="an idea has no anchor"):
        read("trade_idea", limit=5, unit="percent_of_anchor")
    with pytest.raises(BadRule, match=r"limit = 2\.5 is not a whole number"):
        read("max_open_trades", limit=Decimal("2.5"))
