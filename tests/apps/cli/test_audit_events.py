"""``echoctl audit export|verify``: what was altered, dropped or moved is found."""

import asyncio
import json
import stat
from pathlib import Path

import apsw
import pytest

from echo.stores.events.mongo import MongoEvents
from echo.stores.events.months import MonthFiles, month_paths, read_events
from tests.apps.cli.running_core import echoctl, write_settings
from tests.servers.mongo import running_mongo_stand_in
from tests.stores.events.chains import DAY_MS, linked

DAYS = ["2026-11-29", "2026-11-30", "2026-12-01"]


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """Settings of a Core that has recorded two events on each of three days."""
    path = write_settings(tmp_path)
    files = MonthFiles(tmp_path / "core" / "events")
    files.append(linked(files.chain(), 6, every_ms=DAY_MS // 2))
    files.close()
    return path


def audit(*arguments: object) -> tuple[int, str, str]:
    return echoctl("audit", *map(str, arguments))


def verified(*arguments: object) -> tuple[int, dict[str, object]]:
    code, said, errors = audit("verify", "--json", *arguments)
    assert "Traceback" not in errors
    told: dict[str, object] = json.loads(said)
    return code, told


def change(settings: Path, *statements: str) -> None:
    """Go round the triggers, as somebody with the file in hand would."""
    for path in month_paths(settings.parent / "core" / "events"):
        connection = apsw.Connection(str(path))
        connection.execute("DROP TRIGGER events_are_never_changed")
        connection.execute("DROP TRIGGER events_are_never_deleted")
        for statement in statements:
            connection.execute(statement)
        connection.close()


def test_what_nobody_touched_holds(settings: Path) -> None:
    code, told = verified("--config", settings)

    assert (code, told["ok"], told["events"], told["breaks"]) == (0, True, 6, [])
    assert isinstance(told["days"], list)
    assert len(told["days"]) == 4
    code, said, _ = audit("verify", "--config", settings)
    assert (code, "6 events, the chain holds" in said) == (0, True)


@pytest.mark.parametrize(
    ("statements", "sentence"),
    [
        (["UPDATE events SET payload = CAST('{\"n\":9}' AS BLOB) WHERE seq = 3"], "event 3 of"),
        (["UPDATE events SET wall_ms = wall_ms + 1 WHERE seq = 3"], "event 3 of"),
        (["DELETE FROM events WHERE seq = 2"], "event 3 stands where 2 should: 1 missing"),
        (
            [
                "UPDATE events SET seq = -2 WHERE seq = 2",
                "UPDATE events SET seq = 2 WHERE seq = 3",
                "UPDATE events SET seq = 3 WHERE seq = -2",
            ],
            "event 2 of",
        ),
    ],
    ids=["altered", "stamped anew", "missing", "reordered"],
)
def test_what_was_done_to_the_store_is_found(
    settings: Path, statements: list[str], sentence: str
) -> None:
    change(settings, *statements)

    code, said, _ = audit("verify", "--config", settings)

    assert code == 1
    assert f"broken: {sentence}" in said


def test_a_day_that_was_cut_short_differs_from_its_seal(settings: Path) -> None:
    _, told = verified("--config", settings)
    assert isinstance(told["days"], list)
    last = told["days"][-1]
    noted = f"{last['day']}={last['seal']}"
    assert verified("--config", settings, "--seal", noted)[0] == 0

    change(settings, "DELETE FROM events WHERE seq = 6")

    assert verified("--config", settings)[0] == 0, "a chain proves nothing about its own end"
    code, said, _ = audit("verify", "--config", settings, "--seal", noted)
    assert code == 1
    assert f"noted was {last['seal']}" in said


def test_an_exported_day_proves_itself(settings: Path, tmp_path: Path) -> None:
    file = tmp_path / "day.jsonl"

    code = audit("export", "--config", settings, "--from", DAYS[1], "--output", file)[0]

    assert code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert (verified(file)[0], verified(file)[1]["events"]) == (0, 2)
    file.write_bytes(file.read_bytes().replace(b'{"n":2}', b'{"n":4}'))
    code, told = verified(file)
    assert (code, told["ok"]) == (1, False)
    file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:-1]))
    assert "its last line is missing" in audit("verify", file)[1]


def test_everything_can_be_exported_and_from_any_folder(settings: Path, tmp_path: Path) -> None:
    code, said, _ = audit("export", "--dir", settings.parent / "core" / "events")
    (tmp_path / "all").write_text(said)

    assert code == 0
    assert verified(tmp_path / "all")[1]["events"] == 6


@pytest.mark.parametrize(
    ("arguments", "code", "named"),
    [
        (("export", "--config", "none.toml"), 2, "none.toml"),
        (("export", "--dir", "nowhere"), 2, "no events of these days"),
        (("export", "--from", "yesterday"), 2, "is not a day"),
        (("verify", "--dir", "nowhere"), 2, "holds no raw events"),
        (("verify", "none.jsonl"), 1, "No such file"),
        (("verify", "--seal", "x"), 2, "DAY=LINK"),
    ],
)
def test_what_cannot_be_done_is_told(arguments: tuple[str, ...], code: int, named: str) -> None:
    found, _, errors = audit(*arguments)

    assert found == code
    assert named in errors


def test_what_was_copied_to_mongodb_is_checked_there(settings: Path) -> None:
    folder = settings.parent / "core" / "events"
    events = list(read_events(folder))
    files = MonthFiles(folder)
    files.close()
    with running_mongo_stand_in() as server:
        text = settings.read_text()
        settings.write_text(f'{text}events.mongo_url = "{server.url}"\n')

        async def copy(*which: int) -> None:
            there = MongoEvents(server.url, "echo", files.chain_id)
            await there.prepare()
            await there.insert([events[n] for n in which])
            await there.close()

        asyncio.run(copy(2, 3, 5))
        code, told = verified("--mongo", "--config", settings)
        assert (code, told["events"]) == (1, 3)
        asyncio.run(copy(4))
        code, told = verified("--mongo", "--config", settings)
        assert (code, told["events"]) == (0, 4)
