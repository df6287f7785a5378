"""The whole engine: same events, same effects; and nothing that may never happen, ever does."""

from dataclasses import replace
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st

from echo.domain.answers import AckResult, AckStage, ExecutionResult
from echo.domain.commands import CloseOrder, ExecuteOrder, ReduceOrder, TradeCommand
from echo.domain.errors import ErrorCode
from echo.domain.facts import InputRefused
from echo.domain.handshake import AccountMode, Role
from echo.domain.ids import AccountId, AgentId, CommandId, Ticket
from echo.domain.intents import MasterAction, TradeIntent
from echo.domain.policy import PolicyBook
from echo.domain.sessions import AgentHello
from echo.engine.effects import Effect
from echo.engine.engine import Engine
from echo.engine.events import Due, PoliciesChanged
from tests.engine.referee import LANE_ORDERS, Referee
from tests.engine.scenes import (
    AGENT,
    MASTER,
    OTHER_AGENT,
    SECOND,
    SLAVE,
    Desk,
    closed,
    desk,
    done,
    doubted,
    facts,
    filled,
    fixed_lot,
    messages,
    modified,
    opened,
    reduced,
    refused,
    trade_id_of,
)
from tests.engine.scenes import settings as engine_settings

THIRD = AccountId("2003")
SLAVES = (SLAVE, SECOND, THIRD)
HOMES = {MASTER: AGENT, SLAVE: AGENT, SECOND: OTHER_AGENT, THIRD: OTHER_AGENT}
TICKETS = (5001, 5002)


class Market:
    """Two hosts, three slaves, two trades; whatever happens, a referee watches."""

    def __init__(self) -> None:
        self.referee = Referee()
        self.commands: dict[CommandId, TradeCommand] = {}
        self.said: list[tuple[AgentId, Any]] = []
        self.desk = Desk(
            settings=engine_settings(slave_accounts=SLAVES, fanout_chunk=2),
            policies=[fixed_lot(SLAVE), fixed_lot(SECOND)],
        )
        self.desk.watch = self.watch
        for agent in (AGENT, OTHER_AGENT):
            self.join(agent)

    def watch(self, told: list[Effect]) -> None:
        for message in messages(told):
            if isinstance(message, LANE_ORDERS):
                self.commands[message.command_id] = message
        self.referee.watch(told, self.desk.engine.state)

    def is_up(self, agent: AgentId) -> bool:
        return agent in self.desk.engine.state.agents

    def act(self, action: MasterAction) -> None:
        self.say(MASTER, action)

    def say(self, account: AccountId, message: Any) -> None:
        """An EA says something; its Agent passes it on while the Core hears it."""
        agent = HOMES[account]
        self.said.append((agent, message))
        if self.is_up(agent):
            self.desk.say(message, agent=agent)

    def wait(self, ms: int) -> None:
        self.desk.wait(ms)

    def join(self, agent: AgentId) -> None:
        mine = [account for account, home in HOMES.items() if home == agent]
        self.desk.join(*mine, agent=agent)
        for account in mine:
            self.register(account)

    def register(self, account: AccountId) -> None:
        agent = HOMES[account]
        if self.is_up(agent):
            role = Role.MASTER if account == MASTER else Role.SLAVE
            self.desk.register(account, role, agent=agent)
            self.desk.quote(account, agent=agent)

    def leave(self, agent: AgentId) -> None:
        if self.is_up(agent):
            self.desk.leave(agent)

    def restart(self) -> None:
        self.desk.restart()

    def answer(self, which: int, how: str) -> None:
        """The EA answers one of the commands that it may have heard of."""
        if self.commands:
            command = list(self.commands.values())[which % len(self.commands)]
            self.say(command.account_id, reply(command, how))

    def repeat(self, which: int) -> None:
        if self.said:
            agent, message = self.said[which % len(self.said)]
            if self.is_up(agent):
                self.desk.say(message, agent=agent)

    def ack(self, which: int, stage: AckStage, result: AckResult) -> None:
        if self.commands:
            command = list(self.commands.values())[which % len(self.commands)]
            agent = HOMES[command.account_id]
            if self.is_up(agent):
                self.desk.ack(command.command_id, stage, result, agent=agent)

    def finish(self) -> None:
        """Everybody is back, masters close, and terminals answer until nothing is left."""
        for agent in (AGENT, OTHER_AGENT):
            self.leave(agent)
            self.join(agent)
        opens = [message for _, message in self.said if isinstance(message, TradeIntent)]
        for each in dict.fromkeys(opens):
            self.act(each)
            self.act(closed(trade_id=each.trade_id, ticket=each.ticket))
        for _ in range(12):
            self.wait(0)
            for command in tuple(self.desk.engine.state.commands.values()):
                self.say(command.account_id, reply(command.command, "done"))
        assert self.desk.engine.state.commands == {}


def reply(command: Any, how: str) -> ExecutionResult:
    match how:
        case "done" if isinstance(command, ExecuteOrder):
            return filled(command, ticket=9000 + int(command.account_id))
        case "done" if isinstance(command, ReduceOrder):
            return done(command, new_ticket=Ticket(9999), executed_lot=command.remaining_lot)
        case "done":
            return done(command)
        case "doubted":
            return doubted(command)
        case "gone":
            return done(command, error_code=ErrorCode.NOT_FOUND)
        case "stale":
            return refused(command, ErrorCode.STALE)
        case _:
            return refused(command)


numbers = st.integers(0, 30)
tickets = st.sampled_from(TICKETS)
prices = st.sampled_from(["1.08", "1.09", "0"])
seqs = st.integers(1, 3)


def of_trade(ticket: int, action: MasterAction) -> MasterAction:
    return replace(action, trade_id=trade_id_of(ticket), ticket=Ticket(ticket))


actions = st.one_of(
    st.builds(of_trade, tickets, st.just(opened())),
    st.builds(of_trade, tickets, st.builds(modified, seqs, sl=prices)),
    st.builds(of_trade, tickets, st.builds(modified, seqs, tp=prices)),
    st.builds(of_trade, tickets, st.builds(reduced, seqs, st.sampled_from(["0.5", "0.2"]))),
    st.builds(of_trade, tickets, st.just(closed())),
)
answers = st.sampled_from(["done", "done", "done", "refused", "doubted", "gone", "stale"])
steps = st.one_of(
    st.tuples(st.just("act"), actions),
    st.tuples(st.just("act"), actions),
    st.tuples(st.just("answer"), numbers, answers),
    st.tuples(st.just("answer"), numbers, answers),
    st.tuples(st.just("ack"), numbers, st.sampled_from(AckStage), st.sampled_from(AckResult)),
    st.tuples(st.just("repeat"), numbers),
    st.tuples(st.just("wait"), st.sampled_from([0, 50, 800, 6_000])),
    st.tuples(st.just("join"), st.sampled_from([AGENT, OTHER_AGENT])),
    st.tuples(st.just("leave"), st.sampled_from([AGENT, OTHER_AGENT])),
    st.tuples(st.just("register"), st.sampled_from([MASTER, *SLAVES])),
    st.tuples(st.just("restart")),
)


def play(script: list[tuple[Any, ...]]) -> Market:
    market = Market()
    market.act(of_trade(5001, opened()))
    for name, *rest in script:
        getattr(market, name)(*rest)
    return market


@settings(max_examples=250)
@given(st.lists(steps, max_size=60))
def test_nothing_that_may_never_happen_happens(script: list[tuple[Any, ...]]) -> None:
    market = play(script)
    market.finish()

    market.referee.check_end(market.desk.archive.read_back())
    for row in market.referee.rows.values():
        event(f"{row.kind} {row.outcome}")


@settings(max_examples=50)
@given(st.lists(steps, max_size=30))
def test_the_same_events_have_the_same_effects(script: list[tuple[Any, ...]]) -> None:
    script = [step for step in script if step[0] != "restart"]
    stage = play(script).desk
    engine = Engine(stage.settings, stage.book)
    effects = [effect for what, now in stage.events for effect in engine.handle(what, now)]

    assert effects == stage.heard
    assert repr(effects) == repr(stage.heard)


@settings(max_examples=50)
@given(st.lists(steps, max_size=25), st.integers(0, 24))
def test_frames_of_the_past_change_no_outcome(script: list[tuple[Any, ...]], start: int) -> None:
    market = play(script)
    finals = {key: row for key, row in market.referee.rows.items() if row.outcome.is_final}
    for agent, message in market.said[start:] + market.said[:start]:
        if market.is_up(agent):
            market.desk.say(message, agent=agent)

    assert {key: market.referee.rows[key] for key in finals} == finals


def test_an_unknown_timer_is_reported_and_harmless() -> None:
    told = desk().feed(Due(("what", "ever")))

    assert [fact.reason for fact in facts(told, InputRefused)] == ["unknown_timer"]


def test_a_second_hello_changes_nothing() -> None:
    stage = desk()
    hello = AgentHello(agent_id=AGENT, version="1", hostname="h", os="")

    assert stage.say(hello, message_id=None) == []


def test_every_frame_shows_that_the_agent_lives() -> None:
    stage = desk()
    stage.later(2_500)
    stage.say(AgentHello(agent_id=AGENT, version="1", hostname="h", os=""), message_id=None)

    assert stage.engine.state.agents[AGENT].heard_mono_ms == stage.now.mono_ms


def test_policies_count_from_the_next_open_on() -> None:
    stage = desk()
    stage.feed(PoliciesChanged(PolicyBook([fixed_lot(lot="0.30")])))

    assert str(stage.open().lot) == "0.30"


def test_the_whole_way_of_a_trade() -> None:
    stage = desk(SLAVE, SECOND)
    stage.register(SECOND, account_mode=AccountMode.NETTING)
    order = stage.one(stage.say(opened()), ExecuteOrder)
    stage.ack(order.command_id)
    stage.say(filled(order))
    close = stage.one(stage.say(closed()), CloseOrder)
    stage.say(done(close))

    assert stage.archive.trade().settled
    assert not any(isinstance(each, LANE_ORDERS) for each in messages(stage.wait(600_000)))
