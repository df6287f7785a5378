"""``echoctl pause``, ``flatten`` and their like: the right extent, and no close by a slip."""

import json
from pathlib import Path

import pytest

from echo.domain.desk import RulesChanged, RulesInForce, SetSwitch
from echo.domain.ids import AccountId
from echo.domain.modes import EVERYTHING, Mode, Scope, Switch
from tests.apps.cli.running_core import echoctl, running
from tests.links.admin_desk import Behind

DONE = RulesChanged(changed=1, sentence="account 7001: paused, was live")
SLAVE, MASTER = AccountId("7001"), AccountId("1001")


def asked(folder: Path, behind: Behind, *arguments: str) -> tuple[int, str, str]:
    with running(folder, behind) as settings:
        return echoctl(*arguments, "--config", str(settings))


@pytest.mark.parametrize(
    ("command", "mode"),
    [
        ("pause", Mode.PAUSED),
        ("resume", Mode.LIVE),
        ("close-only", Mode.CLOSE_ONLY),
        ("dry-run", Mode.DRY_RUN),
    ],
)
@pytest.mark.parametrize(
    ("words", "scope", "target"),
    [
        ((), Scope.ALL, EVERYTHING),
        (("--account", "7001"), Scope.ACCOUNT, SLAVE),
        (("--master", "1001"), Scope.MASTER, MASTER),
    ],
)
def test_a_switch_is_set_for_what_is_named(
    tmp_path: Path,
    command: str,
    mode: Mode,
    words: tuple[str, ...],
    scope: Scope,
    target: AccountId,
) -> None:
    behind = Behind(DONE)
    code, said, _ = asked(tmp_path, behind, command, *words, "--by", "ana")

    assert (code, said) == (0, "account 7001: paused, was live\n")
    assert behind.asked == [("ana", SetSwitch(mode=mode, scope=scope, target=target))]


@pytest.mark.parametrize(
    "words", [("--account", "7001", "--master", "1001"), ("--account", "70 01")]
)
def test_an_extent_that_nobody_can_mean_is_refused(tmp_path: Path, words: tuple[str, ...]) -> None:
    behind = Behind(DONE)

    assert asked(tmp_path, behind, "pause", *words)[0] == 2
    assert behind.asked == []


@pytest.mark.parametrize(
    ("words", "word"),
    [(("--account", "7001"), "7001"), (("--master", "1001"), "1001"), ((), "everything")],
)
def test_flattening_needs_the_word(tmp_path: Path, words: tuple[str, ...], word: str) -> None:
    behind = Behind(DONE)

    assert asked(tmp_path, behind, "flatten", *words, "--confirm", "yes")[0] == 2
    assert behind.asked == []
    assert asked(tmp_path, behind, "flatten", *words, "--confirm", word)[0] == 0
    [(_, request)] = behind.asked
    assert isinstance(request, SetSwitch)
    assert request.mode is Mode.FLATTEN


def test_without_the_word_a_person_is_asked_and_silence_closes_nothing(tmp_path: Path) -> None:
    behind = Behind(DONE)
    code, _, said = asked(tmp_path, behind, "flatten", "--account", "7001")

    assert code == 1
    assert "This closes every copy of 7001. Type 7001 to go on" in said
    assert behind.asked == []


def test_what_is_switched_is_listed_with_who_and_since_when(tmp_path: Path) -> None:
    switch = Switch(scope=Scope.ACCOUNT, target=SLAVE, mode=Mode.PAUSED, by="ana", since_ms=0)
    behind = Behind(RulesInForce(windows=(), switches=(switch,), policies=()))
    code, said, _ = asked(tmp_path, behind, "modes")

    assert code == 0
    assert "account 7001" in said
    assert "by ana since 1970-01-01 00:00:00 UTC" in said
    told = json.loads(asked(tmp_path, behind, "modes", "--json")[1])
    assert told["switches"][0]["mode"] == "paused"


def test_a_live_desk_says_so(tmp_path: Path) -> None:
    behind = Behind(RulesInForce(windows=(), switches=(), policies=()))

    assert asked(tmp_path, behind, "modes") == (0, "everything is live\n", "")


def test_without_a_core_it_is_said_how_to_start_one(tmp_path: Path) -> None:
    code, _, said = echoctl("pause", "--config", str(tmp_path / "none.toml"))

    assert code == 2
    assert "name the Core's settings" in said
