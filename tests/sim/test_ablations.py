"""Safeguards are taken away, one at a time: a world that does not notice would prove nothing."""

from collections.abc import Callable
from typing import Any

import pytest

from echo.domain.errors import ErrorCode
from echo.engine import recovery
from echo.sim.core_node import Core
from echo.sim.disks import SimLedger
from echo.sim.profiles import Profile
from echo.sim.report import run
from echo.terminal.answers import Answers
from echo.terminal.dispatch import Dispatch
from echo.terminal.doubts import Doubts
from echo.terminal.entries import EntryChecks
from echo.terminal.opening import Opening
from echo.terminal.openings import Openings
from echo.terminal.slave import SlaveEa

SEEDS = range(25)
PUMP = Core._pump


def acknowledge_before_the_commit(core: Core) -> None:
    releases, core._releases = core._releases, []
    if core._let_go(releases):
        PUMP(core)


def take_silence_for_a_no(doubts: Doubts, opening: Opening) -> None:
    account_id = doubts._desk.settings.account_id
    no = opening.result(
        account_id, success=False, code=ErrorCode.NOT_EXECUTED, sentence="nobody answered"
    )
    doubts._settle(opening, no)


def always(answer: object) -> Callable[..., object]:
    return lambda *_: answer


@pytest.mark.parametrize(
    ("owner", "name", "instead", "invariant"),
    [
        pytest.param(Core, "_pump", acknowledge_before_the_commit, 6, id="acks-before-the-commit"),
        pytest.param(SimLedger, "_apply", always(None), 6, id="an-agent-that-does-not-write"),
        pytest.param(Answers, "knows", always(False), 2, id="a-slave-that-forgets-its-results"),
        pytest.param(Openings, "_already_there", always(False), 1, id="orders-without-looking"),
        pytest.param(Openings, "_rival", always(None), 2, id="twins-in-flight-together"),
        pytest.param(EntryChecks, "ttl_left_ms", always(1_000), 5, id="a-slave-without-a-clock"),
        pytest.param(SlaveEa, "_other_session", always(False), 14, id="commands-of-old-sessions"),
        pytest.param(Doubts, "enter", take_silence_for_a_no, 1, id="silence-taken-for-a-no"),
        pytest.param(Dispatch, "due", always(None), 1, id="a-master-that-says-things-once"),
        pytest.param(recovery, "_go_on", always(None), 18, id="a-core-that-recovers-and-rests"),
    ],
)
def test_the_world_notices_that_a_safeguard_is_gone(
    monkeypatch: pytest.MonkeyPatch,
    owner: Any,
    name: str,
    instead: Callable[..., object],
    invariant: int,
) -> None:
    monkeypatch.setattr(owner, name, instead)

    broken = (each.invariant for seed in SEEDS for each in run(seed, Profile.HARSH).violations)

    assert invariant in broken
