"""Every setting of an Agent that counts at once does so within a second, in a running Agent."""

import json
from pathlib import Path

import pytest

from echo.apps.agent import bridge_part
from echo.config.reading import read_settings
from echo.config.schema import SETTINGS
from echo.config.setting import Reload, Setting
from echo.config.settings import agent_settings
from tests.apps.programs import start, write_settings
from tests.apps.test_agent import HANDSHAKE, Ea
from tests.fakes import until_real
from tests.stopwatch import Stopwatch

LIVE = [
    each
    for each in SETTINGS
    if each.key.startswith("agent/") and each.reload is Reload.LIVE and not each.ignored
]
REFUSED: dict[str, tuple[object, int]] = {
    "agent/protocol/min_version": (3, 2),
    "agent/protocol/max_version": (2, 3),
    "agent/protocol/allow_legacy": (False, 1),
}
"""Key -> a value, and the version of an EA that is not let in with it."""

WITHIN_S = 1.0


def handshake(version: int) -> dict[str, object]:
    told = HANDSHAKE["payload"]
    assert isinstance(told, dict)
    payload = {**told, "protocol_version": version}
    if version == 1:
        del payload["protocol_version"]
    return {**HANDSHAKE, "payload": payload}


@pytest.mark.parametrize("setting", LIVE, ids=lambda setting: setting.key)
def test_a_setting_that_changes_at_once_changes_what_is_decided_by(setting: Setting) -> None:
    value, _ = REFUSED[setting.key]
    before = agent_settings(read_settings({}).values)
    after = agent_settings(read_settings({setting.key: value}).values)

    assert bridge_part(after) != bridge_part(before)


async def test_an_ea_that_may_not_come_any_more_is_told_so_within_a_second(tmp_path: Path) -> None:
    core = await start("core", write_settings(tmp_path))
    told = json.loads((tmp_path / "core" / "core.state.json").read_text())
    port = int(told["address"].rpartition(":")[2])
    file = write_settings(tmp_path, port=port)
    agent = await start("agent", file)
    before = file.read_text()
    try:
        for key, (value, version) in REFUSED.items():
            assert not await barred(tmp_path, version)
            line = f"{key.removeprefix('agent/').replace('/', '.')} = {str(value).lower()}"
            file.write_text(before.replace("[agent]", f"[agent]\n{line}"))
            with Stopwatch() as written:
                while not await barred(tmp_path, version):
                    assert written.took_s < WITHIN_S, key
            file.write_text(before)
            while await barred(tmp_path, version):
                pass
    finally:
        for program in (agent, core):
            code, errors = await program.end()
            assert code == 0, errors


async def barred(folder: Path, version: int) -> bool:
    """Introduce an EA of that version; return whether the Agent lets it open anything."""
    ea = Ea(folder)
    await ea.connect()
    ea.say(handshake(version))
    await until_real(lambda: "symbol_registration_result" in ea.types)
    told = [line for line in ea.heard if line["type"] == "symbol_registration_result"]
    await ea.close()
    return "no opens pass" in json.dumps(told)
