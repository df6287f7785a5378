"""Whoever may be judged differently is judged again: at once, in turns, and every so often."""

from dataclasses import replace
from decimal import Decimal

from echo.domain.commands import ExecuteOrder
from echo.domain.handshake import IssueCode, RegistrationStatus, Role, SymbolRegistrationResult
from echo.domain.ids import AccountId
from echo.domain.journal import AccountRecord, EvaluationRecord
from echo.domain.policy import PolicyBook
from echo.domain.registration_facts import Cause, EvaluationUnchanged, SpecsTaken
from echo.domain.sessions import AccountDisconnected
from echo.engine.effects import Persist, Send
from echo.engine.events import PoliciesChanged, SettingsChanged
from echo.engine.reconciler import INTERVAL_KEY, LINES_PER_TURN, SEEN_AGAIN_MS, TURN_KEY
from tests.engine.scenes import (
    MASTER,
    SLAVE,
    Desk,
    desk,
    facts,
    fixed_lot,
    fixed_risk,
    mapping,
    opened,
    records,
    report,
    sent,
    settings,
    spec_report,
    specification,
)

MINUTE_MS = 60_000


def crowd(accounts: int, symbols: int) -> Desk:
    """Slaves with many symbols each."""
    slaves = tuple(AccountId(str(3_000 + n)) for n in range(accounts))
    many = tuple(mapping(f"ZZ{n:04}", f"ZZ{n:04}") for n in range(symbols))
    stage = Desk(settings=settings(slave_accounts=slaves))
    stage.join(*slaves)
    for slave in slaves:
        stage.register(slave, symbols=many)
    return stage


def test_a_change_for_many_is_worked_through_in_turns() -> None:
    stage = crowd(5, LINES_PER_TURN // 2)
    told = stage.feed(PoliciesChanged(PolicyBook([])))

    assert len(sent(told, SymbolRegistrationResult)) == 2
    assert TURN_KEY in stage.timers
    later = stage.wait(10)
    assert len(sent(later, SymbolRegistrationResult)) == 3
    assert TURN_KEY not in stage.timers


def test_who_waits_already_is_not_judged_twice() -> None:
    stage = crowd(5, LINES_PER_TURN // 2)
    stage.feed(PoliciesChanged(PolicyBook([])))
    again = stage.feed(PoliciesChanged(PolicyBook([])))
    rest = stage.wait(10)

    # Each hears of it once; the two that were judged before are judged again, which is no news.
    assert len(sent([*again, *rest], SymbolRegistrationResult)) == 3
    assert len(facts([*again, *rest], EvaluationUnchanged)) == 2


def test_a_trade_passes_between_the_turns() -> None:
    stage = desk()
    stage.join(*(AccountId(str(3_000 + n)) for n in range(4)), MASTER, SLAVE)
    stage.register(MASTER, Role.MASTER)
    stage.register(SLAVE)
    stage.quote()
    many = tuple(mapping(f"ZZ{n:04}", f"ZZ{n:04}") for n in range(LINES_PER_TURN))
    for n in range(4):
        stage.register(AccountId(str(3_000 + n)), symbols=many)
    stage.feed(SettingsChanged(settings(blocked_versions=frozenset({1}))))
    assert stage.engine.state.judging.waiting
    assert sent(stage.say(opened()), ExecuteOrder)


def test_everybody_is_judged_every_so_often_and_no_news_is_kept_to_itself() -> None:
    stage = desk()
    stage.say(spec_report(), message_id=None)
    assert stage.timers[INTERVAL_KEY] == stage.now.mono_ms + settings().retry_interval_ms
    stage.later(settings().retry_interval_ms - 1_000)
    stage.say(spec_report(), message_id=None)
    told = stage.wait(1_000)

    assert {fact.cause for fact in facts(told, EvaluationUnchanged)} == {Cause.INTERVAL}
    assert records(told, EvaluationRecord) == []
    assert INTERVAL_KEY in stage.timers


def test_a_spec_that_is_not_repeated_becomes_a_warning_by_itself() -> None:
    stage = desk()
    stage.say(spec_report(), message_id=None)
    told = stage.wait(settings().retry_interval_ms)
    [result] = sent(told, SymbolRegistrationResult)
    [line] = result.symbols

    assert (result.status, result.account_id) == (RegistrationStatus.WARNING, SLAVE)
    assert [issue.code for issue in line.warnings] == [IssueCode.SPEC_STALE]
    assert line.warnings[0].message == "EURUSD.x: its spec is 300000 ms old > 10000 ms"
    assert line.spec_age_ms == settings().retry_interval_ms
    told = stage.say(spec_report(), message_id=None)
    assert sent(told, SymbolRegistrationResult)[0].status is RegistrationStatus.ACCEPTED


def test_that_the_specs_of_an_account_age_while_its_ea_is_away_is_no_news() -> None:
    stage = desk()
    stage.say(spec_report(), message_id=None)
    gone = AccountDisconnected(account_id=SLAVE, disconnected_at_ms=0, reason="closed")
    stage.say(gone, message_id=None)
    told = stage.wait(settings().retry_interval_ms)

    assert sent(told, SymbolRegistrationResult) == []
    assert records(told, EvaluationRecord) == []


def test_a_policy_that_runs_out_rejects_its_account_by_itself() -> None:
    stage = desk()
    until = stage.now.wall_ms + MINUTE_MS
    stage.feed(PoliciesChanged(PolicyBook([fixed_lot(valid_until_ms=until)])))
    told = stage.wait(settings().retry_interval_ms)

    assert [each.status for each in sent(told, SymbolRegistrationResult)] == [
        RegistrationStatus.REJECTED
    ]


def test_a_new_interval_counts_from_now_on() -> None:
    stage = desk()
    stage.feed(SettingsChanged(settings(retry_interval_ms=MINUTE_MS)))
    assert stage.timers[INTERVAL_KEY] == stage.now.mono_ms + MINUTE_MS
    due = stage.timers[INTERVAL_KEY]
    stage.later(1_000)
    stage.feed(SettingsChanged(settings(retry_interval_ms=MINUTE_MS, unknown_action="reject")))

    assert stage.timers[INTERVAL_KEY] == due


def test_the_journal_learns_now_and_then_that_an_account_is_still_here() -> None:
    stage = desk()
    told = stage.wait(SEEN_AGAIN_MS - MINUTE_MS)
    assert records(told, AccountRecord) == []
    told = stage.wait(2 * settings().retry_interval_ms)

    lazy = [each for each in told if isinstance(each, Persist) and each.lazy]
    seen = {each.record.account_id for each in lazy if isinstance(each.record, AccountRecord)}
    assert seen == {MASTER, SLAVE}


def test_a_spec_that_cannot_be_used_is_told_and_forgiven() -> None:
    stage = desk()
    stage.say(spec_report(), message_id=None)
    broken = spec_report(SLAVE, specification(min_lot=Decimal(5), max_lot=Decimal(1)))
    told = stage.say(broken, message_id=None)
    [line] = sent(told, SymbolRegistrationResult)[0].symbols

    assert [(issue.code, issue.message) for issue in line.warnings] == [
        (IssueCode.SPEC_INVALID, "EURUSD.x: its latest spec is not used: min_lot 5 > max_lot 1")
    ]
    assert not [each for each in stage.say(broken, message_id=None) if isinstance(each, Send)]
    told = stage.say(spec_report(), message_id=None)
    assert sent(told, SymbolRegistrationResult)[0].status is RegistrationStatus.ACCEPTED


def test_a_contract_size_that_a_spec_tells_lifts_its_warning() -> None:
    stage = desk()
    stage.say(spec_report(SLAVE, specification(contract_size=Decimal(0))), message_id=None)
    stage.say(
        replace(report(), symbols=(mapping(contract_size=None),), reported_at_ms=2**60),
        message_id=None,
    )
    [line] = stage.engine.state.account(SLAVE).verdict.symbols  # type: ignore[union-attr]  # judged
    assert [issue.code for issue in line.warnings] == [IssueCode.SPEC_INVALID]
    told = stage.say(spec_report(), message_id=None)

    assert sent(told, SymbolRegistrationResult)[0].status is RegistrationStatus.ACCEPTED


def test_a_tick_value_that_was_never_promised_lifts_a_rejection_when_it_comes() -> None:
    features = ("lossless/v1", "spec_report/v1")
    stage = desk(policies=[fixed_risk()], slave_features=features, symbol=mapping(tick_value=None))
    account = stage.engine.state.account(SLAVE)
    assert account.verdict is not None
    assert account.verdict.status is RegistrationStatus.REJECTED
    told = stage.say(spec_report(), message_id=None)

    assert sent(told, SymbolRegistrationResult)[0].status is RegistrationStatus.ACCEPTED


def test_specs_that_change_nothing_judge_nobody() -> None:
    stage = desk()
    stage.say(spec_report(), message_id=None)
    told = stage.say(spec_report(), message_id=None)

    assert facts(told, SpecsTaken)[0].news is False
    assert len(told) == 1
