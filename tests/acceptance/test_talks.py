"""The talks, held between the real Core, the real Agent and EAs on a string."""

from pathlib import Path

import pytest

from tests.acceptance.desk import Desk
from tests.acceptance.plays import short_folder
from tests.acceptance.talk import Ids, Talk, TalkError, read_json, read_talk

TALKS = sorted((Path(__file__).parent / "talks").glob("*.talk"))

EXAMPLE = """# A promise.
desk
    [risk.F1."*"]
    risk_type = "FIXED_LOT"
    lot_size = 0.10

F1 connects
F1 greets with EURUSD as EURUSD
"""


async def hold(talk: Talk) -> None:
    with short_folder() as folder:
        desk = Desk(talk, folder)
        await desk.open()
        try:
            for step in talk.steps:
                await desk.take(step)
        finally:
            await desk.close()


def talk(folder: Path, text: str) -> Talk:
    path = folder / "example.talk"
    path.write_text(text)
    return read_talk(path)


@pytest.mark.parametrize("path", TALKS, ids=lambda path: path.stem)
async def test_talk(path: Path) -> None:
    await hold(read_talk(path))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        pytest.param(
            'F1 < {"type":"session","payload":{"max_retries":5,...},...}',
            "line 9: .*max_retries is 100, not 5",
            id="another value",
        ),
        pytest.param(
            'F1 < {"type":"session","payload":{"more":5,...},...}',
            "payload.more is missing",
            id="missing",
        ),
        pytest.param(
            'F1 < {"type":"session","payload":{...}}', "timestamp_ms is there too", id="more"
        ),
        pytest.param("F1 gets no session for 1 ms", "got .*session_epoch", id="unwanted"),
    ],
)
async def test_a_talk_that_goes_another_way_says_where(
    tmp_path: Path, line: str, said: str
) -> None:
    with pytest.raises(TalkError, match=said):
        await hold(talk(tmp_path, EXAMPLE + line))


def test_a_talk_is_read_whole(tmp_path: Path) -> None:
    found = talk(tmp_path, EXAMPLE)

    assert (found.name, found.promise) == ("example", "A promise.")
    assert found.settings.splitlines()[0] == '[risk.F1."*"]'
    assert [step.act for step in found.steps] == ["connects", "greets"]
    assert found.people == ("F1",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (EXAMPLE + "F1 dances\n", "example.talk:9: nobody understands 'F1 dances'"),
        (EXAMPLE.replace("# A promise.\n", ""), "needs a promise and steps"),
        ("# A promise.\n", "needs a promise and steps"),
    ],
)
def test_a_line_that_means_nothing_is_no_talk(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(TalkError, match=said):
        talk(tmp_path, text)


def test_names_stand_for_one_value_throughout() -> None:
    ids = Ids()

    assert list(ids.matches(read_json('{"a":<x>,"b":"<x>"}'), {"a": 1, "b": 1})) == []
    assert list(ids.matches({"a": "<x>"}, {"a": 2})) == [".a is 2, not 1"]
    assert ids.spelled('"<y>"') == ids.spelled('"<y>"') != ids.spelled('"<z>"')


def test_lists_match_item_by_item() -> None:
    ids = Ids()

    assert list(ids.matches([{"a": 1}], [{"a": 2}])) == ["[0].a is 2, not 1"]
    assert list(ids.matches([1], [1, 2])) == [" is [1, 2], not [1]"]
