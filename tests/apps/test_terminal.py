"""``echo-terminal`` as a process: its EAs speak, its broker keeps books, kills change nothing."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from echo.services.terminal.books import read_entries
from echo.terminal.book import BookEntry, BookKind
from tests.apps.programs import refusal, start
from tests.apps.terminals import account, listening, terminal, write_terminal
from tests.fakes import until_real

OPEN = {"do": "open", "key": "a", "symbol": "EURUSD", "lots": "0.1", "magic": 7}


@pytest.fixture(scope="module")
def soon_ms(tmp_path_factory: pytest.TempPathFactory) -> int:
    """When after its settings were written a terminal is at work, however slow this machine is.

    An open that a starting terminal has missed is left out.
    """
    folder = tmp_path_factory.mktemp("soon")
    command = [sys.executable, "-m", "echo.apps.terminal", "--until-eof", "--config"]
    begun_s = time.monotonic()
    subprocess.run(
        [*command, str(write_terminal(folder, terminal(folder)))],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return 1_000 + 3 * round(1_000 * (time.monotonic() - begun_s))


def book(folder: Path, name: str = "master-100") -> tuple[BookEntry, ...]:
    path = folder / "terminals" / f"book-{name}.jsonl"
    return read_entries(path.read_bytes()) if path.exists() else ()


def kinds(folder: Path) -> list[BookKind]:
    return [entry.kind for entry in book(folder) if entry.kind is not BookKind.STAMP]


async def test_its_eas_greet_the_agent(tmp_path: Path) -> None:
    settings = write_terminal(tmp_path, terminal(tmp_path, account(), account("slave", "200")))
    async with (
        listening(tmp_path, "master", "100") as of_master,
        listening(tmp_path, "slave", "200") as of_slave,
    ):
        running = await start("terminal", settings)
        await until_real(lambda: of_master.lines("handshake") and of_slave.lines("handshake"))
        ended = await running.end()

    assert running.first_line == "echo-terminal ready: master 100, slave 200"
    [master], [slave] = of_master.lines("handshake"), of_slave.lines("handshake")
    assert (master["role"], master["symbols"][0]["canonical_symbol"]) == ("master", "EURUSD.M")
    assert (slave["role"], slave["symbols"][0]["canonical_symbol"]) == ("slave", "EURUSD")
    assert ended[0] == 0


async def test_an_old_ea_speaks_the_old_protocol(tmp_path: Path) -> None:
    config = terminal(tmp_path, account("slave", "200", protocol_version=2))
    async with listening(tmp_path, "slave", "200") as agent:
        running = await start("terminal", write_terminal(tmp_path, config))
        await until_real(lambda: agent.lines("handshake"))
        await running.end()

    [handshake] = agent.lines("handshake")
    assert handshake["protocol_version"] == 2
    assert "instance" not in handshake


async def test_a_master_trades_its_script_and_tells_of_it(tmp_path: Path, soon_ms: int) -> None:
    script = [OPEN | {"at_ms": soon_ms}, {"do": "close", "key": "a", "at_ms": soon_ms + 100}]
    config = terminal(tmp_path, account(script=script))
    async with listening(tmp_path, "master", "100") as agent:
        running = await start("terminal", write_terminal(tmp_path, config))
        await until_real(lambda: agent.lines("trade_close"))
        await running.end()

    opened = agent.lines("trade_intent")[0]
    assert (opened["symbol"], opened["lot_size"], opened["magic_number"]) == ("EURUSD.m", 0.1, 7)
    assert agent.lines("trade_close")[0]["trade_id"] == opened["trade_id"]
    assert kinds(tmp_path) == [BookKind.OPENED, BookKind.CLOSED]


async def test_after_a_kill_the_book_goes_on_and_nothing_is_traded_twice(
    tmp_path: Path, soon_ms: int
) -> None:
    script = [OPEN | {"at_ms": soon_ms}]
    settings = write_terminal(tmp_path, terminal(tmp_path, account(script=script)))
    async with listening(tmp_path, "master", "100") as agent:
        running = await start("terminal", settings)
        await until_real(lambda: agent.lines("trade_intent"))
        await running.kill()
        with (tmp_path / "terminals" / "book-master-100.jsonl").open("ab") as file:
            file.write(b'{"kind":"opened","at_ms":')
        again = await start("terminal", settings)
        await until_real(lambda: len(agent.lines("trade_intent")) > 1)
        await again.end()

    assert kinds(tmp_path) == [BookKind.OPENED]
    assert len({each["trade_id"] for each in agent.lines("trade_intent")}) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_told_to_stop_it_ends_in_order(tmp_path: Path, number: signal.Signals) -> None:
    running = await start("terminal", write_terminal(tmp_path, terminal(tmp_path)))
    running.signal(number)
    code, errors = await running.ended()

    assert code == 0
    assert "Traceback" not in errors
    assert sorted(path.name for path in (tmp_path / "terminals").iterdir()) == [
        "ea-master-100.jsonl"
    ]


async def test_it_ends_with_whoever_started_it(tmp_path: Path) -> None:
    settings = write_terminal(tmp_path, terminal(tmp_path))
    running = await start("terminal", settings)
    running.hang_up()

    assert (await running.ended())[0] == 0


async def test_what_cannot_be_used_is_said_in_a_sentence(tmp_path: Path) -> None:
    config = terminal(tmp_path)
    config["clock"]["sped"] = 1
    unknown = await refusal("terminal", write_terminal(tmp_path, config))
    missing = await refusal("terminal", tmp_path / "nowhere.json")

    assert "did you mean speed?" in unknown
    assert missing.endswith("nowhere.json: No such file or directory")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(None, "No such file", id="missing"),
        pytest.param("nothing, really", "no ticks", id="no ticks"),
    ],
)
async def test_ticks_that_cannot_be_read_are_named(
    tmp_path: Path, text: str | None, said: str
) -> None:
    ticks = tmp_path / "other.csv"
    if text is not None:
        ticks.write_text(text)
    config = terminal(tmp_path, markets={"ticks": {"file": str(ticks)}})

    sentence = await refusal("terminal", write_terminal(tmp_path, config))
    assert str(ticks) in sentence
    assert said in sentence


async def test_folders_that_cannot_be_written_are_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    config = terminal(tmp_path, state_dir=str(tmp_path / "file"))

    sentence = await refusal("terminal", write_terminal(tmp_path, config))
    assert "a file is in its place" in sentence


async def test_a_book_that_is_none_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "terminals" / "book-master-100.jsonl"
    path.parent.mkdir()
    path.write_text("once upon a time\n")
    sentence = await refusal("terminal", write_terminal(tmp_path, terminal(tmp_path)))

    assert "book cannot be read" in sentence
    assert path.read_text() == "once upon a time\n"


async def test_a_folder_in_the_place_of_a_book_is_named(tmp_path: Path) -> None:
    (tmp_path / "terminals" / "book-master-100.jsonl").mkdir(parents=True)

    assert "Is a directory" in await refusal(
        "terminal", write_terminal(tmp_path, terminal(tmp_path))
    )
