"""What every program does around its service, tried on programs of a few lines."""

import gc
import signal
import stat
import sys
from pathlib import Path

import pytest

from echo.apps.running import FULL_AFTER, spare_collections, state_folder, warn
from echo.config.reading import read_settings
from echo.domain.facts import InputRefused
from echo.ports.errors import SettingsInvalid
from tests.apps.programs import Program, begin
from tests.fakes import FactLog

PROGRAM = """
import asyncio
import sys
{before}
from echo.apps.running import run_program
from echo.ports.errors import LedgerUnwritable, SettingsInvalid

async def run(config, stopping):
    {body}

run_program("echo-x", sys.argv[1:], run)
"""
SERVES = """
    stopping.ready("somewhere")
    await stopping.event.wait()
    print("told, with", type(asyncio.get_running_loop()).__module__)
"""
SAYS_WHETHER_TOLD = """
    stopping.ready("somewhere")
    try:
        await asyncio.wait_for(stopping.event.wait(), 0.3)
        print("told")
    except TimeoutError:
        print("not told")
"""


async def program(folder: Path, body: str, *options: str, before: str = "") -> Program:
    path = folder / "program.py"
    path.write_text(PROGRAM.format(body=body.strip(), before=before))
    return await begin(sys.executable, str(path), "--config", str(folder / "x"), *options)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_a_program_in_order(tmp_path: Path, number: signal.Signals) -> None:
    running = await program(tmp_path, SERVES)
    running.signal(number)
    code, errors = await running.ended()

    assert running.first_line == "echo-x ready: somewhere"
    assert (code, errors) == (0, "")
    assert running.last_words.startswith("told")


async def test_a_program_that_cannot_end_is_ended(tmp_path: Path) -> None:
    hangs = 'stopping.ready("somewhere"); await asyncio.Event().wait()'
    impatient = "import echo.apps.running; echo.apps.running.ENDED_WITHIN_S = 0.1"
    running = await program(tmp_path, hangs, before=impatient)
    running.signal(signal.SIGTERM)
    running.signal(signal.SIGTERM)

    assert await running.ended() == (1, "echo-x: still busy after 0.1 s, ended\n")


@pytest.mark.parametrize(
    ("before", "module"),
    [
        pytest.param("", "uvloop", id="as installed"),
        pytest.param('sys.modules["uvloop"] = None', "asyncio", id="without uvloop"),
    ],
)
async def test_it_runs_on_the_quickest_loop_there_is(
    tmp_path: Path, before: str, module: str
) -> None:
    running = await program(tmp_path, SERVES, before=before)
    await running.end()

    assert running.last_words.split()[-1].split(".")[0] == module


async def test_the_end_of_standard_input_ends_it_if_it_was_asked_to(tmp_path: Path) -> None:
    running = await program(tmp_path, SERVES, "--until-eof")
    running.hang_up()

    assert await running.ended() == (0, "")
    assert running.last_words.startswith("told")


async def test_the_end_of_standard_input_means_nothing_otherwise(tmp_path: Path) -> None:
    running = await program(tmp_path, SAYS_WHETHER_TOLD)
    running.hang_up()
    await running.ended()

    assert running.last_words == "not told\n"


async def test_what_is_written_to_standard_input_ends_nothing(tmp_path: Path) -> None:
    running = await program(tmp_path, SAYS_WHETHER_TOLD, "--until-eof")
    assert running.process.stdin is not None
    running.process.stdin.write(b"stop\n" * 2_000)
    await running.ended()

    assert running.last_words == "not told\n"


async def test_a_program_that_ends_by_itself_does_not_wait_for_its_input(tmp_path: Path) -> None:
    running = await program(tmp_path, 'stopping.ready("and done")', "--until-eof")

    assert await running.ended() == (0, "")


@pytest.mark.parametrize(
    ("body", "code", "errors"),
    [
        pytest.param(
            'raise SettingsInvalid(["this is wrong", "and this"])',
            2,
            "echo-x: this is wrong\necho-x: and this\n",
            id="settings",
        ),
        pytest.param(
            'raise ExceptionGroup("", [LedgerUnwritable("full"), LedgerUnwritable("gone")])',
            2,
            "echo-x: full\necho-x: gone\n",
            id="several doors at once",
        ),
        pytest.param(
            'stopping.ready("here"); raise LedgerUnwritable("the disk is full")',
            1,
            "echo-x: the disk is full\n",
            id="later, while running",
        ),
    ],
)
async def test_a_broken_door_is_told_in_a_sentence(
    tmp_path: Path, body: str, code: int, errors: str
) -> None:
    running = await program(tmp_path, body)

    assert await running.ended() == (code, errors)


async def test_a_bug_is_no_sentence(tmp_path: Path) -> None:
    running = await program(tmp_path, 'raise RuntimeError("a bug")')
    code, errors = await running.ended()

    assert code == 1
    assert "Traceback" in errors


async def test_options_that_do_not_exist_are_refused(tmp_path: Path) -> None:
    running = await program(tmp_path, SERVES, "--confug")
    code, errors = await running.ended()

    assert code == 2
    assert "--confug" in errors


def test_a_folder_is_made_for_its_owner_only(tmp_path: Path) -> None:
    made = state_folder(tmp_path / "a" / "b")

    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    assert state_folder(made) == made


@pytest.mark.parametrize("below", ["file", "file/folder"])
def test_a_file_in_the_place_of_a_folder_is_named(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(SettingsInvalid, match=rf"{below} cannot be made: a file is in its place"):
        state_folder(tmp_path / below)


def test_a_folder_that_the_system_refuses_is_named_with_the_reason() -> None:
    with pytest.raises(SettingsInvalid, match="/proc/none cannot be made: "):
        state_folder(Path("/proc/none"))


def test_settings_without_effect_are_told() -> None:
    log = FactLog()
    warn(read_settings({"core/default_lot_size": "1"}), log)

    [fact] = log.facts
    assert isinstance(fact, InputRefused)
    assert "core/default_lot_size" in fact.sentence


def test_what_is_loaded_is_not_collected_again_and_the_rest_is_seldom_gone_through() -> None:
    before = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    try:
        spare_collections()
        assert gc.get_freeze_count() > 0
        assert gc.get_threshold() == (700, 10, FULL_AFTER)
        assert gc.isenabled()
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
