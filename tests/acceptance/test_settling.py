"""A doubt, settled: a real Core, an Agent on its stream, and a person at the command line."""

import json
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import TypeVar

import pytest

from echo.domain.commands import CloseOrder, ExecuteOrder
from echo.domain.handshake import Role
from echo.domain.ids import AccountId, AgentId, MessageId, Ticket
from echo.domain.sessions import (
    AccountConnected,
    AgentHeartbeat,
    AgentHello,
    AgentToCore,
    CoreToAgent,
    DeliveryHeartbeat,
)
from echo.links.grpc_client import GrpcCoreLink
from echo.links.system_clock import SystemClock
from echo.links.system_ids import SystemIds
from echo.ports.links import CoreStream
from tests.acceptance.test_operator import echoctl
from tests.apps.programs import Program, start, write_settings
from tests.engine.scenes import MASTER, SLAVE, WALL_MS, closed, done, doubted, opened, quote, report
from tests.fakes import until_real
from tests.links.grpc_peers import Agent
from tests.links.linked import linked

pytestmark = pytest.mark.no_cover

AGENT = AgentId("agent_1")
CLOCK = SystemClock()
T = TypeVar("T")


class Host(Agent):
    """An Agent with a master's and a slave's terminal, which a test speaks for."""

    def __init__(self) -> None:
        accounts = (MASTER, SLAVE)
        super().__init__(
            AgentHello(agent_id=AGENT, version="1", hostname="h", os="any", owned_accounts=accounts)
        )
        self.n = 0

    def core_said(self, link: CoreStream, messages: Iterable[CoreToAgent]) -> None:
        messages = list(messages)
        super().core_said(link, messages)
        for message in messages:
            if isinstance(message, DeliveryHeartbeat):
                self.say(
                    AgentHeartbeat(
                        agent_id=AGENT,
                        timestamp_ms=CLOCK.now().wall_ms,
                        mono_ms=CLOCK.now().mono_ms,
                        echo_mono_ms=message.mono_ms,
                    ),
                    numbered=False,
                )

    def say(self, *messages: AgentToCore, numbered: bool = True) -> None:
        assert self.link is not None
        for message in messages:
            self.n += numbered
            self.link.send([(MessageId(f"ledger:{self.n}") if numbered else None, message)])

    def introduce(self, account_id: AccountId, role: Role) -> None:
        connected = AccountConnected(account_id=account_id, connected_at_ms=WALL_MS, role=role)
        self.say(connected, report(account_id, role), numbered=False)

    def heard(self, kind: type[T]) -> list[T]:
        return [each for each in self.said if isinstance(each, kind)]

    async def told(self, kind: type[T]) -> T:
        await until_real(lambda: self.heard(kind))
        return self.heard(kind)[0]


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[Program]:
    program = await start("core", write_settings(tmp_path, change=("200", SLAVE)))
    yield program
    await program.kill()


def link_to(folder: Path) -> GrpcCoreLink:
    told = json.loads((folder / "core" / "core.state.json").read_text())
    port = int(str(told["address"]).rpartition(":")[2])
    return GrpcCoreLink("127.0.0.1", port, AGENT, CLOCK, SystemIds())


async def in_doubt(host: Host) -> ExecuteOrder:
    """The master opens, the slave cannot tell what came of it, the master closes."""
    await host.told(DeliveryHeartbeat)
    host.introduce(MASTER, Role.MASTER)
    host.introduce(SLAVE, Role.SLAVE)
    host.say(quote(), numbered=False)
    host.say(opened())
    order = await host.told(ExecuteOrder)
    host.say(doubted(order, candidates=(Ticket(77), Ticket(78)), error_message="2 could be it"))
    host.say(closed())
    return order


async def test_a_doubt_is_seen_settled_and_closed(core: Program, tmp_path: Path) -> None:
    here = ("--config", str(tmp_path / "echo.toml"))
    host = Host()
    async with linked(0, host, link_to(tmp_path)):
        order = await in_doubt(host)

        code, listed, _ = await echoctl("replicator", "pending", "--json", *here)
        again = await echoctl("replicator", "resend", order.command_id, *here)
        other = await echoctl(
            *("replicator", "settle", order.command_id, "--as", "filled", "--ticket", "79"), *here
        )
        settled = await echoctl(
            *("replicator", "settle", order.command_id, "--as", "filled", "--ticket", "77"),
            *("--by", "ana", *here),
        )
        close = await host.told(CloseOrder)
        host.say(done(close))
        await _until_quiet(here)

    doubt, waiting = json.loads(listed)["rows"]
    assert code == 1
    assert (doubt["command_id"], doubt["candidates"]) == (order.command_id, [77, 78])
    assert waiting["why"].endswith(f"settle {order.command_id}")
    assert again[0] == 1
    assert "never sent again" in again[2]
    assert other[0] == 1
    assert "not 79; if you are sure, say so" in other[2]
    assert settled == (0, "settled by ana: filled, ticket 77", "")
    assert close.ticket == 77

    await core.end()
    code, audited, _ = await echoctl("audit", "run", "--json", *here)
    told = json.loads(audited)
    assert (code, told["violations"]) == (0, [])
    assert told["outcomes"] == {"closed": 1, "filled": 1}


async def _until_quiet(here: tuple[str, ...]) -> None:
    """Wait until nothing is pending."""
    for _ in range(10):
        if (await echoctl("replicator", "pending", *here))[1] == "nothing is pending":
            return
    raise AssertionError("something is still pending")
