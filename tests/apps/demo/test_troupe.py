"""Programs as processes: they come back when they die, and all end when they are dismissed."""

import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from echo.apps.demo import troupe as module
from echo.apps.demo.troupe import Program, ProgramFailed, Troupe
from tests.fakes import until_real

PLAYER = """
import os, signal, sys, time
from pathlib import Path

config = Path(sys.argv[sys.argv.index("--config") + 1])
manner = config.read_text()
before = config.with_suffix(".before")
if manner == "never":
    sys.exit("the first word\\nno such port")
if manner == "silent":
    time.sleep(60)
if manner == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("player ready: here", flush=True)
if manner == "dies once" and not before.exists():
    before.touch()
    sys.exit(3)
if manner == "stubborn":
    time.sleep(60)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def player(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "echo_test_player.py").write_text(PLAYER)
    places = [str(tmp_path), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, places)))


@pytest.fixture
def news() -> list[str]:
    return []


@pytest.fixture
async def troupe(news: list[str]) -> AsyncIterator[Troupe]:
    troupe = Troupe(news.append)
    yield troupe
    await troupe.dismiss()


async def test_a_program_that_waits_for_its_turn_is_not_waited_for(
    troupe: Troupe, tmp_path: Path
) -> None:
    waiting = program(tmp_path, "waiting", "silent")
    troupe.start_waiting(waiting)
    await until_real(lambda: waiting.process)
    assert waiting.process is not None
    waiting.process.kill()

    await until_real(lambda: waiting.starts == 2)


def program(folder: Path, name: str, manner: str = "good") -> Program:
    config = folder / f"{name}.txt"
    config.write_text(manner)
    return Program(name=name, module="echo_test_player", config=config, log=folder / f"{name}.log")


def pid_of(each: Program) -> int:
    assert each.process is not None
    return each.process.pid


def environment_of(each: Program) -> list[str]:
    return Path(f"/proc/{pid_of(each)}/environ").read_text().split("\0")


def has_ended(each: Program) -> bool:
    return each.process is not None and each.process.returncode is not None


async def test_all_are_ready_when_started_and_gone_when_dismissed(
    tmp_path: Path, troupe: Troupe, news: list[str]
) -> None:
    first, second = program(tmp_path, "core"), program(tmp_path, "agent")
    await troupe.start(first, second)
    running = [has_ended(each) for each in troupe.programs]
    await troupe.dismiss()

    assert running == [False, False]
    assert [each.name for each in troupe.programs] == ["core", "agent"]
    assert all(map(has_ended, troupe.programs))
    assert (news, first.starts, second.starts) == ([], 1, 1)


async def test_one_that_ends_by_itself_is_started_again(
    tmp_path: Path, troupe: Troupe, news: list[str]
) -> None:
    dying = program(tmp_path, "agent", "dies once")
    await troupe.start(dying)
    await until_real(lambda: dying.starts == 2 and not has_ended(dying))

    assert news == ["agent ended with exit code 3; started again"]


async def test_one_that_was_killed_is_started_again(
    tmp_path: Path, troupe: Troupe, news: list[str]
) -> None:
    victim = program(tmp_path, "core")
    await troupe.start(victim)
    before = pid_of(victim)
    os.kill(before, signal.SIGKILL)
    await until_real(lambda: pid_of(victim) != before)

    assert news == ["core ended with signal SIGKILL; started again"]


async def test_how_each_process_ended_is_remembered(tmp_path: Path, troupe: Troupe) -> None:
    victim = program(tmp_path, "core", "dies once")
    await troupe.start(victim)
    await until_real(lambda: victim.starts == 2 and not has_ended(victim))
    os.kill(pid_of(victim), signal.SIGKILL)
    await until_real(lambda: len(victim.exits) == 2)

    assert victim.exits == [3, -signal.SIGKILL]


async def test_one_start_alone_finds_a_changed_environment(tmp_path: Path, troupe: Troupe) -> None:
    found = program(tmp_path, "core")
    found.environment = {"ECHO_TEST": "a word"}
    await troupe.start(found)
    before = pid_of(found)
    first = environment_of(found)
    os.kill(before, signal.SIGKILL)
    await until_real(lambda: pid_of(found) != before)

    assert "ECHO_TEST=a word" in first
    assert "ECHO_TEST=a word" not in environment_of(found)


async def test_one_that_never_comes_up_fails_with_its_last_words(
    tmp_path: Path, troupe: Troupe, news: list[str]
) -> None:
    hopeless = program(tmp_path, "core", "never")

    with pytest.raises(ProgramFailed, match="core did not start: the first word / no such port"):
        await troupe.start(hopeless)
    assert (hopeless.starts, news) == (1, [])


async def test_one_that_says_nothing_fails_in_time(
    tmp_path: Path, troupe: Troupe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "READY_WITHIN_S", 0.2)

    with pytest.raises(ProgramFailed, match="core is not ready: it said nothing"):
        await troupe.start(program(tmp_path, "core", "silent"))


async def test_one_that_does_not_listen_is_killed(
    tmp_path: Path, troupe: Troupe, news: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ENDED_WITHIN_S", 1.5)
    stubborn, good = program(tmp_path, "core", "stubborn"), program(tmp_path, "agent")
    await troupe.start(stubborn, good)
    await troupe.dismiss()

    assert news == ["core did not end by itself and was killed"]
    assert stubborn.process is not None
    assert stubborn.process.returncode == -signal.SIGKILL
    assert has_ended(good)


async def test_they_do_not_share_the_keyboard_with_the_demo(tmp_path: Path, troupe: Troupe) -> None:
    alone = program(tmp_path, "core")
    await troupe.start(alone)

    assert os.getsid(pid_of(alone)) == pid_of(alone)
