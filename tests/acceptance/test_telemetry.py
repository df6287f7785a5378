"""Every figure and every span that Echo promises, told by real programs in one run to a collector.

A metric or a span of the tables that nothing emits fails here.  Two hosts, one clock set wrong,
terminals of paper and terminals that misbehave, an Agent that hangs and one that is killed.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from urllib.request import Request, urlopen

from bench.eas import SPEC
from echo.domain.handshake import Role
from echo.domain.ids import TradeId
from echo.domain.sessions import Ping
from echo.domain.specs import SymbolSpecification, SymbolSpecReport
from echo.links.telemetry.span_table import TRADE
from echo.links.telemetry.table import METRICS
from echo.links.telemetry.verdict_table import VERDICT
from tests.acceptance.plays import short_folder
from tests.acceptance.scripted import EXECUTES_MS, Follower, Leader, ignore, refuse_stops
from tests.acceptance.stranger import Stranger
from tests.acceptance.traced import (
    assert_decisions_last,
    assert_examples_lead_to_traces,
    assert_log_lines_carry_the_trace,
    assert_one_tree,
    assert_placed_by_one_clock,
    assert_timed_by_one_clock,
    way_between,
)
from tests.acceptance.two_hosts import AHEAD_MS, PAPER_MASTER, PAPER_SLAVE, TwoHosts
from tests.fakes import until_real
from tests.links.telemetry.collector import Collector, collecting

WITHIN_S = 20.0
SHOWN_EVERY_S = 0.5
OBEDIENT, STUBBORN, LEGACY, FULL, WINDOWED, ODD = (str(70_010 + n) for n in range(6))
ELSEWHERES = "70099"
SLAVES = [OBEDIENT, STUBBORN, LEGACY, FULL, WINDOWED, ODD]
MASTER = "50001"
NEAR = replace(SPEC, stop_level_points=400, contract_size=None)
"""A broker that allows no stop so near, and does not say what a lot is."""
NEVER_HERE = {"echo.core.handshake.notify_miss_total", "echo.telemetry.shed"}
"""What this desk cannot move: its journal is a file, and a file's notices are never missed; its
collector lives, and nothing is told faster than it is counted.
"""


def rules() -> str:
    """Return what the slaves follow by: sizes, a window, a limit, offsets."""
    now = datetime.now(UTC)
    begun, over = (now - timedelta(hours=1)).isoformat(), (now + timedelta(hours=6)).isoformat()
    rows = "".join(
        f'[risk."{account}"."*"]\nrisk_type = "FIXED_RISK"\namount = 100\ncurrency = "USD"\n'
        for account in (*SLAVES, PAPER_SLAVE)
    )
    return f"""
{rows}
[risk."{STUBBORN}".ratio]
risk_type = "MULTIPLIER"
multiplier = 1
[policy."{OBEDIENT}"]
sl_offset = 20
[policy."{FULL}"]
max_open_trades = 1
[policy."{WINDOWED}"]
limit_pack = "ftmo-2-step"
limit_initial_balance = 10000
limit_currency = "USD"
[windows."{WINDOWED}".EURUSD]
start_utc = "{begun}"
end_utc = "{over}"
"""


class Players:
    """The scripted terminals of the desk."""

    def __init__(self, hosts: TwoHosts) -> None:
        south = hosts.folder / "south"
        self.leader = Leader(Role.MASTER, MASTER, hosts.folder / "north")
        self.slaves = {
            name: Follower(
                name,
                south,
                # One of them stamps by a clock that is not its host's.
                ahead_ms=0 if name == FULL else AHEAD_MS,
                protocol=1 if name == LEGACY else 3,
                spec=NEAR if name == STUBBORN else SPEC,
            )
            for name in SLAVES
        }

    async def come(self) -> None:
        """Connect everybody; they show prices and money."""
        for ea in (self.leader, *self.slaves.values()):
            await ea.come()
        self.show()

    def show(self) -> None:
        """Report what terminals report all the time."""
        for ea in self.slaves.values():
            ea.quote()
            if ea.protocol == 3:
                ea.money()


@asynccontextmanager
async def showing(players: Players) -> AsyncIterator[None]:
    """Keep prices and money fresh."""

    async def show() -> None:
        while True:
            with suppress(OSError):
                players.show()
            await asyncio.sleep(SHOWN_EVERY_S)

    task = asyncio.create_task(show())
    try:
        yield
    finally:
        task.cancel()


async def until(seen: Callable[[], object]) -> None:
    await until_real(seen, within_s=WITHIN_S)


def told(hosts: TwoHosts, program: str, fact: str, **about: object) -> int:
    """Return how often a program's log tells of *fact* with these values."""
    return sum(
        line["fact"] == fact and about.items() <= line.items() for line in hosts.log_lines(program)
    )


async def all_is_told(collector: Collector, *services: str) -> None:
    """Wait until each has exported twice: what it knew before is told, or is with the Core."""
    before = {each: collector.exports[each] for each in services}
    await until(lambda: all(collector.exports[each] >= before[each] + 2 for each in services))


async def the_market_is_known(hosts: TwoHosts) -> None:
    """Wait until the Core has prices of every slave, and money of the one that has limits."""
    for each in SLAVES:
        await until(lambda name=each: told(hosts, "core", "QuotesTaken", account_id=name))  # type: ignore[misc]  # of a default
    await until(lambda: told(hosts, "core", "LimitAnchored", account_id=WINDOWED))


async def odd_things_are_said(hosts: TwoHosts, players: Players) -> None:
    """Reports that are held, empty, doubled, older than known; a ping with its time; rubbish."""
    odd, about = players.slaves[ODD], {"account_id": ODD}
    gone = {"peer": f"slave_{ODD}", "up": False}
    for _ in range(3):
        odd.quote()
    odd.say(specs_of(odd))
    odd.say(Ping(ping_id="odd-2", rtt_ms=3))
    odd.transport.write(b"rubbish\n")
    for tick_value in (1, 2):
        odd.say(specs_of(odd, Decimal(tick_value)))
        await until(lambda: told(hosts, "south", "SpecsForwarded", **about) == tick_value)  # noqa: B023 -- awaited here
    hello = odd.greeting()
    odd.say(replace(hello, metadata=replace(hello.metadata, client_semver="1.0.1")))
    odd.say(odd.greeting(symbols=(replace(SPEC, canonical_symbol="NONSENSE"),)))
    odd.say(odd.greeting(symbols=(SPEC, SPEC)))
    await until(lambda: told(hosts, "south", "VerdictForwarded", **about, status="REJECTED") == 2)
    odd.go()
    await until(lambda: told(hosts, "south", "LinkChanged", **gone) == 1)
    async with hosts.frozen("core", for_s=0.3):
        heard = told(hosts, "south", "HandshakeHeard", **about)
        await odd.connect(odd.folder)
        await until(lambda: told(hosts, "south", "HandshakeHeard", **about) > heard)
        odd.go()  # Gone before anybody could judge it.
        await until(lambda: told(hosts, "south", "LinkChanged", **gone) == 2)
    await until(lambda: told(hosts, "south", "VerdictNotForwarded", **about))
    await odd.come()
    stranger = Stranger(hosts.port, "elsewhere", ELSEWHERES)
    await stranger.say(*stranger.reports(2_000, 1_000))
    hosts.change("core", f'[policy."{ELSEWHERES}"]\nmax_spread = 500\n')


def specs_of(odd: Follower, *tick_values: Decimal) -> SymbolSpecReport:
    """Return a report of specifications, empty without a *tick_value*."""
    symbols = tuple(
        SymbolSpecification(
            canonical_symbol="EURUSD",
            broker_symbol="EURUSD",
            digits=5,
            stops_level_points=0,
            contract_size=Decimal(100_000),
            tick_value=each,
            min_lot=SPEC.min_lot,
            max_lot=SPEC.max_lot,
            lot_step=SPEC.lot_step,
        )
        for each in tick_values
    )
    return SymbolSpecReport(account_id=odd.account_id, symbols=symbols, reported_at_ms=odd.now_ms())


async def a_trade_is_copied(players: Players) -> TradeId:
    """One open goes everywhere: it is filled, put off, refused, blocked."""
    stubborn = players.slaves[STUBBORN]
    stubborn.answer = ignore
    trade_id = players.leader.open()
    await until(lambda: len(stubborn.orders) > 1)
    stubborn.answer = refuse_stops
    stubborn.go()
    await stubborn.come()
    await until(lambda: players.slaves[OBEDIENT].orders)
    return trade_id


async def entries_are_refused(players: Players) -> None:
    """Without a stop, without a contract's size, with too much open already."""
    players.leader.open(stop_loss=None)
    players.leader.open(strategy="ratio")
    full = players.slaves[FULL]
    await until(lambda: full.orders)
    players.leader.open()


async def an_agent_hangs_and_is_killed(
    hosts: TwoHosts, players: Players, collector: Collector, trade: TradeId
) -> None:
    """Commands are sent again, wait for an Agent, and go out to the next one."""
    obedient = players.slaves[OBEDIENT]
    before = len(obedient.orders)
    async with hosts.frozen("south", for_s=1.0):
        players.leader.open()
    await until(lambda: len(obedient.orders) > before)
    await all_is_told(collector, "echo-south")  # What it is killed with is lost.
    await hosts.kill("south")
    await until(lambda: any(each.get("up") is False for each in links_of(hosts, "south")))
    players.leader.close(trade)
    await until(lambda: told(hosts, "core", "OwnerMissing", trade_id=trade))
    await hosts.start("south")
    for ea in players.slaves.values():
        await ea.come()


def links_of(hosts: TwoHosts, peer: str) -> list[dict[str, object]]:
    """Return what the Core's log says of an Agent's coming and going."""
    return [line for line in hosts.log_lines("core") if line.get("peer") == peer]


async def played(hosts: TwoHosts, collector: Collector) -> TradeId:
    """Play it all, and return the trade that was copied and closed."""
    players = Players(hosts)
    await players.come()
    async with showing(players):
        await the_market_is_known(hosts)
        await odd_things_are_said(hosts, players)
        players.slaves[WINDOWED].equity = 9_600
        trade = await a_trade_is_copied(players)
        await entries_are_refused(players)
        await until(lambda: way_between(collector.spans, PAPER_MASTER, PAPER_SLAVE))
        await an_agent_hangs_and_is_killed(hosts, players, collector, trade)
        wanted = {each.name for each in METRICS} - NEVER_HERE
        steps = {step.name for step in (*TRADE, *VERDICT)}
        with suppress(TimeoutError):
            await until(lambda: wanted <= collector.moved)
            await until(lambda: steps <= {span.name for span in collector.spans})
        await all_is_told(collector, "echo-north", "echo-south")
        await all_is_told(collector, "echo-core")
    return trade


async def test_one_run_tells_everything_that_is_promised() -> None:
    with short_folder() as folder, collecting() as collector:
        hosts = TwoHosts(folder, collector.endpoint, [MASTER], SLAVES, rules())
        try:
            await hosts.open()
            trade = await played(hosts, collector)
            text = await asyncio.to_thread(scraped, hosts.figures_address)
        finally:
            await hosts.close()
        logs = [line for name in ("core", "north", "south") for line in hosts.log_lines(name)]

    assert {each.name for each in METRICS} - collector.moved == NEVER_HERE
    assert {step.name for step in (*TRADE, *VERDICT)} <= {span.name for span in collector.spans}
    assert collector.services == {"echo-core", "echo-north", "echo-south"}
    trace_id = trade.replace("-", "")
    steps = [span for span in collector.spans if span.trace_id.hex() == trace_id]
    assert_one_tree(steps)
    assert_decisions_last(steps)
    [*_, filled] = way = way_between(steps, MASTER, OBEDIENT)
    assert_placed_by_one_clock(way)
    lasted_ns = filled.end_time_unix_nano - filled.start_time_unix_nano
    assert lasted_ns == (EXECUTES_MS - 1) * 1_000_000
    assert_placed_by_one_clock(way_between(collector.spans, PAPER_MASTER, PAPER_SLAVE))
    assert_timed_by_one_clock(collector)
    assert_examples_lead_to_traces(collector, text)
    assert_log_lines_carry_the_trace(collector, logs, trade, trace_id)


def scraped(address: str) -> str:
    wanted = Request(address, headers={"accept": "application/openmetrics-text"})  # noqa: S310 -- loopback
    with urlopen(wanted, timeout=5) as answer:  # noqa: S310 -- loopback
        found: bytes = answer.read()
    return found.decode()
