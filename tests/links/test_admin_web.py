"""The admin door's pages: only who shows the token gets in, and every no is a JSON object."""

import asyncio
import json
from http.client import HTTPConnection

import pytest

from echo.domain.health import Standby
from echo.domain.ids import AccountId, CommandId
from echo.domain.operations import (
    Carried,
    ListPending,
    NotDone,
    OperationCode,
    Reconcile,
    Resend,
)
from echo.links.admin_web import API, BODY_BYTES_MAX
from tests.fakes import WITHIN_S
from tests.links.admin_desk import TOKEN, Behind, open_door

ID = CommandId("01890a5d-ac96-774b-bcce-b302099a8057")


class Browser:
    """Asks with plain HTTP."""

    def __init__(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        self.place = (host, int(port))

    def call(
        self, method: str, path: str, body: bytes | None = None, token: str | None = TOKEN
    ) -> tuple[int, dict[str, object]]:
        connection = HTTPConnection(*self.place, timeout=WITHIN_S)
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        try:
            connection.request(method, path, body=body, headers=headers)
            answer = connection.getresponse()
            assert answer.getheader("content-type") == "application/json"
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()


async def call(
    behind: Behind, method: str, path: str, body: bytes | None = None, token: str | None = TOKEN
) -> tuple[int, dict[str, object]]:
    async with open_door(behind) as door:
        return await asyncio.to_thread(Browser(door.address).call, method, path, body, token)


async def test_health_needs_no_token() -> None:
    assert await call(Behind(), "GET", "/health/live", token=None) == (200, {"live": True})
    assert await call(Behind(), "GET", "/health/ready", token=None) == (200, {"ready": True})


async def test_a_core_that_does_not_serve_is_not_ready() -> None:
    status, said = await call(Behind(ready=False), "GET", "/health/ready", token=None)

    assert (status, said["code"]) == (503, "not_ready")


async def test_a_core_that_waits_for_its_turn_lives_and_is_not_ready() -> None:
    behind = Behind(ready=False, standby=Standby(holder="left", since_ms=0))

    assert (await call(behind, "GET", "/health/live", token=None))[0] == 200
    status, said = await call(behind, "GET", "/health/ready", token=None)
    assert (status, said["code"]) == (503, "standby")
    assert str(said["sentence"]).startswith("standby, waits for the lease of left")
    status, said = await call(behind, "GET", "/health", token=None)
    assert (status, said["live"], said["ready"], said["state"]) == (200, True, False, "standby")


@pytest.mark.parametrize("token", [None, "", "wrong", f"{TOKEN}x", "é"])
@pytest.mark.parametrize(
    ("method", "page"),
    [("GET", "pending"), ("POST", "settle"), ("POST", "resend"), ("POST", "reconcile")],
)
async def test_without_the_token_nothing_is_asked(
    token: str | None, method: str, page: str
) -> None:
    behind = Behind()

    status, said = await call(behind, method, f"{API}/{page}", b"{}", token)

    assert (status, said["code"]) == (401, "not_allowed")
    assert "admin.token" in str(said["sentence"])
    assert behind.asked == []


async def test_questions_reach_who_is_behind() -> None:
    behind = Behind(Carried(command_id=ID, sentence="sent"))
    body = json.dumps({"command_id": ID, "by": "ana"}).encode()

    assert await call(behind, "POST", f"{API}/resend", body) == (
        200,
        {"command_id": ID, "sentence": "sent"},
    )
    await call(behind, "POST", f"{API}/reconcile")
    await call(behind, "GET", f"{API}/pending?account=200")
    assert behind.asked == [
        ("ana", Resend(command_id=ID)),
        ("operator", Reconcile()),
        ("operator", ListPending(account_id=AccountId("200"))),
    ]


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (OperationCode.UNKNOWN_COMMAND, 404),
        (OperationCode.NO_ANSWER, 503),
        (OperationCode.NOT_READY, 503),
        (OperationCode.IN_DOUBT, 409),
        (OperationCode.WRONG_OUTCOME, 409),
    ],
)
async def test_a_refusal_keeps_its_code(code: OperationCode, status: int) -> None:
    behind = Behind(NotDone(code=code, sentence="why"))
    body = json.dumps({"command_id": ID}).encode()

    assert await call(behind, "POST", f"{API}/resend", body) == (
        status,
        {"code": code, "sentence": "why"},
    )


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/", None, 404, "no_such_page"),
        ("GET", f"{API}/settle", None, 405, "wrong_method"),
        ("POST", f"{API}/pending", b"{}", 405, "wrong_method"),
        ("POST", f"{API}/resend", b"{", 400, "bad_request"),
        ("POST", f"{API}/resend", b'{"command_id":"x"}', 400, "bad_request"),
        ("GET", f"{API}/pending?account=a%20b", None, 400, "bad_request"),
        ("POST", f"{API}/resend", b" " * (BODY_BYTES_MAX + 1), 413, "too_large"),
    ],
)
async def test_whatever_cannot_be_asked_is_answered(
    method: str, path: str, body: bytes | None, status: int, code: str
) -> None:
    behind = Behind()

    told, said = await call(behind, method, path, body)

    assert (told, said["code"]) == (status, code)
    assert said["sentence"]
    assert behind.asked == []


async def test_a_failure_behind_the_door_is_an_answer_too() -> None:
    status, said = await call(Behind(fails=True), "GET", f"{API}/pending")

    assert (status, said["code"]) == (500, "failed")
    assert "a bug" not in str(said)


async def test_a_caller_who_hangs_up_hurts_nobody() -> None:
    behind = Behind()
    async with open_door(behind) as door:
        host, port = Browser(door.address).place
        reader, writer = await asyncio.open_connection(host, port)
        head = f"POST {API}/resend HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n"
        writer.write(f"{head}Content-Length: 100\r\n\r\nhalf".encode())
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        del reader
        status, _ = await asyncio.to_thread(Browser(door.address).call, "GET", "/health/live")

    assert status == 200
    assert behind.asked == []
