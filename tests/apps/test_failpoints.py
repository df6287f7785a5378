"""Failpoints: asked for by name and count, reached exactly there, absent otherwise."""

import signal
import subprocess
import sys

import pytest

from echo.apps.failpoints import NAMES, REACHED, Failpoint, armed, journal_pages_max
from echo.ports.errors import SettingsInvalid

DIES = """
from echo.apps.failpoints import armed
failpoint = armed()
for number in range(5):
    print(number, flush=True)
    failpoint.reach("core.before_commit")
    failpoint.reach("core.after_commit")
"""


def test_it_ends_the_program_at_its_place_and_count() -> None:
    ended: list[str] = []
    failpoint = Failpoint("core.after_commit", 3, ended.append)

    for _ in range(2):
        failpoint.reach("core.after_commit")
        failpoint.reach("core.before_commit")
    assert ended == []
    failpoint.reach("core.after_commit")
    assert ended == ["core.after_commit"]


def test_a_program_ends_there_as_by_a_kill() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", DIES],
        env={"PYTHONPATH": ":".join(sys.path), "ECHO_FAILPOINT": "core.after_commit:2"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == -signal.SIGKILL
    assert ended.stdout.split() == ["0", "1"]
    assert f"{REACHED}core.after_commit" in ended.stderr.splitlines()


def test_without_the_variable_there_is_none() -> None:
    assert armed({}) is None
    assert journal_pages_max({}) is None


def test_a_count_may_be_left_out() -> None:
    found = armed({"ECHO_FAILPOINT": "agent.before_ledger"})

    assert found is not None
    assert found.name == "agent.before_ledger"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("core.afer_commit:1", "no failpoint core.afer_commit; there are agent."),
        ("core.after_commit:0", "a count of 0 is not above 0"),
        ("core.after_commit:x", "invalid literal"),
    ],
)
def test_what_does_not_exist_is_refused(asked: str, said: str) -> None:
    with pytest.raises(SettingsInvalid, match=said):
        armed({"ECHO_FAILPOINT": asked})


@pytest.mark.parametrize("asked", ["0", "-1", "many", ""])
def test_a_journal_of_no_pages_is_refused(asked: str) -> None:
    with pytest.raises(SettingsInvalid, match="is not a number of pages above 0"):
        journal_pages_max({"ECHO_JOURNAL_PAGES_MAX": asked})


def test_a_small_journal_can_be_asked_for() -> None:
    assert journal_pages_max({"ECHO_JOURNAL_PAGES_MAX": "40"}) == 40


def test_every_name_says_whose_it_is() -> None:
    assert {name.partition(".")[0] for name in NAMES} == {"core", "agent", "terminal"}
