"""The talks, held between the real Core, the real Agent and EAs on a string."""

from pathlib import Path

import pytest

from tests.acceptance.desk import Desk
from tests.acceptance.plays import short_folder
from tests.acceptance.talk import Talk, read_talk

TALKS = sorted((Path(__file__).parent / "talks").glob("*.talk"))


async def hold(talk: Talk) -> Desk:
    with short_folder() as folder:
        desk = Desk(talk, folder)
        await desk.open()
        try:
            for step in talk.steps:
                await desk.take(step)
        finally:
            await desk.close()
    return desk


@pytest.mark.parametrize("path", TALKS, ids=lambda path: path.stem)
async def test_talk(path: Path) -> None:
    await hold(read_talk(path))
