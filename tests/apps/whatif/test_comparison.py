"""A day under two policies, side by side."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from echo.apps.whatif.comparison import Comparison, compared
from echo.domain.accounts import AccountInfo, StateSnapshot
from echo.domain.answers import Outcome
from echo.domain.ids import AccountId
from echo.domain.policy import CopyOptions, PolicyBook, RiskPolicy, RiskType
from echo.domain.quantities import Side
from echo.domain.raw_events import Chain, Direction, RawEvent
from echo.engine.events import PoliciesChanged, SettingsChanged
from echo.engine.settings import EngineSettings
from tests.engine.scenes import MASTER, SECOND, SLAVE, STRATEGY, Desk, desk, fixed_lot
from tests.services.core.days import day_by_day, linked_of, midnights, notes_of, traded_day

D = Decimal
Day = Callable[[], list[RawEvent]]


def snapshot(account_id: AccountId) -> StateSnapshot:
    info = AccountInfo(
        account_id=account_id,
        balance=D(10_000),
        equity=D(10_000),
        margin=D(0),
        margin_free=D(10_000),
        margin_level=D(0),
        currency="USD",
    )
    return StateSnapshot(account_id=account_id, info=info)


def day_of(stage: Desk) -> Day:
    events = [each.event for each in linked_of(notes_of(stage))]
    return lambda: events


def same(settings: EngineSettings) -> EngineSettings:
    return settings


def under(day: Day, *policies: RiskPolicy, options: CopyOptions | None = None) -> Comparison:
    book = PolicyBook(policies, default_options=options or CopyOptions())
    found = compared(day, book, same)
    assert found is not None
    return found


@pytest.fixture
def day() -> Day:
    return day_of(traded_day(trades=3))


def test_under_the_same_policy_nothing_is_different(day: Day) -> None:
    found = under(day, fixed_lot())

    [account] = found.accounts
    assert account.before == account.after
    assert (found.differences, found.faithful, found.decided) == ((), 3, 3)
    assert account.before.copied == 3
    # Bought at 1.10010, sold at 1.10100: 90 points of 0.10 lots, three times.
    assert account.before.profit == D("27")


def test_twice_the_lot_makes_twice_the_money(day: Day) -> None:
    found = under(day, fixed_lot(lot="0.20"))

    [account] = found.accounts
    assert account.after.profit == 2 * account.before.profit
    assert account.after.lots == 2 * account.before.lots
    assert account.after.worst_day[1] == 2 * account.before.worst_day[1]
    [first, *_] = found.differences
    assert first.before is not None
    assert first.after is not None
    assert (first.before.lot, first.after.lot) == (D("0.10"), D("0.20"))
    assert len(found.differences) == 3


def test_what_would_have_been_left_out_is_told_with_its_reason(day: Day) -> None:
    found = under(day, fixed_lot(), options=CopyOptions(sides=frozenset({Side.SELL})))

    [account] = found.accounts
    assert (account.after.copied, account.after.profit) == (0, D(0))
    assert account.after.omitted == {"SIDE_FILTERED": 3}
    after = found.differences[0].after
    assert after is not None
    assert after.outcome is Outcome.OMITTED
    assert "SELL" in after.sentence


def test_an_account_that_did_not_follow_would_have() -> None:
    stage = desk(SLAVE, SECOND, policies=[fixed_lot(SLAVE)])
    found = under(day_of(traded_day(stage)), fixed_lot(SLAVE), fixed_lot(SECOND, "0.30"))

    second = found.accounts[1]
    assert second.account_id == SECOND
    assert second.before.copied == 0
    assert second.before.omitted == {"RISK_POLICY_MISSING": 2}
    assert second.after.copied == 2
    assert second.after.profit == D("0.60") * 90


def test_who_follows_may_change_too(day: Day) -> None:
    found = compared(
        day, PolicyBook([fixed_lot()]), lambda settings: replace(settings, slave_accounts=())
    )

    assert found is not None
    assert {each.after for each in found.differences} == {None}


def test_money_made_otherwise_is_money_to_size_by() -> None:
    """A share of the balance follows what would have been earned."""
    stage = desk()
    for account in (MASTER, SLAVE):
        stage.say(snapshot(account), message_id=None)
    traded_day(stage, trades=1)
    stage.say(snapshot(SLAVE), message_id=None)
    traded_day(stage, trades=1, first=7_000)
    share = RiskPolicy(
        account_id=SLAVE,
        strategy_id=STRATEGY,
        risk_type=RiskType.BALANCE_RATIO,
        multiplier=D(10),
    )

    found = under(day_of(stage), share)

    lots = [each.after.lot for each in found.differences if each.after is not None]
    # 10 lots make 900; 9 were made, so that the balance would have been 891 higher.
    assert lots == [D("10.00"), D("10.89")]


def test_policies_that_changed_that_day_change_only_the_first_play() -> None:
    stage = traded_day(trades=1)
    stage.feed(PoliciesChanged(PolicyBook([fixed_lot(lot="0.70")])))
    stage.feed(SettingsChanged(stage.settings))
    found = under(day_of(stage), fixed_lot(lot="0.70"))

    [account] = found.accounts
    assert (account.before.lots, account.after.lots) == (D("0.10"), D("0.70"))


def test_gaps_are_counted_and_what_leaves_is_passed_over(day: Day) -> None:
    gap = Chain().take(Direction.CORE, "Shed", wall_ms=1, mono_ms=1, payload=b'{"events":7}')
    events = [*day(), gap.event]

    found = compared(lambda: events, PolicyBook([fixed_lot()]), same)

    assert found is not None
    assert found.shed == 1


def test_without_a_start_there_is_nothing_to_play(day: Day) -> None:
    events = [each for each in day() if each.direction is not Direction.CORE]

    assert compared(lambda: events, PolicyBook(), same) is None


def test_a_day_is_played_from_the_checkpoint_that_it_begins_with() -> None:
    """Copies that were open by then count from that moment on, in both plays."""
    days = day_by_day(linked_of(notes_of(midnights(2))))
    events = [each.event for each in days[2]]
    book = PolicyBook([fixed_lot(SLAVE, lot="0.20"), fixed_lot(SECOND, lot="0.20")])
    found = compared(lambda: events, book, same)

    assert found is not None
    assert (found.events, found.shed, found.failed) == (8, 0, 0)
    [first, second] = found.accounts
    assert (first.before.copied, first.after.copied) == (0, 0)
    assert (first.before.profit, first.before.still_open) == (D(10), 1), "of the day before"
    assert second.before.copied == 1, "it was under way at midnight"


def test_a_checkpoint_that_is_cut_off_begins_nothing() -> None:
    days = day_by_day(linked_of(notes_of(midnights(1))))
    events = [each.event for each in days[1][1:]]

    assert compared(lambda: events, PolicyBook(), same) is None


def test_a_day_goes_on_under_the_other_settings() -> None:
    days = day_by_day(linked_of(notes_of(midnights(2))))
    events = [each.event for each in days[1]]

    def only_one(settings: EngineSettings) -> EngineSettings:
        return replace(settings, slave_accounts=(SLAVE,))

    found = compared(lambda: events, PolicyBook([fixed_lot(SLAVE)]), only_one)

    assert found is not None
    second = next(each for each in found.accounts if each.account_id == SECOND)
    assert (second.before.copied, second.after.copied) == (2, 1)
