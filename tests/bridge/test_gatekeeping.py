"""The gate is shut until the Core has judged, and people learn once what waits at it."""

from dataclasses import replace

import pytest

from echo.bridge.events import SettingsChanged
from echo.domain.commands import ExecuteOrder
from echo.domain.handshake import (
    IssueCode,
    RegistrationStatus,
    Role,
    SymbolRegistrationResult,
)
from echo.domain.registration_facts import OpenHeld
from tests.bridge.stage import SETTINGS, SLAVE, order, ready


@pytest.mark.parametrize("protocol", [2, 3])
def test_an_open_waits_for_the_verdict_and_passes_with_it(protocol: int) -> None:
    stage = ready()
    session = stage.connect(Role.SLAVE, SLAVE)
    features = None if protocol == 3 else ()
    changes = {} if features is None else {"features": features}
    stage.greet(session, Role.SLAVE, SLAVE, protocol_version=protocol, **changes)
    held = stage.core(order(stage, ttl_ms=10_000))

    assert held.down(ExecuteOrder) == []
    assert [fact.reason for fact in held.facts(OpenHeld)] == ["no_verdict"]
    assert stage.live(100).facts(OpenHeld) == []


def test_a_rejected_account_gets_no_open() -> None:
    stage = ready()
    session = stage.connect(Role.SLAVE, SLAVE)
    stage.greet(session, Role.SLAVE, SLAVE)
    stage.verdict(status=RegistrationStatus.REJECTED)
    held = stage.core(order(stage, ttl_ms=10_000))

    assert held.down(ExecuteOrder) == []
    assert [fact.reason for fact in held.facts(OpenHeld)] == ["rejected"]


def test_a_warning_opens_the_gate() -> None:
    stage = ready()
    session = stage.connect(Role.SLAVE, SLAVE)
    stage.greet(session, Role.SLAVE, SLAVE)
    stage.verdict(status=RegistrationStatus.WARNING)

    assert stage.core(order(stage, ttl_ms=10_000)).down(ExecuteOrder)


def test_an_ea_that_only_its_agent_bars_is_told_so_and_hears_when_it_is_let_in() -> None:
    stage = ready()
    slave = stage.slave()
    done = stage.do(SettingsChanged(replace(SETTINGS, protocol_max=2)))
    [told] = done.down(SymbolRegistrationResult, slave)

    assert told.status is RegistrationStatus.REJECTED
    assert [(issue.code, issue.message) for issue in told.errors] == [
        (
            IssueCode.PROTOCOL_VERSION_UNSUPPORTED,
            "protocol 3 is not spoken here, 1 to 2 are; no opens pass",
        )
    ]
    [verdict] = stage.verdict(status=RegistrationStatus.WARNING).down(SymbolRegistrationResult)
    assert verdict.status is RegistrationStatus.REJECTED
    [told] = stage.do(SettingsChanged(SETTINGS)).down(SymbolRegistrationResult, slave)
    assert (told.status, told.errors) == (RegistrationStatus.WARNING, ())


def test_what_the_core_has_rejected_is_told_as_it_is() -> None:
    stage = ready()
    stage.slave()
    stage.do(SettingsChanged(replace(SETTINGS, protocol_max=2)))
    [told] = stage.verdict(status=RegistrationStatus.REJECTED).down(SymbolRegistrationResult)

    assert (told.status, told.errors) == (RegistrationStatus.REJECTED, ())
