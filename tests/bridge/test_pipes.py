from dataclasses import replace

import pytest

from echo.bridge.effects import EndPipe, SendCore, SendEa
from echo.bridge.events import PipeClosed
from echo.domain.commands import CloseOrder, ExecuteOrder
from echo.domain.facts import InputRefused, LinkChanged
from echo.domain.handshake import (
    AccountSymbolsReport,
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
    assert done.facts(LinkChanged) == [LinkChanged(peer="slave_2001", up=False, reason="gone")]
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
