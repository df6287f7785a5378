"""Roll-outs as an operator lives through them; the how-to shows what is played here."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.acceptance.rollout import Play, playing, protocol, unknown_symbols
from tests.house.sources import ROOT

pytestmark = pytest.mark.no_cover

HOW_TO = ROOT / "docs" / "how-to" / "roll-out-a-protocol.md"


def shown(page: Path) -> list[str]:
    """Return the transcripts in a page: what stands between fences of ``text``."""
    _, *blocks = page.read_text(encoding="utf-8").split("```text\n")
    return [block.partition("```")[0].rstrip("\n") for block in blocks]


@pytest.mark.parametrize("scene", [protocol, unknown_symbols], ids=lambda scene: scene.__name__)
async def test_a_roll_out_and_its_way_back(scene: Callable[[Play], Awaitable[None]]) -> None:
    async with playing(print) as play:
        await scene(play)

    assert "\n".join(play.transcript) in shown(HOW_TO)
