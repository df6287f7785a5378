"""Modes: the strictest switch holds, no switch stops a close, every refusal says who and when."""

import pytest

from echo.domain.errors import ErrorCode
from echo.domain.ids import AccountId
from echo.domain.modes import Mode, Scope, Switch, Switches, refuse_entry, refuse_modify

MASTER, OTHER = AccountId("1001"), AccountId("1002")
SLAVE, SECOND = AccountId("2001"), AccountId("2002")
NOON_MS = 1_785_326_400_000


def account(mode: Mode, target: AccountId = SLAVE) -> Switch:
    return Switch(scope=Scope.ACCOUNT, target=target, mode=mode, by="ana", since_ms=NOON_MS)


def test_without_a_switch_everything_is_live() -> None:
    assert Switches().mode(MASTER, SLAVE) is Mode.LIVE
    assert refuse_entry(None) is None


@pytest.mark.parametrize(
    ("scope", "target", "concerned"),
    [
        (
            Scope.ALL,
            AccountId(""),
            [(MASTER, SLAVE), (MASTER, SECOND), (OTHER, SLAVE), (OTHER, SECOND)],
        ),
        (Scope.MASTER, MASTER, [(MASTER, SLAVE), (MASTER, SECOND)]),
        (Scope.ACCOUNT, SLAVE, [(MASTER, SLAVE), (OTHER, SLAVE)]),
    ],
)
def test_a_switch_concerns_what_it_names(
    scope: Scope, target: AccountId, concerned: list[tuple[AccountId, AccountId]]
) -> None:
    switches = Switches([Switch(scope=scope, target=target, mode=Mode.PAUSED)])
    pairs = [(master, slave) for master in (MASTER, OTHER) for slave in (SLAVE, SECOND)]

    assert [pair for pair in pairs if switches.mode(*pair) is Mode.PAUSED] == [
        pair for pair in pairs if pair in concerned
    ]


def test_the_strictest_of_several_holds() -> None:
    switches = Switches(
        [
            Switch(scope=Scope.ALL, mode=Mode.DRY_RUN),
            Switch(scope=Scope.MASTER, target=MASTER, mode=Mode.PAUSED),
            account(Mode.CLOSE_ONLY),
            account(Mode.LIVE, SECOND),
        ]
    )

    assert switches.mode(MASTER, SLAVE) is Mode.CLOSE_ONLY
    assert switches.mode(MASTER, SECOND) is Mode.PAUSED
    assert switches.mode(OTHER, SECOND) is Mode.DRY_RUN
    assert len(switches) == 3


@pytest.mark.parametrize(
    ("mode", "entry", "modify"),
    [
        (Mode.DRY_RUN, None, None),
        (Mode.PAUSED, ErrorCode.PAUSED, None),
        (Mode.CLOSE_ONLY, ErrorCode.CLOSE_ONLY, ErrorCode.CLOSE_ONLY),
        (Mode.FLATTEN, ErrorCode.CLOSE_ONLY, ErrorCode.CLOSE_ONLY),
    ],
)
def test_what_each_mode_refuses(
    mode: Mode, entry: ErrorCode | None, modify: ErrorCode | None
) -> None:
    entered, changed = refuse_entry(account(mode)), refuse_modify(account(mode))

    assert (entered.code if entered else None) is entry
    assert (changed.code if changed else None) is modify


def test_a_refusal_says_who_and_since_when() -> None:
    refusal = refuse_entry(account(Mode.PAUSED))

    assert refusal is not None
    assert refusal.sentence == (
        "copying is paused for account 2001, by ana since 2026-07-29 12:00:00 UTC"
    )


def test_a_switch_of_the_settings_says_so() -> None:
    refusal = refuse_entry(Switch(scope=Scope.ALL, mode=Mode.CLOSE_ONLY))

    assert refusal is not None
    assert refusal.sentence == "everything only closes, by settings"
