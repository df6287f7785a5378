"""Bare EAs: they stamp what they see, answer it, and say nothing that an EA would not."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bench.eas import ASK, SPEC, BareEa, BareMaster, BareSlave
from echo.domain.commands import CloseOrder, ExecuteOrder
from echo.domain.handshake import RegistrationStatus, Role, SymbolRegistrationResult
from echo.domain.ids import SEQ_CLOSE, AccountId, CommandId, EvaluationId, Ticket, TradeId
from echo.domain.quantities import Side
from echo.wire.pipe import write_to_ea
from tests.fakes import until_real

TRADE = TradeId("0190e92e-a6f3-7147-90b5-b44b8f69d9d6")
COMMAND = CommandId("0190e92e-a6f3-7147-90b5-b44b8f69d9d7")
ACCOUNT = AccountId("70001")
ORDER = ExecuteOrder(
    command_id=COMMAND,
    trade_id=TRADE,
    account_id=ACCOUNT,
    symbol="EURUSD",
    side=Side.BUY,
    lot=SPEC.min_lot,
    magic_number=7,
    comment="tag",
)


class Agent:
    """Hears one EA."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.writer: asyncio.StreamWriter | None = None
        self.left = asyncio.Event()

    async def hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        async for line in reader:
            self.heard.append(json.loads(line))
        writer.close()
        await writer.wait_closed()
        self.left.set()

    def say(self, message: Any) -> None:
        assert self.writer is not None
        self.writer.write(write_to_ea(message, 3, 1))

    def lines(self, kind: str) -> list[dict[str, Any]]:
        return [line["payload"] for line in self.heard if line["type"] == kind]


@asynccontextmanager
async def connected(folder: Path, ea: BareEa) -> AsyncIterator[Agent]:
    agent = Agent()
    path = str(folder / f"echo_{ea.role}_{ea.account_id}.sock")
    server = await asyncio.start_unix_server(agent.hear, path)
    await ea.connect(folder)
    await until_real(lambda: agent.lines("handshake"))
    try:
        yield agent
    finally:
        ea.transport.close()
        await agent.left.wait()
        server.close()


async def test_a_master_reports_what_it_opens_and_closes(tmp_path: Path) -> None:
    master = BareMaster(AccountId("50001"))
    async with connected(tmp_path, master) as agent:
        first, second = master.open(), master.open()
        master.close(first)
        await until_real(lambda: agent.lines("trade_close"))

    assert first != second
    assert [each["trade_id"] for each in agent.lines("trade_intent")] == [first, second]
    assert agent.lines("trade_close")[0]["trade_id"] == first
    assert set(master.trips) == {first, second}
    assert agent.lines("handshake")[0]["role"] == Role.MASTER.value


async def test_a_slave_stamps_an_open_and_answers_it(tmp_path: Path) -> None:
    arrived: list[tuple[TradeId, float]] = []
    slave = BareSlave(ACCOUNT, lambda trade_id, at_s: arrived.append((trade_id, at_s)))
    close = CloseOrder(
        command_id=COMMAND,
        trade_id=TRADE,
        account_id=ACCOUNT,
        seq=SEQ_CLOSE,
        ticket=Ticket(9),
        symbol="EURUSD",
        magic_number=7,
    )
    async with connected(tmp_path, slave) as agent:
        slave.state()
        agent.say(ORDER)
        await until_real(lambda: agent.lines("execution_result"))
        agent.say(close)
        await until_real(lambda: len(agent.lines("pipe_delivery_ack")) == 2)
        await until_real(lambda: agent.lines("close_result"))

    assert [trade_id for trade_id, _ in arrived] == [TRADE]
    [result] = agent.lines("execution_result")
    assert (result["success"], result["executed_price"]) == (True, float(ASK))
    assert agent.lines("close_result")[0]["ticket"] == 9
    assert agent.lines("quote_snapshot")
    assert agent.lines("state_snapshot")


@pytest.mark.parametrize("status", [RegistrationStatus.ACCEPTED, RegistrationStatus.WARNING])
def test_a_verdict_is_waited_for(status: RegistrationStatus) -> None:
    ea = BareSlave(ACCOUNT, lambda _trade_id, _at_s: None)

    ea.data_received(write_to_ea(verdict(status), 3, 1))
    assert ea.registered.is_set()


def test_a_refusal_ends_the_measurement() -> None:
    ea = BareSlave(ACCOUNT, lambda _trade_id, _at_s: None)

    with pytest.raises(RuntimeError, match="slave_70001 was rejected"):
        ea.data_received(write_to_ea(verdict(RegistrationStatus.REJECTED), 3, 1))


def verdict(status: RegistrationStatus) -> SymbolRegistrationResult:
    return SymbolRegistrationResult(
        account_id=ACCOUNT,
        pipe_role=Role.SLAVE,
        protocol_version=3,
        status=status,
        evaluation_id=EvaluationId(COMMAND),
        evaluated_at_ms=1,
    )
