"""What people ask about registration is answered from what is in force, and changes nothing."""

from dataclasses import replace
from typing import Any, TypeVar

import pytest

from echo.domain.facts import OperatorActed
from echo.domain.handshake import AccountMode, RegistrationStatus, SymbolRegistrationResult
from echo.domain.ids import AccountId, StrategyId
from echo.domain.journal import EvaluationRecord, OperationRecord
from echo.domain.operations import Answer, NotDone, OperationCode
from echo.domain.policy import PolicyBook
from echo.domain.registry import (
    Advice,
    AskCoverage,
    Coverage,
    Evaluate,
    Evaluated,
    ListRegistrations,
    RegistrationList,
    RegistryRequest,
)
from echo.engine.effects import Effect, Persist, Reply, Send
from echo.engine.events import OperatorAsked
from tests.engine.scenes import (
    AGENT,
    MASTER,
    SECOND,
    SLAVE,
    Desk,
    desk,
    facts,
    fixed_lot,
    records,
    report,
    sent,
    spec_report,
)

T = TypeVar("T", bound=Answer)
HOUR_MS = 3_600_000


def ask(stage: Desk, request: RegistryRequest, kind: type[T]) -> tuple[T, list[Effect]]:
    told = stage.feed(OperatorAsked(7, "ana", request))
    [answer] = [each.answer for each in told if isinstance(each, Reply)]
    assert isinstance(answer, kind)
    return answer, told


def test_the_list_tells_who_is_here_and_how_each_was_judged() -> None:
    stage = desk(policies=[fixed_lot(), fixed_lot(SECOND, strategy_id=StrategyId("scalp"))])
    stage.register(SLAVE, ea_config_hash="aa", account_mode=AccountMode.HEDGING, server="Demo")
    answer, told = ask(stage, ListRegistrations(), RegistrationList)
    master, slave = answer.rows

    assert answer.total == 2
    assert (master.account_id, slave.account_id) == (MASTER, SLAVE)
    assert (slave.agent_id, slave.connected, slave.protocol_version) == (AGENT, True, 3)
    assert (slave.ea_config_hash, slave.server) == ("aa", "Demo")
    assert (slave.status, slave.accepted, slave.warned) == (RegistrationStatus.WARNING, 0, 1)
    assert (slave.follows, slave.without_policy) == (("swing",), ("scalp",))
    assert slave.last_connected_at_ms == slave.reported_at_ms == stage.now.wall_ms
    assert [type(each) for each in told] == [Reply]


def test_the_list_of_one_account() -> None:
    answer, _ = ask(desk(), ListRegistrations(account_id=SLAVE), RegistrationList)

    assert [row.account_id for row in answer.rows] == [SLAVE]
    assert [each.broker_symbol for each in answer.rows[0].symbols] == ["EURUSD.x"]
    everybody, _ = ask(desk(), ListRegistrations(), RegistrationList)
    assert {row.symbols for row in everybody.rows} == {()}


def test_after_a_restart_an_account_is_known_and_not_judged() -> None:
    stage = desk()
    stage.restart()
    answer, _ = ask(stage, ListRegistrations(account_id=SLAVE), RegistrationList)
    [row] = answer.rows

    assert (row.connected, row.status, row.client_semver) == (False, None, "3.0.0")
    assert row.last_connected_at_ms > 0


def test_an_evaluation_is_sent_even_if_nothing_has_changed() -> None:
    stage = desk()
    answer, told = ask(stage, Evaluate(account_id=SLAVE), Evaluated)

    assert (answer.changed, answer.sent) == (False, True)
    assert len(sent(told, SymbolRegistrationResult)) == 1
    assert records(told, EvaluationRecord) == []
    [row] = records(told, OperationRecord)
    assert (row.by, row.action, row.sentence) == ("ana", "evaluate", "account 2001: WARNING")
    assert [fact.done for fact in facts(told, OperatorActed)] == [True]


def test_an_evaluation_that_is_not_sent_changes_nothing() -> None:
    stage = desk()
    before = stage.engine.state.account(SLAVE).verdict
    # Behind the back of the reconciler, so that there is something to find.
    stage.engine.state.book = PolicyBook([])
    answer, told = ask(stage, Evaluate(account_id=SLAVE, send=False), Evaluated)

    assert (answer.before, answer.result.status) == (
        RegistrationStatus.WARNING,
        RegistrationStatus.REJECTED,
    )
    assert (answer.changed, answer.sent) == (True, False)
    assert not [each for each in told if isinstance(each, (Persist, Send))]
    assert stage.engine.state.account(SLAVE).verdict is before


@pytest.mark.parametrize(
    ("account", "code"),
    [
        (AccountId("9"), OperationCode.UNKNOWN_ACCOUNT),
        (SLAVE, OperationCode.NOT_REGISTERED),
    ],
)
def test_who_was_never_here_cannot_be_judged(account: AccountId, code: OperationCode) -> None:
    stage = desk()
    stage.connect(SLAVE)
    answer, told = ask(stage, Evaluate(account_id=account), NotDone)

    assert answer.code is code
    assert records(told, OperationRecord) == []
    assert [fact.done for fact in facts(told, OperatorActed)] == [False]


def covered(stage: Desk, **changes: Any) -> Coverage:
    answer, _ = ask(stage, replace(AskCoverage(), **changes), Coverage)
    return answer


def test_all_that_are_here_and_report_let_unknown_symbols_be_rejected() -> None:
    stage = desk()
    answer = covered(stage)

    assert (answer.active, answer.reporting, answer.advice) == (2, 2, Advice.REJECT)
    assert answer.unknown_action == "warn"


def test_an_account_that_tells_no_symbols_is_silent() -> None:
    stage = desk(SLAVE, SECOND)
    stage.restart()
    stage.archive.rows.clear()
    stage.start()
    stage.join(MASTER, SLAVE, SECOND)
    stage.register(MASTER)
    stage.register(SECOND, symbols=None)
    answer = covered(stage)

    assert (answer.silent, answer.advice) == ((SECOND,), Advice.WARN)


def test_who_was_here_long_ago_is_not_active_and_who_stays_connected_is() -> None:
    stage = desk(SLAVE)
    stage.later(47 * HOUR_MS)
    stage.feed(OperatorAsked(1, "ana", AskCoverage()))
    assert covered(stage).active == 2
    stage.restart()
    assert covered(stage).active == 2, "as the journal says"
    stage.later(2 * HOUR_MS)
    assert covered(stage).active == 0
    assert covered(stage, hours=72).active == 2


def test_a_report_may_be_younger_than_the_handshake_and_still_count() -> None:
    stage = desk()
    stage.later(HOUR_MS)
    stage.say(report(at_ms=stage.now.wall_ms), message_id=None)
    stage.say(spec_report(), message_id=None)

    assert covered(stage).reporting == 2
