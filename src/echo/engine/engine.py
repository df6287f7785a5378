"""The engine: one event in, its effects out.

Same events, same effects, byte for byte: that is what makes tests without mocks, replay of a
recorded day and a simulated world possible.  See ``events`` for what may happen and ``effects``
for what the shell must do.
"""

from echo.domain.accounts import OpenTrades, StateSnapshot
from echo.domain.answers import CommandAck, ExecutionResult
from echo.domain.facts import InputRefused
from echo.domain.handshake import AccountSymbolsReport
from echo.domain.ids import AccountId, AgentId, CommandId, TradeId
from echo.domain.intents import TradeClose, TradeIntent, TradeModify
from echo.domain.policy import PolicyBook
from echo.domain.quantities import Instant
from echo.domain.registration_facts import Cause
from echo.domain.sessions import (
    AccountConnected,
    AccountDisconnected,
    AgentHeartbeat,
    AgentHello,
    ClockEcho,
)
from echo.domain.specs import Quote, SymbolSpecReport
from echo.domain.traces import AgentSpans
from echo.engine import (
    amnesia,
    anti_entropy,
    dispatch,
    entering,
    intake,
    lanes,
    legacy,
    limits,
    operator,
    protecting,
    pulse,
    recalling,
    reconciler,
    recovery,
    registration,
    replica,
    reporting,
    results,
    rulebook,
    settings_history,
    window_watch,
)
from echo.engine.effects import Effect
from echo.engine.events import (
    AgentJoined,
    AgentLeft,
    AgentSaid,
    Due,
    Event,
    OperatorAsked,
    PoliciesChanged,
    Recalled,
    SettingsChanged,
    SettingsRead,
    Started,
)
from echo.engine.outbox import Outbox
from echo.engine.settings import EngineSettings
from echo.engine.state import AgentState, State


class Engine:
    """The Core's brain.  Not thread-safe; one caller, one event at a time."""

    def __init__(self, settings: EngineSettings, book: PolicyBook) -> None:
        self.state = State(settings=settings, book=book, given=book)

    @classmethod
    def resumed(cls, state: State) -> "Engine":
        """Return an engine that goes on from *state*, which is its own from now on."""
        engine = cls(state.settings, state.book)
        engine.state = state
        return engine

    def handle(self, event: Event, now: Instant) -> list[Effect]:
        """Take in *event*, which happened at *now*, and return what must be done about it."""
        out = Outbox()
        match event:
            case AgentSaid():
                self._said(event, now, out)
            case Due():
                self._due(event, now, out)
            case AgentJoined():
                pulse.joined(self.state, event, now, out)
            case AgentLeft():
                pulse.left(self.state, event, out)
                registration.owner_left(self.state, event.agent_id, out)
            case Recalled():
                recalling.recalled(self.state, event, now, out)
            case Started():
                recovery.restore(self.state, event.recovered, now, out)
            case OperatorAsked():
                operator.take(self.state, event, now, out)
            case SettingsChanged():
                reconciler.settings_changed(self.state, event.settings, now, out)
                pulse.settings_changed(self.state, now, out)
                dispatch.settings_changed(self.state, now, out)
                reconciler.everybody(self.state, Cause.SETTINGS, now, out)
            case PoliciesChanged():
                rulebook.adopt(self.state, event.book, now, out)
                reconciler.everybody(self.state, Cause.POLICIES, now, out)
                limits.book_changed(self.state, now, out)
                window_watch.look(self.state, now, out)
            case SettingsRead():
                settings_history.read(self.state, event, now, out)
        return out.effects

    def _said(self, event: AgentSaid, now: Instant, out: Outbox) -> None:
        agent = self.state.agents.get(event.agent_id)
        if agent is None or agent.session != event.session:
            return
        agent.heard_mono_ms = now.mono_ms
        message = event.message
        match message:
            case Quote() | SymbolSpecReport() | StateSnapshot() | OpenTrades():
                self._market(event, message, now, out)
            case TradeIntent() | TradeModify() | TradeClose():
                self._action(agent, event, now, out)
            case ExecutionResult():
                results.take(self.state, event, message, now, out)
            case CommandAck():
                dispatch.acknowledge(self.state, event.agent_id, message, now, out)
            case AgentHeartbeat() | ClockEcho():
                for held in pulse.heard(self.state, agent, message, now, out):
                    self._action(agent, held, now, out)
            case AccountConnected():
                registration.connected(self.state, event, message, now, out)
            case AccountDisconnected():
                registration.disconnected(self.state, event, message, out)
            case AccountSymbolsReport():
                self._introduced(event, message, now, out)
            case AgentHello() | AgentSpans():
                pass

    def _introduced(
        self, event: AgentSaid, message: AccountSymbolsReport, now: Instant, out: Outbox
    ) -> None:
        account, said = self.state.account(message.account_id), message.metadata
        lost = said is not None and amnesia.has_lost(self.state, account, said)
        registration.report(self.state, event, message, now, out)
        if lost and account.metadata is said:
            amnesia.tell_again(self.state, account, now, out)

    def _action(self, agent: AgentState, event: AgentSaid, now: Instant, out: Outbox) -> None:
        """Take in a master's action, unless the age of anything from this Agent is unknown yet.

        What waits keeps its order; what finds no room is sent again by the Agent.
        """
        message = event.message
        assert isinstance(message, (TradeIntent, TradeModify, TradeClose))  # noqa: S101 -- dispatched by type
        if not replica.is_owner(self.state, message.account_id, event.agent_id):
            out.observe(registration.refuse_stranger(message.account_id, event.agent_id))
            return
        if agent.probe.probed_at_mono_ms is None:
            if len(agent.held) < pulse.HELD_MAX:
                agent.held.append(event)
            return
        intake.take(self.state, event, message, now, out)

    def _market(
        self,
        event: AgentSaid,
        message: Quote | SymbolSpecReport | StateSnapshot | OpenTrades,
        now: Instant,
        out: Outbox,
    ) -> None:
        account_id = message.account_id
        if not replica.is_owner(self.state, account_id, event.agent_id):
            out.observe(registration.refuse_stranger(account_id, event.agent_id))
            return
        match message:
            case Quote():
                canonical = replica.quote(self.state, message, now)
                account = self.state.account(account_id)
                if canonical is not None:
                    reporting.quote_taken(account, message, canonical, now, out)
                    if account.held:
                        entering.retry(self.state, account, canonical, now, out)
                limits.quoted(self.state, message, now, out)
            case SymbolSpecReport():
                reconciler.specs(self.state, message, now, out, event.evaluation_id)
            case StateSnapshot():
                replica.snapshot(self.state, message, now, out)
                anti_entropy.shown(self.state, message, now, out)
                limits.shown(self.state, message, now, out)
                protecting.shown(self.state, message, now, out)
            case OpenTrades():
                anti_entropy.listed(self.state, message, now, out)

    def _due(self, event: Due, now: Instant, out: Outbox) -> None:
        match event.key:
            case ("resend", command_id):
                dispatch.repeat(self.state, CommandId(command_id), now, out)
            case ("again", command_id):
                if not legacy.try_again(self.state, CommandId(command_id), now, out):
                    dispatch.try_again(self.state, CommandId(command_id), now, out)
            case ("unanswered", command_id):
                legacy.unanswered(self.state, CommandId(command_id), now, out)
            case ("expire", command_id):
                results.expire_unsent(self.state, CommandId(command_id), now, out)
            case ("fanout", trade_id):
                intake.go_on(self.state, TradeId(trade_id), now, out)
            case reconciler.TURN_KEY:
                reconciler.turn(self.state, now, out)
            case reconciler.INTERVAL_KEY:
                reconciler.interval(self.state, now, out)
            case ("pulse", agent_id):
                pulse.due(self.state, AgentId(agent_id), now, out)
            case window_watch.KEY:
                window_watch.look(self.state, now, out)
            case ("limits", account_id):
                limits.due(self.state, AccountId(account_id), now, out)
            case _:
                self._due_for_copy(event, now, out)

    def _due_for_copy(self, event: Due, now: Instant, out: Outbox) -> None:
        """Timers about one trade on one account."""
        match event.key:
            case ("held", trade_id, account_id):
                entering.due(self.state, TradeId(trade_id), AccountId(account_id), now, out)
            case ("protect", trade_id, account_id):
                protecting.due(self.state, TradeId(trade_id), AccountId(account_id), now, out)
            case ("coalesce", trade_id, account_id):
                lanes.due(self.state, TradeId(trade_id), AccountId(account_id), now, out)
            case ("late_close", trade_id, account_id, step):
                lanes.warn_late_close(
                    self.state, TradeId(trade_id), AccountId(account_id), int(step), now, out
                )
            case _:
                out.observe(
                    InputRefused(peer="timer", reason="unknown_timer", sentence="/".join(event.key))
                )
