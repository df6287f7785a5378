"""The command line's side of the door: answers as values, and errors that say who failed."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from echo.domain.answers import Outcome
from echo.domain.explanations import EntryExplained, ExplainEntry
from echo.domain.ids import AccountId, CommandId, Ticket
from echo.domain.operations import (
    Answer,
    Carried,
    ListPending,
    NotDone,
    OperationCode,
    Reconcile,
    Reconciled,
    Request,
    Settle,
)
from echo.domain.quantities import Side
from echo.links.admin_client import AdminClient
from echo.links.admin_door import AdminAt
from echo.ports.errors import AdminRefused, LinkDown, SettingsInvalid
from tests.links.admin_desk import QUIET, Behind, client, open_door
from tests.links.test_admin_door import FILES
from tests.links.test_grpc_server import TLS

ID = CommandId("01890a5d-ac96-774b-bcce-b302099a8057")
EXPLAIN = ExplainEntry(account_id=AccountId("200"), symbol="S&P 500", side=Side.SELL)
EXPLAINED = EntryExplained(
    account_id=AccountId("200"), symbol="S&P 500", side=Side.SELL, code="PAUSED", reason="paused"
)
SETTLE = Settle(command_id=ID, outcome=Outcome.FILLED, ticket=Ticket(77))


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (ListPending(), QUIET),
        (ListPending(account_id=AccountId("200")), QUIET),
        (Reconcile(), Reconciled(resent=2, left=0, findings=())),
        (EXPLAIN, EXPLAINED),
        (SETTLE, Carried(command_id=ID, sentence="settled")),
        (SETTLE, NotDone(code=OperationCode.TICKET_TAKEN, sentence="of trade 2")),
        (Reconcile(), NotDone(code=OperationCode.NO_ANSWER, sentence="the journal")),
    ],
)
async def test_the_answer_is_what_was_given(request_: Request, answer: Answer) -> None:
    behind = Behind(answer)
    async with open_door(behind) as door:
        assert await asyncio.to_thread(client(door).ask, "ana", request_) == answer
    assert behind.asked[0][1] == request_


async def test_a_wrong_token_is_no_refusal_of_the_engine() -> None:
    async with open_door(Behind()) as door:
        with pytest.raises(AdminRefused, match="token is missing or wrong"):
            await asyncio.to_thread(client(door, "old").ask, "ana", ListPending())


async def test_a_certificate_that_is_not_the_cores_is_not_believed() -> None:
    async with open_door(Behind(), AdminAt(port=0, tls=FILES)) as door:
        other = client(door, certificate=TLS / "agent_tls.pem")
        with pytest.raises(LinkDown, match="CERTIFICATE_VERIFY_FAILED"):
            await asyncio.to_thread(other.ask, "ana", ListPending())


def test_a_certificate_that_cannot_be_read_is_told() -> None:
    with pytest.raises(SettingsInvalid, match="cannot be used"):
        AdminClient(host="127.0.0.1", port=1, token="t", certificate=TLS / "none.pem").ask(
            "ana", ListPending()
        )


def test_nobody_at_home() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with pytest.raises(LinkDown, match=r"the Core is unreachable: .*refused"):
            AdminClient(host="127.0.0.1", port=port, token="t").ask("ana", ListPending())


@asynccontextmanager
async def stranger(answer: bytes) -> AsyncIterator[AdminClient]:
    """Something that listens there and is no Core."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield AdminClient(host="127.0.0.1", port=server.sockets[0].getsockname()[1], token="t")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"SSH-2.0-OpenSSH\r\n", LinkDown),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", LinkDown),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi", LinkDown),
        (b"HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\nhi", AdminRefused),
        (b'HTTP/1.1 409 No\r\nContent-Length: 19\r\n\r\n{"code":"in_doubt"}', LinkDown),
    ],
)
async def test_another_program_at_that_port_is_noticed(
    answer: bytes, error: type[Exception]
) -> None:
    async with stranger(answer) as link:
        with pytest.raises(error):
            await asyncio.to_thread(link.ask, "ana", ListPending())
