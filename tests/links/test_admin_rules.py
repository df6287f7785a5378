"""Rules at the admin door: asked by the client, answered by a page, never without a token."""

import asyncio

import pytest

from echo.domain.desk import AddWindows, ListRules, RulesChanged, RulesInForce, SetSwitch
from echo.domain.ids import AccountId
from echo.domain.modes import Mode, Scope
from echo.domain.operations import Answer, NotDone, OperationCode, Request
from echo.domain.windows import Window
from echo.links.admin_web import RULES_BYTES_MAX
from echo.ports.errors import AdminRefused
from tests.links.admin_desk import Behind, client, open_door

SWITCH = SetSwitch(mode=Mode.PAUSED, scope=Scope.ACCOUNT, target=AccountId("7001"))
EMPTY = RulesInForce(windows=(), switches=(), policies=())
DONE = RulesChanged(changed=1, sentence="account 7001: paused, was live")


def windows(count: int, notes: str = "") -> AddWindows:
    return AddWindows(
        windows=tuple(
            Window(window_id=f"w{n}", starts_at_ms=n, ends_at_ms=n + 1, notes=notes)
            for n in range(count)
        )
    )


async def ask(behind: Behind, request: Request, token: str | None = None) -> Answer:
    async with open_door(behind) as door:
        asking = client(door) if token is None else client(door, token)
        return await asyncio.to_thread(asking.ask, "ana", request)


async def test_rules_are_listed() -> None:
    behind = Behind(EMPTY)

    assert await ask(behind, ListRules()) == EMPTY
    assert behind.asked[0][1] == ListRules()


async def test_a_change_is_carried_to_the_engine_in_somebodys_name() -> None:
    behind = Behind(DONE)

    assert await ask(behind, SWITCH) == DONE
    assert behind.asked == [("ana", SWITCH)]


async def test_a_weeks_calendar_fits_into_one_request() -> None:
    behind, request = Behind(DONE), windows(600, notes="x" * 200)
    await ask(behind, request)

    assert behind.asked == [("ana", request)]


async def test_more_than_that_is_refused() -> None:
    behind = Behind(DONE)
    with pytest.raises(AdminRefused, match=str(RULES_BYTES_MAX)):
        await ask(behind, windows(6_000, notes="x" * 200))

    assert behind.asked == []


@pytest.mark.parametrize(
    "code",
    [
        OperationCode.BAD_RULE,
        OperationCode.UNKNOWN_RULE,
        OperationCode.READ_ONLY,
        OperationCode.LOOP,
    ],
)
async def test_a_refusal_comes_back_as_it_was_given(code: OperationCode) -> None:
    refusal = NotDone(code=code, sentence="nothing was changed")

    assert await ask(Behind(refusal), SWITCH) == refusal


async def test_nobody_changes_rules_without_the_token() -> None:
    behind = Behind(DONE)
    with pytest.raises(AdminRefused, match="token"):
        await ask(behind, SWITCH, token="guess")

    assert behind.asked == []
