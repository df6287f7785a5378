"""The desk opens with the Core, leaves no token behind, and never takes the Core down with it."""

import asyncio
from pathlib import Path

import pytest

from echo.apps.operator_desk import OperatorDesk, operator_desk
from echo.config.reading import read_settings
from echo.config.settings import CoreSettings, core_settings
from echo.domain.facts import Alarm
from echo.domain.health import Health, Standby
from echo.domain.operations import Answer, ListPending, NotDone, OperationCode, PendingList
from echo.domain.policy import PolicyBook
from echo.engine.engine import Engine
from echo.engine.settings import EngineSettings
from echo.links.admin_client import AdminClient
from echo.links.admin_token import TOKEN_FILE, leave_token, read_token
from echo.ports.errors import AdminRefused, UnsafeBind
from echo.services.core.service import CoreService
from echo.stores.memory import MemoryJournal
from tests.fakes import FactLog, FakeClock, FakeIds, until_real
from tests.services.core.fakes import FakeServer


def settings(folder: Path, **admin: object) -> CoreSettings:
    flat: dict[str, object] = {"core/state_dir": str(folder), "core/admin/port": 0}
    return core_settings(
        read_settings(flat | {f"core/admin/{name}": value for name, value in admin.items()}).values
    )


def service() -> CoreService:
    return CoreService(
        Engine(EngineSettings(), PolicyBook()),
        EngineSettings(),
        journal=MemoryJournal(),
        server=FakeServer(),
        clock=FakeClock(),
        ids=FakeIds(),
        facts=FactLog(),
    )


def desk(folder: Path, facts: FactLog) -> OperatorDesk:
    found = operator_desk(settings(folder), None, facts)
    assert found is not None
    return found


async def test_it_asks_the_engine_and_leaves_no_token(tmp_path: Path) -> None:
    core, facts = service(), FactLog()
    office = desk(tmp_path, facts)
    host, _, port = office.address.rpartition(":")
    office.announce()
    serving = asyncio.create_task(core.run())
    opened = asyncio.create_task(office.open(core))
    await until_real(lambda: core.ready and read_token(tmp_path))

    link = AdminClient(host=host, port=int(port), token=read_token(tmp_path) or "")
    answer = await asyncio.to_thread(link.ask, "ana", ListPending())

    assert answer == PendingList(rows=(), total=0)
    core.stop()
    await serving
    office.close()
    await opened
    assert not (tmp_path / TOKEN_FILE).exists()
    assert facts.facts == []


async def test_of_cores_that_share_a_folder_the_one_that_serves_is_asked(tmp_path: Path) -> None:
    facts = FactLog()
    left, right = desk(tmp_path, facts), desk(tmp_path, facts)
    left.announce()
    of_left = read_token(tmp_path)
    waiting = asyncio.create_task(right.open(service()))
    await asyncio.sleep(0)
    assert read_token(tmp_path) == of_left

    right.announce()
    of_right = read_token(tmp_path)
    assert of_right != of_left
    left.announce()
    right.close()
    await waiting

    assert read_token(tmp_path) == of_left, "who leaves takes only its own token away"
    left.close()


async def test_a_desk_without_a_place_for_its_token_is_told_and_the_core_goes_on(
    tmp_path: Path,
) -> None:
    facts = FactLog()
    office = desk(tmp_path / "gone", facts)

    office.announce()
    office.close()

    [alarm] = facts.facts
    assert isinstance(alarm, Alarm)
    assert alarm.code == "ADMIN_DOOR_FAILED"
    assert "admin.token cannot be written" in alarm.sentence


def test_a_desk_that_never_opened_gives_its_address_back(tmp_path: Path) -> None:
    office = desk(tmp_path, FactLog())
    port = int(office.address.rpartition(":")[2])

    office.close()

    again = operator_desk(settings(tmp_path, port=port), None, FactLog())
    assert again is not None
    again.close()


def test_settings_may_want_no_desk(tmp_path: Path) -> None:
    assert operator_desk(settings(tmp_path, enabled=False), None, FactLog()) is None


def test_beyond_loopback_there_is_none_without_tls(tmp_path: Path) -> None:
    with pytest.raises(UnsafeBind):
        operator_desk(settings(tmp_path, bind="192.0.2.1"), None, FactLog())


async def test_who_waits_refuses_what_needs_an_engine_and_names_who_serves(tmp_path: Path) -> None:
    """It lets in whoever may ask the one that serves, whose token lies in the folder."""
    core, office = service(), desk(tmp_path, FactLog())
    leave_token(tmp_path, "of-left")
    waits = Standby(holder="left", since_ms=0, serves_at="127.0.0.1:9")

    async def standby() -> Standby | None:
        return waits

    opened = asyncio.create_task(office.open(core, None, standby))
    host, _, port = office.address.rpartition(":")

    def asked(token: str) -> Answer:
        return AdminClient(host=host, port=int(port), token=token).ask("ana", ListPending())

    answer = await asyncio.to_thread(asked, "of-left")
    assert answer == NotDone(code=OperationCode.NOT_READY, sentence=waits.refusal)
    with pytest.raises(AdminRefused, match="token"):
        await asyncio.to_thread(asked, "of-nobody")
    health = await asyncio.to_thread(AdminClient(host=host, port=int(port), token="").health)
    assert health == Health(ready=False, standby=waits)

    office.close()
    await opened
    assert read_token(tmp_path) == "of-left"


async def test_a_core_that_shares_with_nobody_takes_its_own_token_only(tmp_path: Path) -> None:
    office = desk(tmp_path, FactLog())
    leave_token(tmp_path, "of-another")
    opened = asyncio.create_task(office.open(service()))
    host, _, port = office.address.rpartition(":")
    client = AdminClient(host=host, port=int(port), token="of-another")

    with pytest.raises(AdminRefused, match="token"):
        await asyncio.to_thread(client.ask, "ana", ListPending())
    assert await asyncio.to_thread(client.health) == Health(ready=False)

    office.close()
    await opened
