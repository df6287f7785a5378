"""Bad input at registration: each kind gets its answer, and harms nobody else."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from echo.domain.commands import CloseOrder, ExecuteOrder
from echo.domain.facts import InputRefused
from echo.domain.handshake import (
    IssueCode,
    RegistrationStatus,
    Role,
    SymbolRegistrationResult,
)
from echo.domain.ids import Ticket
from echo.domain.journal import (
    AccountRecord,
    EvaluationRecord,
    SymbolMapRecord,
)
from echo.domain.registration_facts import EaChanged, ReportOutcome, SymbolsReported
from echo.domain.sessions import AccountConnected
from echo.engine.effects import Effect, EndSession, Persist
from tests.engine.scenes import (
    AGENT,
    MASTER,
    OTHER_AGENT,
    SLAVE,
    WALL_MS,
    Desk,
    alarms,
    closed,
    desk,
    facts,
    mapping,
    opened,
    records,
    report,
    sent,
    spec_report,
    trade_id_of,
)


def verdict(told: list[Effect]) -> SymbolRegistrationResult:
    [result] = sent(told, SymbolRegistrationResult)
    return result


@pytest.mark.parametrize(
    "semver", ["", "1", "1.2", "1.2.3.4", "v1.2.3", "1.2.x", "1.2.3-rc", "١.٢.٣"]
)
def test_a_malformed_semver_is_rejected_until_the_ea_tells_a_sound_one(semver: str) -> None:
    stage = desk()
    result = verdict(stage.register(SLAVE, client_semver=semver))
    stage.quote()

    assert result.status is RegistrationStatus.REJECTED
    assert [(issue.code, issue.message) for issue in result.errors] == [
        (
            IssueCode.PROTOCOL_VERSION_UNSUPPORTED,
            f"client_semver {semver!r} is not like 1.2.3",
        )
    ]
    assert not sent(stage.say(opened()), ExecuteOrder)
    stage.register(SLAVE)
    stage.quote()
    assert sent(stage.say(opened(trade_id=trade_id_of(78), ticket=Ticket(78))), ExecuteOrder)


def test_protocol_1_need_not_tell_a_semver() -> None:
    stage = desk()
    result = verdict(stage.register(SLAVE, protocol_version=1, client_semver=""))

    assert (result.status, result.errors) == (RegistrationStatus.WARNING, ())


def test_an_endless_semver_is_told_shortened() -> None:
    stage = desk()
    [issue] = verdict(stage.register(SLAVE, client_semver="9" * 65_536)).errors

    assert len(issue.message) < 120


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"tick_size": Decimal(0)}, "tick_size is 0, not > 0", id="zero tick"),
        pytest.param(
            {"min_lot": Decimal(2), "max_lot": Decimal(1)}, "min_lot 2 > max_lot 1", id="min > max"
        ),
        pytest.param({"point": Decimal("NaN")}, "point is NaN, not > 0", id="NaN"),
        pytest.param(
            {"min_lot": Decimal("0.00")},
            "min_lot is 0.00, not > 0; an EA that prints two decimals cannot tell thousandths of a"
            " lot",
            id="a 0.001-lot symbol printed as 0.00",
        ),
        pytest.param({"digits": -3}, "digits is -3, not 0 to 10", id="digits"),
        pytest.param({"lot_step": Decimal("Infinity")}, "lot_step is Infinity, not > 0", id="inf"),
    ],
)
def test_an_absurd_spec_is_left_out_and_its_neighbour_is_live(
    changes: dict[str, Any], said: str
) -> None:
    stage = desk()
    result = verdict(stage.register(SLAVE, symbols=(mapping("GBPUSD", **changes), mapping())))
    bad, good = result.symbols

    assert [(issue.code, issue.message) for issue in bad.errors] == [
        (IssueCode.SPEC_INVALID, f"GBPUSD.x: {said}")
    ]
    assert good.status is not RegistrationStatus.REJECTED
    assert result.status is RegistrationStatus.WARNING
    assert list(stage.engine.state.account(SLAVE).symbols) == ["EURUSD"]


def test_three_thousand_symbols_are_judged_each_for_itself() -> None:
    stage = desk()
    many = tuple(mapping(f"ST{n:04}", f"ST{n:04}.us") for n in range(2_999))
    told = stage.register(SLAVE, symbols=(mapping(), *many))
    statuses = [line.status for line in verdict(told).symbols]

    assert len(statuses) == 3_000
    assert statuses.count(RegistrationStatus.REJECTED) == 2_999
    assert [fact.known for fact in facts(told, SymbolsReported)] == [1]


def test_names_of_64_kib_are_no_names() -> None:
    stage = desk()
    endless = "A" * 65_536
    result = verdict(stage.register(SLAVE, symbols=(mapping(endless, endless), mapping())))
    bad, good = result.symbols

    assert [issue.code for issue in bad.errors] == [IssueCode.CANONICAL_NOT_ALLOWED]
    assert bad.errors[0].message == f"{'A' * 64}… is not in the catalogue"
    assert good.canonical_symbol == "EURUSD"


def test_a_duplicate_after_normalisation_refuses_the_whole_report() -> None:
    stage = desk()
    told = stage.register(SLAVE, symbols=(mapping("EURUSD", "A"), mapping("EURUSD.pro", "B")))
    result = verdict(told)

    assert [issue.code for issue in result.errors] == [IssueCode.DUPLICATE_CANONICAL]
    assert records(told, SymbolMapRecord) == []
    assert [fact.outcome for fact in facts(told, SymbolsReported)] == [ReportOutcome.DUPLICATE]


def test_a_thousand_handshakes_in_a_minute_are_written_once() -> None:
    stage = desk()
    stage.say(spec_report(), message_id=None)
    told: list[Effect] = []
    for n in range(1_000):
        stage.later(60)
        stage.say(spec_report(), message_id=None)
        told += stage.register(SLAVE, at_ms=WALL_MS + 60 * n, instance=f"life-{n}")

    assert records(told, EvaluationRecord) == []
    assert len(records(told, AccountRecord)) <= 2
    assert len(records(told, SymbolMapRecord)) <= 2
    assert len(sent(told, SymbolRegistrationResult)) == 1_000, "each of them is answered"


def test_a_masters_ea_on_a_slaves_pipe_is_a_role_mismatch() -> None:
    stage = desk()
    stage.connect(SLAVE)
    told = stage.say(report(SLAVE, Role.MASTER), message_id=None)
    result = verdict(told)

    assert result.status is RegistrationStatus.REJECTED
    assert [issue.code for issue in result.errors] == [IssueCode.ROLE_MISMATCH]
    assert result.pipe_role is Role.SLAVE
    assert records(told, AccountRecord) == []
    assert not sent(stage.say(opened()), ExecuteOrder)


def test_the_pipe_of_a_master_makes_a_master() -> None:
    stage = Desk()
    stage.join(MASTER)
    connected = AccountConnected(account_id=MASTER, connected_at_ms=0, role=Role.MASTER)
    stage.say(connected, message_id=None)
    told = stage.say(report(MASTER, Role.SLAVE), message_id=None)

    assert verdict(told).status is RegistrationStatus.ACCEPTED
    assert stage.engine.state.account(MASTER).role is Role.MASTER


def test_the_same_login_at_a_second_server_is_refused_while_trades_are_open() -> None:
    stage = desk()
    stage.register(SLAVE, server="Alpha")
    stage.quote()
    order = stage.fill()
    result = verdict(stage.register(SLAVE, server="Beta"))

    assert [issue.code for issue in result.errors] == [IssueCode.ROLE_MISMATCH]
    assert result.errors[0].message == (
        "account 2001 has 1 trades at Alpha, this terminal is at Beta: one Core serves a login at"
        " one server; close those trades first, or use another Core"
    )
    told = stage.register(SLAVE, server="Alpha")
    assert verdict(told).status is not RegistrationStatus.REJECTED
    assert order.account_id == SLAVE


def test_an_account_without_trades_may_move_to_another_server_and_people_hear_of_it() -> None:
    stage = desk()
    stage.register(SLAVE, server="Alpha")
    told = stage.register(SLAVE, server="Beta")

    assert verdict(told).status is not RegistrationStatus.REJECTED
    assert [(fact.what, fact.before, fact.after) for fact in facts(told, EaChanged)] == [
        ("server", "Alpha", "Beta")
    ]


def test_other_inputs_of_an_ea_are_told() -> None:
    stage = desk()
    stage.register(SLAVE, ea_config_hash="aa")
    assert facts(stage.register(SLAVE, ea_config_hash="aa"), EaChanged) == []
    told = stage.register(SLAVE, ea_config_hash="bb")

    assert [(fact.what, fact.before, fact.after) for fact in facts(told, EaChanged)] == [
        ("config_hash", "aa", "bb")
    ]
    assert [row.metadata.ea_config_hash for row in records(told, AccountRecord)] == ["bb"]


def test_other_inputs_are_told_after_a_restart_too() -> None:
    stage = desk()
    stage.register(SLAVE, ea_config_hash="aa")
    stage.restart()
    stage.join(SLAVE)
    told = stage.register(SLAVE, ea_config_hash="bb")

    assert [fact.what for fact in facts(told, EaChanged)] == ["config_hash"]


def test_two_agents_claim_one_account_and_the_second_ea_is_told_why() -> None:
    stage = desk()
    stage.join(SLAVE, agent=OTHER_AGENT)
    told = stage.say(report(), agent=OTHER_AGENT, message_id=None)
    result = verdict(told)

    assert (result.status, result.agent_id) == (RegistrationStatus.REJECTED, OTHER_AGENT)
    assert [issue.code for issue in result.errors] == [IssueCode.ROLE_MISMATCH]
    assert result.errors[0].message == (
        "account 2001 is served by agent-a: list it for one Agent only, not also for agent-b"
    )
    assert [fact.reason for fact in facts(told, InputRefused)] == ["not_owner"]
    assert not [each for each in told if isinstance(each, Persist)]
    assert stage.engine.state.account(SLAVE).agent_id == AGENT
    assert stage.open()


def test_the_second_agent_may_have_the_account_when_the_first_is_gone() -> None:
    stage = desk()
    assert alarms(stage.join(SLAVE, agent=OTHER_AGENT)) == ["ACCOUNT_CLAIMED_TWICE"]
    told = stage.leave()
    assert [each.agent_id for each in told if isinstance(each, EndSession)] == [OTHER_AGENT]
    stage.join(SLAVE, agent=OTHER_AGENT)
    result = verdict(stage.register(SLAVE, agent=OTHER_AGENT))

    assert result.status is not RegistrationStatus.REJECTED
    assert stage.engine.state.account(SLAVE).agent_id == OTHER_AGENT


def test_a_report_of_a_stranger_without_a_stream_is_only_counted() -> None:
    stage = desk()
    stage.join(agent=OTHER_AGENT)
    told = stage.say(replace(report(), metadata=None), agent=OTHER_AGENT, message_id=None)

    assert verdict(told).pipe_role is Role.SLAVE


def test_a_rejected_account_is_still_told_to_close() -> None:
    stage = desk()
    stage.fill()
    stage.register(SLAVE, client_semver="3.0.0", protocol_version=9)
    told = stage.say(closed())

    assert len(sent(told, CloseOrder)) == 1
