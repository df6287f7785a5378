"""Changes of the rules cross the admin door as they are, and nothing else does."""

from decimal import Decimal

import pytest

from echo.domain.desk import (
    AddWindows,
    ListRules,
    PolicyInForce,
    PutPolicies,
    RemoveWindow,
    RuleChange,
    RulesChanged,
    RulesInForce,
    SetSwitch,
    WithdrawPolicy,
)
from echo.domain.ids import ANY_STRATEGY, AccountId
from echo.domain.modes import Mode, Scope, Switch
from echo.domain.policy import RiskPolicy, RiskType
from echo.domain.rulings import Origin
from echo.domain.windows import Window, WindowSource
from echo.wire.desk import KINDS, read_change, read_desk_answer, write_change
from echo.wire.operations import read_answer, write_answer
from echo.wire.refusals import WireError

SLAVE = AccountId("7001")
WINDOW = Window(
    window_id="news-1",
    account_id=SLAVE,
    symbol="USD",
    starts_at_ms=1,
    ends_at_ms=2,
    pre_buffer_s=60,
    notes="Non-Farm 'Payrolls' · März",
    source=WindowSource.CALENDAR,
)
POLICY = RiskPolicy(
    account_id=SLAVE,
    strategy_id=ANY_STRATEGY,
    risk_type=RiskType.RISK_PERCENT,
    risk_pct=Decimal("0.50"),
    master_accounts=frozenset({AccountId("1001")}),
)
SWITCH = Switch(scope=Scope.ACCOUNT, target=SLAVE, mode=Mode.PAUSED, by="ana", since_ms=5)


@pytest.mark.parametrize(
    "change",
    [
        AddWindows(windows=(WINDOW,)),
        AddWindows(windows=(WINDOW,), replaces=(5, 9)),
        RemoveWindow(window_id="news-1"),
        SetSwitch(mode=Mode.FLATTEN, scope=Scope.ACCOUNT, target=SLAVE),
        SetSwitch(mode=Mode.LIVE),
        PutPolicies(policies=(POLICY,)),
        WithdrawPolicy(account_id=SLAVE, strategy_id=ANY_STRATEGY),
    ],
    ids=lambda change: f"{type(change).__name__}{getattr(change, 'replaces', None) or ''}",
)
def test_a_change_arrives_as_it_was_asked(change: RuleChange) -> None:
    kind, body = write_change("ana", change)

    assert KINDS[kind] is type(change)
    assert read_change(kind, body) == ("ana", change)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("switch", b"{"),
        ("switch", b"[]"),
        ("switch", b'{"mode":"faster","scope":"all"}'),
        ("switch", b'{"mode":"paused","scope":"planet"}'),
        ("switch", b'{"mode":"paused","scope":"all","force":true}'),
        ("switch", b'{"mode":"paused","scope":"all","by":""}'),
        ("remove-window", b'{"window_id":"' + b"x" * 65 + b'"}'),
        ("remove-window", b"{}"),
        ("add-windows", b'{"windows":[{"window_id":"a"}]}'),
        ("add-windows", b'{"windows":[{"window_id":"a","starts_at_ms":1.5,"ends_at_ms":2}]}'),
        ("put-policies", b'{"policies":[{"account_id":"7001","strategy_id":"*"}]}'),
        (
            "put-policies",
            b'{"policies":[{"account_id":"1","strategy_id":"*","risk_type":"ALL_IN"}]}',
        ),
        ("switch", b"\xff\xfe"),
        ("switch", b"[" * 100_000),
    ],
)
def test_what_is_no_such_change_is_refused(kind: str, body: bytes) -> None:
    with pytest.raises(WireError):
        read_change(kind, body)


def test_an_unknown_kind_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="no change of a rule"):
        read_change("drop-tables", b"{}")


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (
            ListRules(),
            RulesInForce(
                windows=(WINDOW,),
                switches=(SWITCH,),
                policies=(PolicyInForce(policy=POLICY, origin=Origin.DESK),),
            ),
        ),
        (RemoveWindow(window_id="news-1"), RulesChanged(changed=1, sentence="removed")),
    ],
)
def test_answers_come_back_as_they_were_given(
    request_: ListRules | RemoveWindow, answer: RulesInForce | RulesChanged
) -> None:
    assert read_answer(request_, True, write_answer(answer)) == answer


def test_what_is_no_answer_is_refused() -> None:
    with pytest.raises(WireError):
        read_desk_answer(ListRules(), b'{"windows":1}')
