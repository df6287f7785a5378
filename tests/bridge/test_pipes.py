from dataclasses import replace

import pytest

from echo.bridge.effects import EndPipe, SendCore, SendEa
from echo.bridge.events import PipeClosed, SettingsChanged
from echo.domain.commands import CloseOrder, ExecuteOrder
from echo.domain.facts import InputRefused, LinkChanged
from echo.domain.handshake import (
    AccountSymbolsReport,
    IssueCode,
    RegistrationStatus,
    Role,
    SymbolRegistrationResult,
)
from echo.domain.sessions import (
    AccountConnected,
    AccountDisconnected,
    DeliveryConfig,
    EaSession,
    Ping,
    Pong,
)
from tests.bridge.stage import (
    MASTER,
    SETTINGS,
    SLAVE,
    WALL_MS,
    Stage,
    close_order,
    handshake,
    intent,
    intent_ack,
    order,
    ready,
    result,
    result_ack,
)


def test_the_core_hears_that_an_ea_is_here_and_then_what_it_reports() -> None:
    stage = ready()
    session = stage.connect(Role.SLAVE, SLAVE)

    done = stage.greet(session, Role.SLAVE, SLAVE)

    [connected, report] = done.all_up
    assert connected == AccountConnected(
        account_id=SLAVE, connected_at_ms=WALL_MS, role=Role.SLAVE, broker="Northwind"
    )
    assert isinstance(report, AccountSymbolsReport)
    assert report.reported_at_ms == WALL_MS - 7
    assert report.metadata is not None
    assert report.metadata.pipe_role is Role.SLAVE
    assert done.numbered == []


def test_a_report_of_protocol_1_is_dated_by_the_agent() -> None:
    stage = ready()
    session = stage.connect(Role.MASTER, MASTER)

    done = stage.greet(session, Role.MASTER, MASTER, protocol_version=1, features=())

    [report] = done.up(AccountSymbolsReport)
    assert report.reported_at_ms == WALL_MS
    assert report.metadata is not None
    assert report.metadata.pipe_role is Role.MASTER


def test_what_an_ea_resumes_goes_no_further_than_its_agent() -> None:
    stage = ready()
    session = stage.connect(Role.SLAVE, SLAVE)

    done = stage.greet(session, Role.SLAVE, SLAVE, resume=(order(stage).command_id,))

    [report] = done.up(AccountSymbolsReport)
    assert report.metadata is not None
    assert report.metadata.resume == ()


def test_an_ea_learns_its_epoch_and_the_pace() -> None:
    stage = ready()
    session = stage.connect(Role.SLAVE, SLAVE)

    [session_of] = stage.greet(session, Role.SLAVE, SLAVE).down(EaSession)

    assert session_of == EaSession(
        session_epoch=WALL_MS // 1000,
        heartbeat_interval_ms=1_000,
        retry_backoff_ms=(50, 100, 200, 400, 800),
        max_retries=100,
        ledger_n=0,
    )


def test_epochs_rise_with_every_handshake_even_within_a_second() -> None:
    stage = ready()
    epochs = []
    for _ in range(3):
        session = stage.connect(Role.SLAVE, SLAVE)
        for _ in range(2):
            done = stage.greet(session, Role.SLAVE, SLAVE)
            epochs += [each.session_epoch for each in done.down(EaSession)]
        stage.disconnect(session)

    assert epochs == list(range(epochs[0], epochs[0] + 6))


def test_an_ea_is_told_how_much_of_its_ledger_the_core_has() -> None:
    stage = ready()
    slave = stage.slave()
    command = close_order()
    stage.core(command)
    stage.say(slave, result(command))
    stage.core(result_ack(command, ledger_n=17))
    stage.core(result_ack(command, ledger_n=4))
    stage.disconnect(slave)
    session = stage.connect(Role.SLAVE, SLAVE)

    [session_of] = stage.greet(session, Role.SLAVE, SLAVE).down(EaSession)

    assert session_of.ledger_n == 17


def test_an_agent_that_was_restarted_learns_from_the_verdict_how_much_the_core_has() -> None:
    """Without it an EA would take an old copy of its file for the real one."""
    stage = ready()
    session = stage.connect(Role.SLAVE, SLAVE)
    [first] = stage.greet(session, Role.SLAVE, SLAVE).down(EaSession)
    [second] = stage.verdict(ledger_n=17).down(EaSession)

    assert (first.ledger_n, second.ledger_n) == (0, 17)
    assert second.session_epoch == first.session_epoch


def test_an_ea_is_told_that_another_with_a_file_of_its_own_served_before_it() -> None:
    """Two EAs on one account: what the other was told, this one's ledger does not know."""
    stage = ready()
    told = []
    for instance, ledger_id in (("i1", "a"), ("i2", "b"), ("i1", "a"), ("i1", "a")):
        session = stage.connect(Role.SLAVE, SLAVE)
        done = stage.greet(session, Role.SLAVE, SLAVE, instance=instance, ledger_id=ledger_id)
        told += [each.ledger_id for each in done.down(EaSession)]
        stage.disconnect(session)

    # Again in the last session: nobody knows whether the third was ever told.
    assert told == ["", "a", "b", "b"]


def test_a_masters_file_is_nothing_to_the_slave_of_the_same_account() -> None:
    stage = ready()
    stage.greet(stage.connect(Role.SLAVE, SLAVE), Role.SLAVE, SLAVE, ledger_id="a")
    stage.greet(stage.connect(Role.MASTER, SLAVE), Role.MASTER, SLAVE, ledger_id="outbox")
    session = stage.connect(Role.SLAVE, SLAVE)

    [again] = stage.greet(session, Role.SLAVE, SLAVE, ledger_id="a").down(EaSession)

    assert again.ledger_id == ""


def test_an_agent_that_was_restarted_learns_from_the_verdict_who_served_before() -> None:
    stage = ready()
    stage.greet(stage.connect(Role.SLAVE, SLAVE), Role.SLAVE, SLAVE, ledger_id="a")
    done = stage.verdict(ledger_id="b")
    sessions = done.down(EaSession)

    assert [each.ledger_id for each in sessions] == ["b"]
    # Before the verdict, which lets opens through.
    assert [type(each.message) for each in done.of(SendEa)] == [
        EaSession,
        SymbolRegistrationResult,
    ]
    assert stage.verdict(ledger_id="b").down(EaSession) == []


def test_what_the_core_journals_later_in_a_session_is_no_news_for_its_ea() -> None:
    stage = ready()
    stage.greet(stage.connect(Role.SLAVE, SLAVE), Role.SLAVE, SLAVE)
    stage.verdict(ledger_n=0)

    assert stage.verdict(ledger_n=17).down(EaSession) == []


def test_delivery_settings_go_to_master_eas_that_understand_them() -> None:
    stage = ready()
    master = stage.connect(Role.MASTER, MASTER)
    done = stage.greet(master, Role.MASTER, MASTER)
    assert done.down(DeliveryConfig) == [
        DeliveryConfig(retry_backoff_ms=(50, 100, 200, 400, 800), max_retries=100)
    ]

    stage.disconnect(master)
    old = stage.connect(Role.MASTER, MASTER)
    done = stage.greet(old, Role.MASTER, MASTER, protocol_version=2, features=())
    assert done.down(DeliveryConfig) == []
    assert done.down(EaSession) == []


@pytest.mark.parametrize(
    ("role", "account"), [(Role.MASTER, SLAVE), (Role.SLAVE, MASTER)], ids=["role", "account"]
)
def test_a_handshake_on_a_foreign_pipe_ends_the_session(role: Role, account: str) -> None:
    stage = ready()
    session = stage.connect(Role.SLAVE, SLAVE)

    done = stage.say(session, handshake(role, account))  # type: ignore[arg-type]  # a plain account

    assert [effect.session for effect in done.of(EndPipe)] == [session]
    assert [fact.reason for fact in done.facts(InputRefused)] == ["foreign_pipe"]
    assert done.all_up == []
    assert stage.say(session, Ping(ping_id="p")) == []


def test_a_second_ea_is_turned_away_while_the_first_lives() -> None:
    stage = ready()
    first = stage.slave(instance="i1")
    second = stage.connect(Role.SLAVE, SLAVE)

    done = stage.greet(second, Role.SLAVE, SLAVE, instance="i2")

    [ended] = done.of(EndPipe)
    assert ended.session == second
    assert "another EA serves account 2001" in ended.reason
    assert stage.core(close_order()).down(CloseOrder, first) != []


def test_two_eas_without_an_instance_are_two_eas() -> None:
    stage = ready()
    stage.legacy_slave()
    second = stage.connect(Role.SLAVE, SLAVE)

    done = stage.greet(second, Role.SLAVE, SLAVE, protocol_version=2, features=(), instance="")

    assert [effect.session for effect in done.of(EndPipe)] == [second]


def test_the_same_ea_come_back_replaces_its_old_session() -> None:
    stage = ready()
    first = stage.slave(instance="i1")
    second = stage.connect(Role.SLAVE, SLAVE)

    done = stage.greet(second, Role.SLAVE, SLAVE, instance="i1")

    assert [effect.session for effect in done.of(EndPipe)] == [first]
    assert [type(message) for message in done.all_up] == [
        AccountDisconnected,
        AccountConnected,
        AccountSymbolsReport,
    ]
    assert stage.core(close_order()).down(CloseOrder, second) != []


def test_an_ea_that_never_introduced_itself_gives_way() -> None:
    stage = ready()
    first = stage.connect(Role.SLAVE, SLAVE)
    second = stage.connect(Role.SLAVE, SLAVE)

    done = stage.greet(second, Role.SLAVE, SLAVE)

    assert [effect.session for effect in done.of(EndPipe)] == [first]
    assert done.up(AccountConnected) != []
    assert done.up(AccountDisconnected) == []


def test_a_silent_ea_gives_way_to_another_one() -> None:
    stage = ready()
    first = stage.slave(instance="i1")
    second = stage.connect(Role.SLAVE, SLAVE)
    stage.now = replace(stage.now, mono_ms=stage.now.mono_ms + SETTINGS.ea_silent_ms_max)

    done = stage.greet(second, Role.SLAVE, SLAVE, instance="i2")

    assert [effect.session for effect in done.of(EndPipe)] == [first]


def test_a_silent_ea_gives_way_already_when_another_connects() -> None:
    stage = ready()
    first = stage.slave(instance="i1")
    stage.now = replace(stage.now, mono_ms=stage.now.mono_ms + SETTINGS.ea_silent_ms_max)
    second = stage.connect(Role.SLAVE, SLAVE)

    assert stage.say(first, Ping(ping_id="p")) == []
    assert stage.say(second, Ping(ping_id="p")).down(Pong) != []


def test_what_a_second_ea_says_before_its_handshake_is_refused() -> None:
    stage = ready()
    stage.master()
    second = stage.connect(Role.MASTER, MASTER)

    done = stage.say(second, intent())

    assert [fact.reason for fact in done.facts(InputRefused)] == ["second_ea"]
    assert done.numbered == []


def test_a_silent_ea_is_disconnected() -> None:
    stage = ready()
    session = stage.slave()
    stage.pass_ms(2_000)
    stage.say(session, Ping(ping_id="p"))
    stage.pinging.clear()
    assert stage.live(SETTINGS.ea_silent_ms_max - 1_000).of(EndPipe) == []

    done = stage.live(1_500)

    assert [effect.session for effect in done.of(EndPipe)] == [session]
    [gone] = done.up(AccountDisconnected)
    assert "silent for" in gone.reason
    assert stage.do(PipeClosed(session, "closed")) == []


def test_a_lost_ea_is_reported_once() -> None:
    stage = ready()
    session = stage.slave()

    done = stage.do(PipeClosed(session, "gone"))

    assert done.up(AccountDisconnected) == [
        AccountDisconnected(account_id=SLAVE, disconnected_at_ms=WALL_MS, reason="gone")
    ]
    gone = LinkChanged(peer="slave_2001", up=False, reason="gone", lasted_ms=0)
    assert done.facts(LinkChanged) == [gone]
    assert stage.do(PipeClosed(session, "gone")) == []


def test_of_two_roles_on_one_account_the_one_that_stays_is_announced_again() -> None:
    stage = ready()
    master = stage.master(SLAVE)
    slave = stage.slave(SLAVE)

    assert [each.role for each in stage.disconnect(slave).up(AccountConnected)] == [Role.MASTER]
    stage.slave(SLAVE)
    assert [each.role for each in stage.disconnect(master).up(AccountConnected)] == [Role.SLAVE]


def test_an_ea_that_never_introduced_itself_leaves_unreported() -> None:
    stage = ready()
    session = stage.connect(Role.SLAVE, SLAVE)

    assert stage.do(PipeClosed(session, "gone")) == []


def test_the_gate_is_shut_until_the_verdict_and_shut_again_by_a_rejection() -> None:
    stage = ready()
    slave = stage.slave(accepted=False)
    assert stage.core(order(stage, 1)).down(ExecuteOrder) == []

    opened = stage.verdict(status=RegistrationStatus.WARNING)
    assert [type(message) for message in opened.down(object, slave)] == [
        SymbolRegistrationResult,
        ExecuteOrder,
    ]
    stage.verdict(status=RegistrationStatus.REJECTED)

    assert stage.core(order(stage, 2)).down(ExecuteOrder) == []
    assert stage.core(close_order(3)).down(CloseOrder) != []


def test_the_gate_is_shut_again_in_a_new_session() -> None:
    stage = ready()
    stage.disconnect(stage.slave())
    stage.slave(accepted=False)

    assert stage.core(order(stage)).down(ExecuteOrder) == []


def test_a_repeated_handshake_shuts_the_gate() -> None:
    stage = ready()
    slave = stage.slave()
    stage.greet(slave, Role.SLAVE, SLAVE)

    assert stage.core(order(stage)).down(ExecuteOrder) == []


def test_a_verdict_for_nobody_moves_nothing() -> None:
    stage = ready()
    stage.connect(Role.SLAVE, SLAVE)

    assert stage.verdict().down(SymbolRegistrationResult) == []


def test_a_verdict_reaches_a_master_too() -> None:
    stage = ready()
    master = stage.master()

    done = stage.verdict(MASTER, RegistrationStatus.REJECTED, Role.MASTER)

    assert len(done.down(SymbolRegistrationResult, master)) == 1
    assert stage.say(master, intent()).numbered != []


@pytest.mark.parametrize(
    ("settings", "version", "word"),
    [
        pytest.param(replace(SETTINGS, protocol_max=2), 3, "1 to 2", id="too new"),
        pytest.param(replace(SETTINGS, protocol_min=3), 2, "3 to 3", id="too old"),
        pytest.param(replace(SETTINGS, allow_legacy=False), 1, "not allowed", id="legacy"),
    ],
)
def test_a_protocol_that_is_not_allowed_here_is_reported_but_opens_nothing(
    settings: object, version: int, word: str
) -> None:
    stage = ready(settings)  # type: ignore[arg-type]  # settings with one change
    session = stage.connect(Role.SLAVE, SLAVE)

    done = stage.greet(session, Role.SLAVE, SLAVE, protocol_version=version)

    assert len(done.up(AccountSymbolsReport)) == 1
    assert word in done.facts(InputRefused)[0].sentence
    assert len(stage.verdict().down(SymbolRegistrationResult)) == 1
    assert stage.core(order(stage)).down(ExecuteOrder) == []
    assert stage.core(close_order()).down(CloseOrder) != []


def test_a_core_that_comes_back_hears_of_all_eas_in_order() -> None:
    stage = Stage()
    stage.connect(Role.SLAVE, SLAVE)
    stage.master()

    done = stage.core_up()

    names = [type(effect.message).__name__ for effect in done.of(SendCore)]
    assert names[:4] == ["AgentHello", "AgentHeartbeat", "AccountConnected", "AccountSymbolsReport"]
    assert [each.account_id for each in done.up(AccountConnected)] == [MASTER]


def test_each_ea_is_spoken_to_in_its_protocol() -> None:
    stage = ready()
    versions = []
    for claimed in (0, 1, 2, 3, 9):
        session = stage.master(protocol_version=claimed)
        done = stage.say(session, Ping(ping_id="p", timestamp_ms=5))
        versions += [effect.protocol_version for effect in done.of(SendEa)]
        stage.disconnect(session)

    assert versions == [1, 1, 2, 3, 3]


def test_acknowledgements_for_a_master_that_is_away_are_dropped() -> None:
    stage = ready()

    assert stage.core(intent_ack(intent())) == []


def test_an_ea_on_a_foreign_pipe_is_told_so_before_its_pipe_ends() -> None:
    stage = ready()
    session = stage.connect(Role.SLAVE, SLAVE)
    done = stage.greet(session, Role.MASTER, SLAVE)
    [verdict] = done.down(SymbolRegistrationResult, session)

    assert (verdict.status, verdict.pipe_role) == (RegistrationStatus.REJECTED, Role.SLAVE)
    assert [issue.code for issue in verdict.errors] == [IssueCode.ROLE_MISMATCH]
    assert verdict.errors[0].message == (
        "a master of account 2001 on the pipe of the slave of account 2001"
    )
    kinds = [type(effect) for effect in done if isinstance(effect, (SendEa, EndPipe))]
    assert kinds == [SendEa, EndPipe]
    assert done.all_up == []


def test_a_second_ea_on_a_pipe_is_told_why_and_the_first_goes_on() -> None:
    stage = ready()
    first = stage.slave()
    second = stage.connect(Role.SLAVE, SLAVE)
    done = stage.greet(second, Role.SLAVE, SLAVE, instance="another")
    [verdict] = done.down(SymbolRegistrationResult)

    assert [issue.code for issue in verdict.errors] == [IssueCode.ROLE_MISMATCH]
    assert "remove one of the two" in verdict.errors[0].message
    assert done.down(SymbolRegistrationResult, second) == [verdict]
    assert stage.core(close_order()).down(CloseOrder, first)


def test_a_thousand_handshakes_in_a_minute_are_a_thousand_sessions_and_no_backlog() -> None:
    stage = ready()
    for _ in range(1_000):
        session = stage.connect(Role.SLAVE, SLAVE)
        done = stage.greet(session, Role.SLAVE, SLAVE, instance="flapping")
        assert len(done.up(AccountSymbolsReport)) == 1
        stage.disconnect(session)
        stage.live(60)
    slave = stage.slave()

    assert stage.core(close_order()).down(CloseOrder, slave)


def test_settings_that_bar_a_protocol_shut_its_gate_at_once_and_open_it_again() -> None:
    stage = ready()
    slave = stage.slave()
    stage.do(SettingsChanged(replace(SETTINGS, protocol_max=2)))
    assert stage.core(order(stage, ttl_ms=20_000)).down(ExecuteOrder) == []
    assert stage.core(close_order()).down(CloseOrder, slave), "closes always pass"
    done = stage.do(SettingsChanged(SETTINGS))

    assert done.down(ExecuteOrder, slave)


def test_settings_open_no_gate_that_the_core_has_shut() -> None:
    stage = ready()
    stage.slave()
    stage.verdict(status=RegistrationStatus.REJECTED)
    stage.do(SettingsChanged(replace(SETTINGS, protocol_max=2)))
    done = stage.do(SettingsChanged(SETTINGS))

    assert (
        stage.core(order(stage, ttl_ms=20_000)).down(ExecuteOrder) == done.down(ExecuteOrder) == []
    )
