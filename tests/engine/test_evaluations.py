"""One verdict at a time: what it warns of, who hears of it, and what goes with every copy."""

from decimal import Decimal

from echo.domain.commands import ExecuteOrder
from echo.domain.facts import CommandSent
from echo.domain.handshake import (
    IssueCode,
    RegistrationStatus,
    Role,
    SymbolRegistrationResult,
)
from echo.domain.policy import PolicyBook
from echo.domain.registration_facts import AccountEvaluated, Cause
from echo.engine.evaluations import INTERVAL_KEY, judged, verdict
from echo.engine.events import PoliciesChanged
from tests.engine.scenes import (
    MASTER,
    SLAVE,
    STRATEGY,
    desk,
    facts,
    fixed_lot,
    mapping,
    opened,
    report,
    sent,
    spec_report,
)


def test_a_master_needs_no_specs_and_no_policy() -> None:
    stage = desk()
    told = stage.register(MASTER, Role.MASTER)

    assert [each.status for each in sent(told, SymbolRegistrationResult)] == [
        RegistrationStatus.ACCEPTED
    ]


def test_a_contract_size_that_is_not_told_is_a_warning_for_both_roles() -> None:
    stage = desk()
    stage.say(spec_report(), message_id=None)
    for account, role in ((SLAVE, Role.SLAVE), (MASTER, Role.MASTER)):
        told = stage.register(account, role, symbols=(mapping(contract_size=Decimal(0)),))
        [result] = sent(told, SymbolRegistrationResult)
        [line] = result.symbols
        assert [issue.code for issue in line.warnings] == [IssueCode.SPEC_INVALID]
        assert "never taken for 1" in line.warnings[0].message
        assert result.status is RegistrationStatus.WARNING


def test_who_is_back_at_once_need_not_wait_for_his_specs() -> None:
    stage = desk()
    stage.say(spec_report(), message_id=None)
    stage.later(9_000)
    told = stage.register(SLAVE)

    assert [each.status for each in sent(told, SymbolRegistrationResult)] == [
        RegistrationStatus.ACCEPTED
    ]
    stage.later(2_000)
    told = stage.register(SLAVE)
    assert [each.status for each in sent(told, SymbolRegistrationResult)] == [
        RegistrationStatus.WARNING
    ]


def test_what_is_copied_under_a_warning_carries_its_codes() -> None:
    stage = desk()
    told = stage.say(opened())
    assert [fact.warning_codes for fact in facts(told, CommandSent)] == [("SPEC_STALE",)]
    stage = desk()
    stage.say(spec_report(), message_id=None)
    told = stage.say(opened())

    assert [fact.warning_codes for fact in facts(told, CommandSent)] == [()]
    assert sent(told, ExecuteOrder)


def test_a_rejected_symbol_names_the_strategies_that_could_be_followed() -> None:
    stage = desk()
    told = stage.feed(PoliciesChanged(PolicyBook([fixed_lot(account_id=MASTER)])))
    [result] = sent(told, SymbolRegistrationResult)

    assert result.symbols[0].errors[0].metadata == (("strategies", STRATEGY),)
    assert [fact.cause for fact in facts(told, AccountEvaluated)] == [Cause.POLICIES]


def test_looking_changes_nothing() -> None:
    stage = desk()
    state, account = stage.engine.state, stage.engine.state.account(SLAVE)
    known, timers = account.verdict, dict(stage.timers)
    found = judged(state, account, report(symbols=(mapping("GBPUSD"),)), stage.now)
    result = verdict(state, account, found, stage.now, None)

    assert [line.canonical_symbol for line in result.symbols] == ["GBPUSD"]
    assert account.verdict is known
    assert list(account.symbols) == ["EURUSD"]
    assert INTERVAL_KEY in timers
