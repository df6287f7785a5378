"""Settings and people's words together: whole, written down, the same again after a restart."""

from dataclasses import replace
from decimal import Decimal

import pytest

from echo.domain.desk import ListRules, PutPolicies, RulesInForce
from echo.domain.ids import AccountId
from echo.domain.modes import Mode, Scope, Switch
from echo.domain.policy import CopyOptions, PolicyBook, RiskPolicy
from echo.domain.quantities import Side
from echo.domain.rulings import ConfigChange, Origin, PolicyRecord
from echo.domain.windows import WindowSource
from echo.engine import rulebook
from echo.engine.events import PoliciesChanged
from tests.engine.desk_scenes import add, changed, switch, window
from tests.engine.scenes import (
    MASTER,
    SECOND,
    SLAVE,
    STRATEGY,
    Desk,
    alarms,
    desk,
    fixed_lot,
    opened,
    records,
)


@pytest.fixture
def stage() -> Desk:
    """A Core that has read its journal."""
    return desk(SLAVE, SECOND)


def history(stage: Desk) -> list[PolicyRecord]:
    return records(stage.heard, PolicyRecord)


def audit(stage: Desk) -> list[ConfigChange]:
    return records(stage.heard, ConfigChange)


def changes(stage: Desk) -> dict[str, tuple[str, str, str]]:
    return {each.key: (each.before, each.after, each.changed_by) for each in audit(stage)}


def put(stage: Desk, *policies: RiskPolicy) -> None:
    changed(stage.ask(PutPolicies(policies=policies)))


def restarted(stage: Desk) -> Desk:
    stage.restart()
    return stage


def test_policies_of_the_settings_begin_their_history_when_a_core_first_starts(
    stage: Desk,
) -> None:
    restarted(stage)

    assert [(each.account_id, each.origin, each.version) for each in history(stage)] == [
        (SLAVE, Origin.SETTINGS, 1),
        (SECOND, Origin.SETTINGS, 1),
    ]
    assert history(restarted(stage)) == []


def test_what_the_settings_change_is_in_the_history_with_old_and_new(stage: Desk) -> None:
    restarted(stage)
    before = len(stage.heard)
    stage.feed(PoliciesChanged(PolicyBook([fixed_lot(SLAVE, "0.30")])))
    [new, gone] = records(stage.heard[before:], PolicyRecord)

    assert (new.before, new.policy) == (fixed_lot(), fixed_lot(SLAVE, "0.30"))
    assert (new.version, new.changed_by, new.changed_at_ms) == (2, "settings", stage.now.wall_ms)
    assert (gone.account_id, gone.policy) == (SECOND, None)


def test_what_the_settings_changed_while_no_core_ran_is_noticed_at_its_start(stage: Desk) -> None:
    restarted(stage)
    stage.book = PolicyBook([fixed_lot(SLAVE, "0.30"), fixed_lot(SECOND)])
    restarted(stage)

    assert [(each.account_id, each.version) for each in history(stage)] == [(SLAVE, 2)]


def test_a_decision_names_the_version_of_its_policy(stage: Desk) -> None:
    restarted(stage)
    put(stage, fixed_lot(SLAVE, "0.20"))
    policy = stage.engine.state.book.policy(SLAVE, STRATEGY)

    assert policy is not None
    assert (policy.version, policy.lot_size) == (2, Decimal("0.20"))


def test_a_persons_policy_comes_before_that_of_the_settings_also_after_a_restart(
    stage: Desk,
) -> None:
    restarted(stage)
    put(stage, fixed_lot(SLAVE, "0.20"))
    restarted(stage)
    answer = stage.ask(ListRules())

    assert isinstance(answer, RulesInForce)
    assert [(each.policy.lot_size, each.origin) for each in answer.policies] == [
        (Decimal("0.20"), Origin.DESK),
        (Decimal("0.10"), Origin.SETTINGS),
    ]


def test_tolerances_of_one_symbol_are_in_force(stage: Desk) -> None:
    restarted(stage)
    policies = [fixed_lot(), fixed_lot(SECOND)]
    wide = CopyOptions(max_spread_points=Decimal(60), sides=frozenset({Side.BUY}))
    book = PolicyBook(policies, {SLAVE: CopyOptions()}, symbol_options={(SLAVE, "EURUSD"): wide})
    stage.feed(PoliciesChanged(book))

    assert stage.engine.state.book.options(SLAVE, "EURUSD") == wide
    assert stage.engine.state.book.options(SLAVE, "GER40") == CopyOptions()


def test_windows_and_switches_of_the_settings_are_in_force(stage: Desk) -> None:
    restarted(stage)
    news = window(stage, window_id="settings.any.USD", source=WindowSource.SETTINGS)
    paused = Switch(scope=Scope.MASTER, target=MASTER, mode=Mode.PAUSED)
    book = PolicyBook([fixed_lot(), fixed_lot(SECOND)], windows=[news], switches=[paused])
    stage.feed(PoliciesChanged(book))

    assert stage.engine.state.book.switches.mode(MASTER, SLAVE) is Mode.PAUSED
    assert stage.engine.state.book.windows.in_force(SLAVE, "EURUSD", stage.now.wall_ms) == news


def test_people_and_settings_keep_what_is_theirs(stage: Desk) -> None:
    restarted(stage)
    add(stage, window(stage, lasts_s=60))
    switch(stage, Mode.CLOSE_ONLY)
    stage.feed(PoliciesChanged(PolicyBook([fixed_lot(), fixed_lot(SECOND)])))
    book = stage.engine.state.book

    assert len(book.windows) == len(book.switches) == 1
    restarted(stage)
    book = stage.engine.state.book
    assert len(book.windows) == len(book.switches) == 1


def test_windows_that_ended_while_no_core_ran_are_not_taken_up(stage: Desk) -> None:
    restarted(stage)
    add(stage, window(stage, lasts_s=4))

    assert len(restarted(stage).engine.state.book.windows) == 0


def test_settings_that_close_a_loop_with_a_persons_policy_win(stage: Desk) -> None:
    restarted(stage)
    put(stage, replace(fixed_lot(SLAVE, "0.20"), master_accounts=frozenset({SECOND})))
    follower = replace(fixed_lot(SECOND), master_accounts=frozenset({SLAVE}))
    told = stage.feed(PoliciesChanged(PolicyBook([fixed_lot(), follower])))

    assert alarms(told) == ["POLICY_LOOP"]
    policy = stage.engine.state.book.policy(SLAVE, STRATEGY)
    assert policy is not None
    assert policy.lot_size == Decimal("0.10")


def test_masters_are_those_of_the_settings_and_those_that_came(stage: Desk) -> None:
    restarted(stage)
    named = AccountId("1009")
    stage.feed(PoliciesChanged(PolicyBook([fixed_lot()], masters=[named])))
    stage.join(MASTER, SLAVE)

    assert named in rulebook.known_masters(stage.engine.state)


def test_a_change_counts_for_the_very_next_entry(stage: Desk) -> None:
    book = PolicyBook([fixed_lot(SLAVE, "0.30"), fixed_lot(SECOND, "0.30")])
    stage.feed(PoliciesChanged(book))
    stage.say(opened())

    assert dict(stage.archive.decision().inputs)["lot"] == Decimal("0.30")
