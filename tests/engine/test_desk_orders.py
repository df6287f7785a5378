"""Changes by people: checked whole, in force at once, on disk before the answer, or not at all."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from echo.domain.desk import (
    AddWindows,
    ListRules,
    PutPolicies,
    RemoveWindow,
    RuleChange,
    RulesInForce,
    SetSwitch,
    WithdrawPolicy,
)
from echo.domain.errors import ErrorCode
from echo.domain.ids import AccountId, StrategyId
from echo.domain.journal import OperationRecord
from echo.domain.modes import EVERYTHING, Mode, Scope, Switch
from echo.domain.operations import NotDone, OperationCode
from echo.domain.policy import PolicyBook
from echo.domain.rulings import ConfigChange, Origin, PolicyRecord, SwitchRecord, WindowRecord
from echo.domain.windows import Window, WindowSource
from echo.engine import desk_orders
from echo.engine.events import PoliciesChanged
from tests.engine.desk_scenes import add, changed, switch, window
from tests.engine.scenes import (
    MASTER,
    SECOND,
    SLAVE,
    STRATEGY,
    Desk,
    desk,
    fixed_lot,
    fixed_risk,
    opened,
)

RULINGS = (WindowRecord, SwitchRecord, PolicyRecord, ConfigChange, OperationRecord)


@pytest.fixture
def stage() -> Desk:
    return desk(SLAVE, SECOND)


def refused(stage: Desk, request: RuleChange) -> NotDone:
    """Ask; nothing may be written or change."""
    rows, book = len(stage.archive.rows), stage.engine.state.book
    answer = stage.ask(request)
    assert isinstance(answer, NotDone)
    assert len(stage.archive.rows) == rows
    assert stage.engine.state.book is book
    return answer


def test_a_window_is_in_force_when_its_answer_comes(stage: Desk) -> None:
    answer = add(stage, window(stage))
    stage.say(opened())

    assert (answer.changed, answer.sentence) == (1, "1 windows added")
    assert stage.code() is ErrorCode.WINDOW_BLOCKED


def test_every_change_is_on_record_with_who_and_when(stage: Desk) -> None:
    add(stage, window(stage))
    switch(stage, Mode.PAUSED)
    [added] = stage.archive.all(WindowRecord)
    [switched] = stage.archive.all(SwitchRecord)

    assert (added.changed_by, added.changed_at_ms) == ("ana", stage.now.wall_ms)
    assert (switched.switch.by, switched.switch.since_ms) == ("ana", stage.now.wall_ms)
    assert [each.key for each in stage.archive.all(ConfigChange)] == [
        "window/nfp",
        "mode/account 2001",
    ]
    assert [each.action for each in stage.archive.all(OperationRecord)] == [
        "addwindows",
        "setswitch",
    ]


def test_importing_the_same_windows_again_changes_nothing(stage: Desk) -> None:
    news = window(stage)
    add(stage, news)
    before = len(stage.archive.all(WindowRecord))
    answer = add(stage, news)

    assert (answer.changed, answer.sentence) == (0, "0 windows added, 1 known already")
    assert len(stage.archive.all(WindowRecord)) == before


def test_a_calendar_that_was_imported_anew_takes_away_what_it_no_longer_has(stage: Desk) -> None:
    def news(name: str, begins_s: int, **changes: Any) -> Window:
        fields: dict[str, Any] = {"source": WindowSource.CALENDAR, **changes}
        return window(stage, window_id=name, begins_s=begins_s, **fields)

    before = (
        *(news("stays", 100), news("moved", 200), news("next-week", 5_000)),
        *(news("other", 200, account_id=SECOND), news("own", 200, source=WindowSource.MANUAL)),
    )
    add(stage, *before)
    span = (stage.now.wall_ms, stage.now.wall_ms + 1_000_000)
    request = AddWindows(windows=(news("stays", 100), news("anew", 300)), replaces=span)
    answer = changed(stage.ask(request))

    assert answer.sentence == (
        "1 windows added, 1 known already, 1 that the calendar no longer has removed"
    )
    kept = {each.window_id for each in stage.engine.state.book.windows}
    assert kept == {"stays", "anew", "next-week", "other", "own"}
    assert [each.window.window_id for each in stage.archive.all(WindowRecord) if each.removed] == [
        "moved"
    ]


def test_a_window_of_the_same_name_is_replaced(stage: Desk) -> None:
    add(stage, window(stage))
    add(stage, window(stage, symbol="EUR"))

    assert [each.symbol for each in stage.engine.state.book.windows] == ["EUR"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"begins_s": -700}, "window nfp is over"),
        ({"lasts_s": 0}, "has no length and no buffers"),
        ({"lasts_s": -5}, "ends before it starts"),
        ({"account_id": "9999"}, "account 9999 copies nothing here"),
        ({"account_id": "20 01"}, "'20 01' is not an account"),
        ({"symbol": "EURSUD"}, "'EURSUD' is neither a symbol nor a currency"),
        ({"window_id": "a/b"}, "'a/b' cannot name a window"),
        ({"notes": "x" * 201}, "notes of window nfp are not up to 200 characters"),
        ({"source": WindowSource.SETTINGS}, "is one of the settings"),
    ],
)
def test_of_several_windows_none_is_added_if_one_makes_no_sense(
    stage: Desk, changes: dict[str, Any], told: str
) -> None:
    bad = window(stage, **changes)
    answer = refused(stage, AddWindows(windows=(window(stage, window_id="good"), bad)))

    assert answer.code is OperationCode.BAD_RULE
    assert answer.sentence.startswith("nothing was changed: ")
    assert told in answer.sentence


@pytest.mark.parametrize(
    ("limit", "told"),
    [
        ("WINDOWS_MAX", "3 windows > 2"),
        ("WINDOWS_KEPT_MAX", "there would be more than 2 windows"),
    ],
)
def test_windows_are_bounded(
    stage: Desk, monkeypatch: pytest.MonkeyPatch, limit: str, told: str
) -> None:
    monkeypatch.setattr(desk_orders, limit, 2)
    many = tuple(window(stage, window_id=f"w{n}") for n in range(3))

    assert told in refused(stage, AddWindows(windows=many)).sentence


def test_no_policies_are_nothing_to_put(stage: Desk) -> None:
    assert "0 policies are not 1 to" in refused(stage, PutPolicies(policies=())).sentence


def test_no_windows_are_nothing_to_add(stage: Desk) -> None:
    assert refused(stage, AddWindows(windows=())).code is OperationCode.BAD_RULE


def test_of_many_complaints_some_are_told_and_the_rest_counted(stage: Desk) -> None:
    bad = tuple(window(stage, window_id=f"w{n}", lasts_s=0) for n in range(8))

    assert refused(stage, AddWindows(windows=bad)).sentence.endswith("; and 3 more")


def test_a_window_of_the_settings_is_read_only(stage: Desk) -> None:
    own = window(stage, window_id="settings.any.USD", source=WindowSource.SETTINGS)
    stage.feed(PoliciesChanged(PolicyBook([fixed_lot()], windows=[own])))

    answer = refused(stage, RemoveWindow(window_id=own.window_id))
    assert answer.code is OperationCode.READ_ONLY


def test_a_window_that_is_not_there_cannot_be_removed(stage: Desk) -> None:
    answer = refused(stage, RemoveWindow(window_id="nfp"))
    assert answer.code is OperationCode.UNKNOWN_RULE


def test_a_removed_window_holds_nothing_back_any_more(stage: Desk) -> None:
    add(stage, window(stage))
    answer = changed(stage.ask(RemoveWindow(window_id="nfp")))
    stage.say(opened())

    assert answer.sentence.startswith("removed: USD on every account")
    assert stage.code() is ErrorCode.NO_ERROR


def test_a_switch_counts_for_the_very_next_entry(stage: Desk) -> None:
    switch(stage, Mode.PAUSED)
    stage.say(opened())

    assert stage.code(account_id=SLAVE) is ErrorCode.PAUSED
    assert stage.code(account_id=SECOND) is ErrorCode.NO_ERROR


@pytest.mark.parametrize(
    ("scope", "target"),
    [(Scope.ALL, EVERYTHING), (Scope.MASTER, MASTER), (Scope.ACCOUNT, SLAVE)],
)
def test_everything_a_master_or_an_account_may_be_paused_and_resumed(
    stage: Desk, scope: Scope, target: AccountId
) -> None:
    changed(stage.ask(SetSwitch(mode=Mode.PAUSED, scope=scope, target=target)))
    assert stage.engine.state.book.switches.mode(MASTER, SLAVE) is Mode.PAUSED
    answer = changed(stage.ask(SetSwitch(mode=Mode.LIVE, scope=scope, target=target)))

    assert stage.engine.state.book.switches.mode(MASTER, SLAVE) is Mode.LIVE
    assert answer.sentence.endswith(": live, was paused")


@pytest.mark.parametrize(
    ("scope", "target"),
    [
        (Scope.ALL, SLAVE),
        (Scope.ACCOUNT, AccountId("9999")),
        (Scope.MASTER, AccountId("9999")),
        (Scope.ACCOUNT, MASTER),
    ],
)
def test_a_switch_needs_something_to_be_about(stage: Desk, scope: Scope, target: AccountId) -> None:
    answer = refused(stage, SetSwitch(mode=Mode.PAUSED, scope=scope, target=target))
    assert answer.code is OperationCode.UNKNOWN_RULE


def test_resuming_says_what_still_holds(stage: Desk) -> None:
    given = Switch(scope=Scope.ACCOUNT, target=SLAVE, mode=Mode.CLOSE_ONLY)
    stage.feed(PoliciesChanged(PolicyBook([fixed_lot()], switches=[given])))
    changed(stage.ask(SetSwitch(mode=Mode.PAUSED)))
    answer = switch(stage, Mode.LIVE)

    assert "the settings still say close_only" in answer.sentence
    assert "everything is still paused" in answer.sentence


def test_a_policy_is_in_force_when_its_answer_comes(stage: Desk) -> None:
    changed(stage.ask(PutPolicies(policies=(fixed_lot(SLAVE, "0.33"),))))
    stage.say(opened())

    assert dict(stage.archive.decision().inputs)["lot"] == Decimal("0.33")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"lot_size": Decimal("NaN")}, "lot_size = NaN is not a finite number"),
        ({"lot_size": Decimal(-1)}, "lot_size = -1 is not above 0"),
        ({"lot_size": None}, "FIXED_LOT needs lot_size"),
        ({"currency": "XQQ"}, "currency 'XQQ' is not one of ISO 4217"),
        ({"account_id": AccountId("9999")}, "account 9999 copies nothing here"),
        ({"valid_until_ms": 1}, "is over already"),
    ],
)
def test_of_several_policies_none_is_put_if_one_makes_no_sense(
    stage: Desk, changes: dict[str, Any], told: str
) -> None:
    policies = (fixed_risk(SECOND), replace(fixed_lot(), **changes))
    answer = refused(stage, PutPolicies(policies=policies))

    assert answer.code is OperationCode.BAD_RULE
    assert told in answer.sentence


def test_two_policies_for_the_same_are_refused(stage: Desk) -> None:
    answer = refused(stage, PutPolicies(policies=(fixed_lot(), fixed_risk())))
    assert "two policies for swing" in answer.sentence


def test_a_policy_that_closes_a_loop_is_refused_with_its_chain(stage: Desk) -> None:
    first = replace(fixed_lot(SECOND), master_accounts=frozenset({SLAVE}))
    changed(stage.ask(PutPolicies(policies=(first,))))
    second = replace(fixed_lot(SLAVE), master_accounts=frozenset({SECOND}))
    answer = refused(stage, PutPolicies(policies=(second,)))

    assert answer.code is OperationCode.LOOP
    assert answer.sentence == (
        "account 2001 would be its own master: 2001 follows 2002 follows 2001"
    )


def test_a_policy_that_is_withdrawn_gives_way_to_that_of_the_settings(stage: Desk) -> None:
    changed(stage.ask(PutPolicies(policies=(fixed_lot(SLAVE, "0.33"),))))
    request = WithdrawPolicy(account_id=SLAVE, strategy_id=STRATEGY)
    answer = changed(stage.ask(request))
    rules = stage.ask(ListRules())

    assert answer.sentence.endswith("that of the settings counts again")
    assert isinstance(rules, RulesInForce)
    assert {each.origin for each in rules.policies} == {Origin.SETTINGS}
    assert refused(stage, request).code is OperationCode.UNKNOWN_RULE


def test_a_policy_of_a_strategy_that_the_settings_do_not_know_is_gone_when_withdrawn(
    stage: Desk,
) -> None:
    scalper = replace(fixed_lot(), strategy_id=StrategyId("scalper"))
    changed(stage.ask(PutPolicies(policies=(scalper,))))
    request = WithdrawPolicy(account_id=SLAVE, strategy_id=scalper.strategy_id)

    assert "nothing is copied by it" in changed(stage.ask(request)).sentence
