"""Registration: one owner per account, one verdict per session, and no dead ends."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from echo.domain.answers import TradeIntentAck
from echo.domain.commands import ExecuteOrder
from echo.domain.errors import ErrorCode
from echo.domain.facts import InputRefused, LinkChanged
from echo.domain.handshake import (
    AccountMode,
    IssueCode,
    RegistrationStatus,
    Role,
    SymbolRegistrationResult,
)
from echo.domain.ids import is_uuid7
from echo.domain.journal import AccountRecord, DecisionRecord, EvaluationRecord, SymbolMapRecord
from echo.domain.policy import PolicyBook
from echo.domain.registration_facts import AccountEvaluated, Cause, EvaluationUnchanged
from echo.domain.sessions import AccountConnected, AccountDisconnected
from echo.domain.specs import SymbolMapping
from echo.engine.effects import Effect, Persist, Send
from echo.engine.events import PoliciesChanged, SettingsChanged
from tests.engine.scenes import (
    AGENT,
    FEATURES,
    MASTER,
    OTHER_AGENT,
    SLAVE,
    WALL_MS,
    Desk,
    alarms,
    facts,
    fixed_lot,
    fixed_risk,
    mapping,
    opened,
    recipients,
    records,
    report,
    sent,
    settings,
    spec_report,
    specification,
)
from tests.engine.scenes import desk as bare_desk

WITHOUT_TICK_VALUE = tuple(each for each in FEATURES if each != "spec_report/tickvalue")


def desk(**changes: Any) -> Desk:
    """A Core at work, whose slave has reported its specs, too."""
    stage = bare_desk(**changes)
    stage.say(spec_report(), message_id=None)
    return stage


def verdict(told: list[Effect]) -> SymbolRegistrationResult:
    [result] = sent(told, SymbolRegistrationResult)
    return result


def is_work(effect: Effect) -> bool:
    return isinstance(effect, (Persist, Send))


def quiet(told: list[Effect]) -> bool:
    return not any(map(is_work, told))


# -- who owns an account


def test_a_second_agent_gets_nothing_but_an_alarm() -> None:
    stage = desk()
    told = stage.join(SLAVE, agent=OTHER_AGENT)
    assert alarms(told) == ["ACCOUNT_CLAIMED_TWICE"]
    assert alarms(stage.connect(SLAVE, agent=OTHER_AGENT)) == ["ACCOUNT_CLAIMED_TWICE"]
    reported = stage.say(report(), agent=OTHER_AGENT, message_id=None)
    assert not [effect for effect in reported if isinstance(effect, Persist)]
    assert [fact.reason for fact in facts(reported, InputRefused)] == ["not_owner"]
    assert OTHER_AGENT not in recipients(stage.say(opened()))


def test_a_dead_owners_accounts_may_be_claimed() -> None:
    stage = desk()
    stage.leave()
    told = stage.join(SLAVE, agent=OTHER_AGENT)

    assert alarms(told) == []
    assert stage.engine.state.account(SLAVE).agent_id == OTHER_AGENT


def test_the_same_agent_may_claim_again() -> None:
    stage = desk()

    assert alarms(stage.join(MASTER, SLAVE)) == []


def test_an_account_can_be_claimed_by_connecting() -> None:
    stage = Desk()
    stage.join()
    told = stage.connect(SLAVE)

    assert facts(told, LinkChanged) == [LinkChanged(peer="slave_2001", up=True)]
    assert stage.engine.state.account(SLAVE).agent_id == AGENT


def test_a_disconnected_ea_is_told_to_telemetry_by_its_owner_only() -> None:
    stage = desk()
    stage.join(agent=OTHER_AGENT)
    gone = AccountDisconnected(account_id=SLAVE, disconnected_at_ms=0, reason="pipe broke")
    assert stage.say(gone, agent=OTHER_AGENT, message_id=None) == []
    told = stage.say(gone, message_id=None)

    assert facts(told, LinkChanged) == [
        LinkChanged(peer="slave_2001", up=False, reason="pipe broke")
    ]
    assert not stage.engine.state.account(SLAVE).connected


# -- verdicts


def test_a_sound_handshake_is_accepted_journaled_and_told() -> None:
    stage = Desk()
    stage.join(SLAVE)
    told = stage.register(SLAVE)
    result = verdict(told)

    assert result.status is RegistrationStatus.WARNING
    assert [issue.message for issue in result.symbols[0].warnings] == ["EURUSD.x: awaiting spec"]
    assert (result.account_id, result.pipe_role) == (SLAVE, Role.SLAVE)
    assert (result.protocol_version, result.client_semver) == (3, "3.0.0")
    assert result.agent_id == AGENT
    assert result.evaluation_id.startswith("evaluation-")
    assert [entry.canonical_symbol for entry in result.symbols] == ["EURUSD"]
    kinds = [type(e.record) if isinstance(e, Persist) else Send for e in told if is_work(e)]
    assert kinds == [AccountRecord, SymbolMapRecord, EvaluationRecord, Send]
    [fact] = facts(told, AccountEvaluated)
    assert (fact.status, fact.issues) == (RegistrationStatus.WARNING, ())
    assert [(each.code, each.scope, each.count) for each in fact.counts] == [
        ("SPEC_STALE", "symbol", 1)
    ]
    told = stage.say(spec_report(), message_id=None)
    assert verdict(told).status is RegistrationStatus.ACCEPTED
    assert [fact.cause for fact in facts(told, AccountEvaluated)] == [Cause.SPECS]


def test_an_unchanged_evaluation_is_neither_stored_nor_sent_again() -> None:
    stage = desk()
    for n in range(1, 20):
        stage.later(1_000)
        stage.say(spec_report(), message_id=None)
        told = stage.say(report(at_ms=WALL_MS + n), message_id=None)
        assert records(told, EvaluationRecord) == []
        assert sent(told, SymbolRegistrationResult) == []


def test_a_new_session_is_told_again_but_nothing_is_stored() -> None:
    stage = desk()
    told = stage.register(SLAVE)

    assert records(told, EvaluationRecord) == []
    assert verdict(told).status is RegistrationStatus.ACCEPTED


def test_a_changed_verdict_is_stored_and_sent() -> None:
    stage = desk()
    told = stage.register(SLAVE, account_mode=AccountMode.NETTING)

    assert len(records(told, EvaluationRecord)) == 1
    assert verdict(told).status is RegistrationStatus.REJECTED


@pytest.mark.parametrize(
    ("symbols", "status"),
    [
        pytest.param((), RegistrationStatus.ACCEPTED, id="no symbol is legal"),
        pytest.param(None, RegistrationStatus.ACCEPTED, id="metadata only"),
        pytest.param(
            (mapping(), mapping("GBPUSD", lot_step=Decimal(0))),
            RegistrationStatus.WARNING,
            id="one bad symbol",
        ),
        pytest.param(
            (mapping(lot_step=Decimal(0)),), RegistrationStatus.REJECTED, id="none is usable"
        ),
    ],
)
def test_symbols_are_judged_one_by_one(symbols: object, status: RegistrationStatus) -> None:
    stage = desk()
    told = stage.register(SLAVE, symbols=symbols)

    assert verdict(told).status is status


def test_no_metadata_is_no_protocol() -> None:
    stage = Desk()
    stage.join(SLAVE)
    stage.connect(SLAVE)
    told = stage.say(replace(report(), metadata=None), message_id=None)

    assert verdict(told).status is RegistrationStatus.REJECTED
    assert records(told, AccountRecord) == []
    assert [issue.code for issue in verdict(told).errors] == [
        IssueCode.PROTOCOL_VERSION_UNSUPPORTED
    ]


def test_a_report_with_one_name_twice_is_refused_whole() -> None:
    stage = desk()
    told = stage.register(SLAVE, symbols=(mapping("GBPUSD"), mapping(), mapping("eurusd ", "E")))
    result = verdict(told)

    assert result.status is RegistrationStatus.REJECTED
    assert result.symbols == ()
    assert [issue.message for issue in result.errors] == [
        "EURUSD is reported 2 times; the whole report is refused"
    ]
    assert records(told, SymbolMapRecord) == []
    assert list(stage.engine.state.account(SLAVE).symbols) == ["EURUSD"]


def test_a_report_replaces_whatever_was_known() -> None:
    stage = desk()
    told = stage.register(SLAVE, symbols=(mapping("GBPUSD"),))
    account = stage.engine.state.account(SLAVE)

    assert list(account.symbols) == ["GBPUSD"]
    assert account.canonical_of == {"GBPUSD.X": "GBPUSD"}
    assert [row.symbols for row in records(told, SymbolMapRecord)] == [(mapping("GBPUSD"),)]


def own(broker: str, **changes: object) -> SymbolMapping:
    """A line of an EA that maps nothing: its canonical name is the broker's, in capitals."""
    return mapping(broker.upper(), broker, **changes)


def test_of_two_spellings_the_full_contract_is_taken_and_the_other_stands_for_nothing() -> None:
    stage = desk()
    told = stage.register(MASTER, Role.MASTER, symbols=(own("XAUUSDmini"), own("XAUUSD.x")))
    account = stage.engine.state.account(MASTER)
    mini, full = verdict(told).symbols

    assert list(account.symbols) == ["XAUUSD"]
    assert account.symbols["XAUUSD"].broker_symbol == "XAUUSD.x"
    assert account.canonical_of == {"XAUUSD.X": "XAUUSD"}
    assert full.status is RegistrationStatus.ACCEPTED
    assert mini.status is RegistrationStatus.WARNING
    assert [(issue.code, issue.message) for issue in mini.warnings] == [
        (
            IssueCode.DUPLICATE_CANONICAL,
            "XAUUSD.x stands for XAUUSD, not XAUUSDmini: XAUUSD.x is plain, XAUUSDmini mini",
        )
    ]


def test_a_trade_in_a_spelling_that_stands_for_nothing_is_not_copied() -> None:
    stage = desk(symbol=mapping("XAUUSD"))
    stage.register(MASTER, Role.MASTER, symbols=(own("XAUUSDmini"), own("XAUUSD")))
    told = stage.say(opened(symbol="XAUUSDmini"))

    assert sent(told, ExecuteOrder) == []
    [decision] = records(told, DecisionRecord)
    assert decision.code is ErrorCode.SYMBOL_NOT_MAPPED


def test_two_spellings_that_are_equally_good_refuse_the_whole_report() -> None:
    stage = desk()
    told = stage.register(SLAVE, symbols=(own("GBPUSD"), own("EURUSD"), own("EURUSDm")))
    result = verdict(told)

    assert result.status is RegistrationStatus.REJECTED
    assert [issue.code for issue in result.errors] == [IssueCode.DUPLICATE_CANONICAL]
    assert "EURUSD, EURUSDm are equally good" in result.errors[0].message
    assert result.symbols == ()
    assert list(stage.engine.state.account(SLAVE).symbols) == ["EURUSD"], "what was known stays"


@pytest.mark.parametrize("role", list(Role))
def test_a_symbol_mapping_decides_between_them(role: Role) -> None:
    stage = desk()
    symbols = (own("EURUSD"), mapping("EURUSD", "EURUSDm"))
    told = stage.register(SLAVE, role, symbols=symbols, symbol_mappings="EURUSD:EURUSDm")
    plain, mapped = verdict(told).symbols

    assert stage.engine.state.account(SLAVE).symbols["EURUSD"].broker_symbol == "EURUSDm"
    assert mapped.status is not RegistrationStatus.REJECTED
    assert [issue.code for issue in plain.warnings] == [IssueCode.DUPLICATE_CANONICAL]
    assert plain.warnings[0].message == (
        "EURUSDm stands for EURUSD, not EURUSD: decided by a symbol mapping"
    )


def test_ten_thousand_reports_that_say_the_same_are_one_evaluation() -> None:
    stage = Desk()
    stage.join(SLAVE)
    told = stage.register(SLAVE)
    for n in range(1, 10_000):
        told += stage.say(report(at_ms=WALL_MS + n), message_id=None)

    assert len(records(told, EvaluationRecord)) == 1
    assert len(sent(told, SymbolRegistrationResult)) == 1


def test_a_contract_size_of_0_is_none() -> None:
    stage = desk()
    stage.register(SLAVE, symbols=(mapping(contract_size=Decimal(0)),))

    assert stage.engine.state.account(SLAVE).symbols["EURUSD"].contract_size is None


@pytest.mark.parametrize(
    ("at_ms", "symbols", "taken"),
    [
        pytest.param(WALL_MS - 1, (mapping("GBPUSD"),), False, id="older"),
        pytest.param(WALL_MS, (mapping(),), False, id="same time, same content"),
        pytest.param(WALL_MS, (mapping("GBPUSD"),), True, id="same time, other content"),
        pytest.param(WALL_MS + 1, (mapping("GBPUSD"),), True, id="newer"),
    ],
)
def test_reports_within_a_session(at_ms: int, symbols: object, taken: bool) -> None:
    stage = desk()
    told = stage.say(report(symbols=symbols, at_ms=at_ms), message_id=None)  # type: ignore[arg-type]  # a table of reports

    assert (len(records(told, SymbolMapRecord)) == 1) is taken
    refusals = [fact.reason for fact in facts(told, InputRefused)]
    assert refusals == ([] if taken else ["outdated_report"])


def test_a_new_session_may_be_older_for_clocks_jump() -> None:
    stage = desk()
    told = stage.register(SLAVE, symbols=(mapping("GBPUSD"),), at_ms=5)

    assert len(records(told, SymbolMapRecord)) == 1


# -- verdicts change by themselves


def test_a_new_policy_lifts_a_rejection_without_a_new_handshake() -> None:
    stage = desk(policies=[])
    assert stage.engine.state.account(SLAVE).verdict.status is RegistrationStatus.REJECTED  # type: ignore[union-attr]  # judged at registration
    told = stage.feed(PoliciesChanged(PolicyBook([fixed_lot()])))
    result = verdict(told)

    assert result.status is RegistrationStatus.ACCEPTED
    assert is_uuid7(result.evaluation_id)
    assert len(records(told, EvaluationRecord)) == 1
    assert stage.open()


def test_policies_that_change_no_verdict_are_not_announced() -> None:
    stage = desk()
    told = stage.feed(PoliciesChanged(PolicyBook([fixed_lot(lot="0.20")])))

    assert quiet(told)
    assert {fact.cause for fact in facts(told, EvaluationUnchanged)} == {Cause.POLICIES}
    assert stage.open().lot == Decimal("0.20")


def test_settings_are_judged_by_at_once() -> None:
    stage = desk()
    told = stage.feed(SettingsChanged(settings(blocked_versions=frozenset({3}))))

    assert {result.status for result in sent(told, SymbolRegistrationResult)} == {
        RegistrationStatus.REJECTED
    }


def test_a_symbol_that_is_catalogued_later_is_learnt() -> None:
    stage = desk()
    stage.register(SLAVE, symbols=(mapping(), mapping("AAPL", "AAPL.us")))
    catalogue = stage.settings.canonical_symbols | {"AAPL"}
    told = stage.feed(SettingsChanged(settings(canonical_symbols=catalogue)))

    assert [each.status for each in verdict(told).symbols] == [
        RegistrationStatus.ACCEPTED,
        RegistrationStatus.WARNING,
    ]
    assert [len(row.symbols) for row in records(told, SymbolMapRecord)] == [2]
    aapl = specification("AAPL", broker_symbol="AAPL.us")
    told = stage.say(spec_report(SLAVE, aapl), message_id=None)
    assert verdict(told).status is RegistrationStatus.ACCEPTED


def test_a_report_that_was_refused_whole_is_judged_again_as_such() -> None:
    stage = desk()
    stage.register(SLAVE, symbols=(mapping(), mapping()))
    told = stage.feed(PoliciesChanged(PolicyBook([])))

    assert quiet(told)


def test_nobody_is_judged_before_the_handshake() -> None:
    stage = desk()
    stage.connect(SLAVE)
    told = stage.feed(PoliciesChanged(PolicyBook([])))

    assert quiet(told)
    assert [fact.account_id for fact in facts(told, EvaluationUnchanged)] == [MASTER]


def test_an_account_waits_for_its_tick_value_and_is_accepted_when_it_comes() -> None:
    stage = desk(policies=[fixed_risk()])
    told = stage.register(SLAVE, symbols=(mapping(tick_value=None),))
    [entry] = verdict(told).symbols
    assert entry.status is RegistrationStatus.WARNING
    assert [issue.code for issue in entry.warnings] == [IssueCode.SPEC_STALE]
    told = stage.say(spec_report(), message_id=None)

    assert verdict(told).status is RegistrationStatus.ACCEPTED
    assert verdict(told).evaluation_id.startswith("evaluation-")
    stage.later(5_000)
    assert quiet(stage.say(spec_report(), message_id=None))


def test_verdicts_without_an_agent_are_stored_only() -> None:
    stage = desk(policies=[])
    stage.leave()
    told = stage.feed(PoliciesChanged(PolicyBook([fixed_lot()])))

    assert sent(told, SymbolRegistrationResult) == []
    assert len(records(told, EvaluationRecord)) == 1


def test_masters_are_judged_too() -> None:
    stage = desk()
    told = stage.register(MASTER, Role.MASTER, symbols=(mapping("NOSUCH"),))

    assert verdict(told).status is RegistrationStatus.REJECTED
    assert verdict(told).pipe_role is Role.MASTER
    assert stage.one(stage.say(opened(symbol="GBPUSD")), TradeIntentAck)


def test_the_role_is_what_the_pipe_says() -> None:
    stage = Desk()
    stage.join(SLAVE)
    connected = AccountConnected(account_id=SLAVE, connected_at_ms=0, role=Role.MASTER)
    stage.say(connected, message_id=None)

    assert stage.engine.state.account(SLAVE).role is Role.MASTER


def test_spellings_that_differ_in_capitals_only_are_not_told_apart() -> None:
    stage = desk()
    stage.register(SLAVE, symbols=(mapping("XAUUSD", "GOLDm"), own("GOLDM")))
    account = stage.engine.state.account(SLAVE)

    assert list(account.symbols) == ["XAUUSD"]
    assert account.canonical_of == {}
    assert account.untaken == {"GOLDM"}
