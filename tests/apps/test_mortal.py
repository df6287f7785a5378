"""Doors with failpoints: everything passes, each failpoint is where its name says."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from echo.apps.failpoints import Failpoint
from echo.apps.mortal import (
    MortalAgentServer,
    MortalCoreLink,
    MortalFates,
    MortalFile,
    MortalJournal,
    MortalLedger,
    MortalPipeServer,
)
from echo.domain.handshake import Role
from echo.domain.ids import AccountId, AgentId, Ticket
from echo.domain.quantities import Side
from echo.terminal.fates import PROMPT
from echo.terminal.orders import CloseLot, SendOrder
from echo.wire.records import encode_record

AGENT_ID = AgentId("agent")
ACCOUNT_ID = AccountId("200")


class Ended(Exception):
    """Stands for the end of the program."""


def end(name: str) -> None:
    raise Ended(name)


@dataclass(slots=True)
class Double:
    """Takes the place of any adapter or handler, and remembers how it was called."""

    calls: list[tuple[Any, ...]] = field(default_factory=list)
    session: int = 7
    stream: int = 7
    agent_id: AgentId = AGENT_ID
    role: Role = Role.SLAVE
    account_id: AccountId = ACCOUNT_ID
    handler: Any = None

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: Any) -> bool:
            self.calls.append((name, *arguments))
            return True

        return call

    async def commit(self, records: Sequence[Any]) -> None:
        self.calls.append(("commit", records))

    async def load(self) -> str:
        return "everything"

    async def close(self) -> None:
        self.calls.append(("close",))

    async def stop(self, *_: int) -> None:
        self.calls.append(("stop",))

    async def start(self, *arguments: Any) -> None:
        self.handler = arguments[-1]

    async def run(self, handler: Any) -> None:
        self.handler = handler


class LedgerDouble(Double):
    """A ledger, whose ``write`` is awaited."""

    async def write(self, puts: Sequence[Any], drops: Sequence[str]) -> None:
        self.calls.append(("write", puts, drops))


def at(name: str, count: int = 1) -> Failpoint:
    return Failpoint(name, count, end)


@pytest.mark.parametrize(
    ("name", "committed"), [("core.before_commit", 0), ("core.after_commit", 1)]
)
async def test_the_core_ends_before_or_after_a_commit(name: str, committed: int) -> None:
    inner: Any = Double()
    journal = MortalJournal(inner, at(name, 2))

    await journal.commit(())
    with pytest.raises(Ended, match=name):
        await journal.commit(())
    assert inner.calls.count(("commit", ())) == 1 + committed
    assert str(await journal.load()) == "everything"
    await journal.close()
    assert inner.calls[-1] == ("close",)


async def test_the_core_ends_before_it_sends() -> None:
    server, handler, link = Double(), Double(), Double()
    mortal = MortalAgentServer(server, at("core.before_send", 2))
    await mortal.start(handler)
    server.handler.agent_joined(link, "hello")
    server.handler.agent_said(link, ())
    [(_, shown, hello), said] = handler.calls

    shown.send(["first"])
    with pytest.raises(Ended):
        shown.send(["second"])
    shown.hold(True)
    shown.end("over")
    assert (hello, said) == ("hello", ("agent_said", link, ()))
    assert (shown.session, shown.agent_id) == (link.session, link.agent_id)
    assert link.calls == [("send", ["first"]), ("hold", True), ("end", "over")]
    await mortal.stop(5)
    assert server.calls == [("stop",)]


@pytest.mark.parametrize(
    ("name", "written"), [("agent.before_ledger", 0), ("agent.after_ledger", 1)]
)
async def test_the_agent_ends_before_or_after_its_ledger(name: str, written: int) -> None:
    inner: Any = LedgerDouble()
    ledger = MortalLedger(inner, at(name))

    with pytest.raises(Ended, match=name):
        await ledger.write((), ("key",))
    assert inner.calls.count(("write", (), ("key",))) == written
    assert str(await ledger.load()) == "everything"
    await ledger.close()


async def test_the_agent_ends_before_it_writes_to_a_pipe() -> None:
    server, handler, pipe = Double(), Double(), Double()
    mortal = MortalPipeServer(server, at("agent.before_pipe_write", 2))
    await mortal.start([], handler)
    server.handler.pipe_opened(pipe)
    [(_, shown)] = handler.calls

    assert shown.write(b"first")
    with pytest.raises(Ended):
        shown.write(b"second")
    shown.end("over")
    assert (shown.session, shown.role, shown.account_id) == (7, Role.SLAVE, "200")
    assert pipe.calls == [("write", b"first"), ("end", "over")]
    server.handler.pipe_said(pipe, b"line")
    server.handler.pipe_closed(pipe, "gone")
    assert handler.calls[1:] == [("pipe_said", pipe, b"line"), ("pipe_closed", pipe, "gone")]
    await mortal.stop()


async def test_the_agent_ends_before_it_speaks_to_the_core() -> None:
    core, handler, stream = Double(), Double(), Double()
    await MortalCoreLink(core, at("agent.before_core_send", 2)).run(handler)
    core.handler.core_up(stream)
    core.handler.core_said(stream, ("hello",))
    core.handler.core_down(stream, "gone")
    shown = {id(call[1]) for call in handler.calls}

    assert len(shown) == 1, "the Agent asks which stream it is: it must stay the same one"
    link = handler.calls[0][1]
    link.send(["first"])
    with pytest.raises(Ended):
        link.send(["second"])
    assert stream.calls == [("send", ["first"])]
    core.handler.core_up(Double(stream=8))
    assert handler.calls[-1][1].stream == 8


def record(kind: str) -> bytes:
    return encode_record({"t": kind, "n": 1})


@pytest.mark.parametrize(
    ("kind", "place"), [("X", "exec_record"), ("D", "done"), ("I", "intent_record")]
)
@pytest.mark.parametrize(("when", "written"), [("before", 0), ("after", 1)])
def test_a_terminal_ends_before_or_after_a_record(
    kind: str, place: str, when: str, written: int
) -> None:
    inner: Any = Double()
    file = MortalFile(inner, at(f"terminal.{when}_{place}"))

    file.append(record("A"))
    with pytest.raises(Ended):
        file.append(record(kind))
    assert [call[1] for call in inner.calls] == [record("A"), *[record(kind)] * written]


def test_a_terminal_ends_when_an_open_has_reached_its_broker() -> None:
    fates = MortalFates(PROMPT, at("terminal.after_order"))
    close = CloseLot(ref="a", ticket=Ticket(1))

    assert fates.fate(close) == PROMPT.fate(close)
    with pytest.raises(Ended):
        fates.fate(
            SendOrder(ref="b", symbol="EURUSD", side=Side.BUY, lot=Decimal(1), magic_number=1)
        )
