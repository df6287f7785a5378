"""The bridge: one event in, its effects out.

Same events, same effects, byte for byte.  See ``events`` for what may happen and ``effects`` for
what the shell must do.
"""

from echo.bridge import feedback
from echo.bridge.actions import Actions
from echo.bridge.commands import Commands
from echo.bridge.ea import PROTOCOL_NEWEST, Ea
from echo.bridge.effects import Effect, EndStream
from echo.bridge.errands import Errands
from echo.bridge.events import (
    CoreDown,
    CoreSaid,
    CoreUp,
    Due,
    EaRefused,
    EaSaid,
    Event,
    FromEa,
    Noted,
    NoteFailed,
    PipeClosed,
    PipeOpened,
    Restored,
    SettingsChanged,
)
from echo.bridge.market import Market
from echo.bridge.notes import Notes
from echo.bridge.pace import starting_pace
from echo.bridge.pipes import Pipes
from echo.bridge.pulse import Pulse
from echo.bridge.results import Results
from echo.bridge.settings import BridgeSettings
from echo.bridge.state import State
from echo.bridge.uplink import Uplink
from echo.domain.accounts import OpenTrades, StateSnapshot
from echo.domain.answers import (
    ExecutionResult,
    MessageAck,
    PipeDeliveryAck,
    ResultAck,
    TradeIntentAck,
)
from echo.domain.clocks import PeerClock
from echo.domain.commands import ExecuteOrder
from echo.domain.facts import Alarm, LinkChanged
from echo.domain.handshake import Handshake, Role, SymbolRegistrationResult
from echo.domain.ids import CommandId
from echo.domain.intents import TradeClose, TradeIntent, TradeModify
from echo.domain.ledger import LedgerEntry, LedgerKind
from echo.domain.link_facts import PingHeard
from echo.domain.quantities import ClockProbe, Instant
from echo.domain.sessions import ClockEcho, CoreHello, CoreToAgent, DeliveryHeartbeat, Ping, Pong
from echo.domain.specs import Quote, SymbolSpecReport


class Bridge:
    """The Agent's brain.  Not thread-safe; one caller, one event at a time."""

    def __init__(self, settings: BridgeSettings) -> None:
        state = self._state = State(settings)
        self._notes = Notes(state)
        self._pipes = Pipes(state)
        self._pulse = Pulse(state)
        self._market = Market(state)
        self._uplink = Uplink(state, self._notes)
        self._actions = Actions(state, self._uplink, self._pipes)
        errands = Errands()
        self._results = Results(state, self._notes, self._uplink, self._pipes, errands)
        self._commands = Commands(
            state, self._notes, self._pipes, self._market, errands, self._results
        )
        self._armed = (self._notes, self._uplink, self._commands, self._market, self._pipes)

    def handle(self, event: Event, now: Instant) -> list[Effect]:
        """Take in *event*, which happened at *now*, and return what must be done about it.

        Raises:
            ValueError: the first event of the life is not `Restored`, or a later one is.
        """
        state = self._state
        if state.restored is isinstance(event, Restored):
            raise ValueError(f"Restored is the first event of a life and no other, not {event!r}")
        state.begin(now)
        self._dispatch(event)
        self._notes.flush()
        if state.rescheduled:
            state.rescheduled = False
            for part in self._armed:
                part.arm()
        return state.effects

    def _dispatch(self, event: Event) -> None:
        match event:
            case EaSaid():
                self._ea_said(event.session, event.message)
            case CoreSaid():
                self._core_said(event)
            case Due():
                self._due(event.key[0] if event.key else "")
            case Noted():
                self._noted(event.note)
            case NoteFailed():
                self._notes.failed(event.note, event.sentence)
            case PipeOpened():
                self._lost(self._pipes.opened(event.session, event.role, event.account_id))
            case PipeClosed():
                self._lost(self._pipes.closed(event.session, event.reason))
            case EaRefused():
                self._ea_refused(event)
            case CoreUp():
                self._core_up(event.stream)
            case CoreDown():
                self._core_gone(event)
            case Restored():
                self._restore(event)
            case SettingsChanged():
                self._settings_changed(event.settings)

    # ------------------------------------------------------------------------------ the ledger

    def _restore(self, event: Restored) -> None:
        self._state.restore(event.contents, event.boot_id, event.boot_ms)
        entries = sorted(event.contents.entries, key=lambda entry: entry.n)
        # Results first: a command that has one is over.
        for kind in (LedgerKind.UPLINK, LedgerKind.WRITTEN, LedgerKind.COMMAND):
            for entry in entries:
                if entry.kind is kind:
                    self._notes.restore(entry.key)
                    self._restore_entry(entry)

    def _restore_entry(self, entry: LedgerEntry) -> None:
        message = entry.message
        match message:
            case TradeIntent() | TradeModify() | TradeClose() | ExecutionResult():
                item = self._uplink.restore(entry, message)
                self._actions.restore(item)
                self._results.restore(item)
            case ExecuteOrder() if entry.kind is LedgerKind.WRITTEN:
                self._commands.restore_written(entry, message)
            case _:
                self._commands.restore(entry, message)

    def _noted(self, note: int) -> None:
        for key in self._notes.noted(note):
            kind, _, name = key.partition(":")
            match kind:
                case LedgerKind.COMMAND.value:
                    self._commands.noted(CommandId(name))
                case LedgerKind.WRITTEN.value:
                    self._commands.written_noted(CommandId(name))
                case _:
                    item = self._uplink.noted(name)
                    if item is not None:
                        self._actions.noted(item)

    # ------------------------------------------------------------------------------ the EAs

    def _ea_said(self, session: int, message: FromEa) -> None:
        ea = self._pipes.heard(session)
        if ea is None:
            return
        match message:
            case Ping():
                self._pong(ea, message)
            case Handshake():
                self._greet(ea, message)
            case _ if not self._pipes.holds(ea):
                self._state.refuse(ea.peer, "second_ea", "another EA holds this pipe")
            case _ if message.account_id and message.account_id != ea.account_id:
                sentence = f"account {ea.account_id} speaks for account {message.account_id}"
                self._state.refuse(ea.peer, "foreign_account", sentence)
            case Quote() | SymbolSpecReport() | StateSnapshot() | OpenTrades():
                self._market.take(ea, message)
            case TradeIntent() | TradeModify() | TradeClose() if ea.role is Role.MASTER:
                self._actions.take(ea, message)
            case ExecutionResult() if ea.role is Role.SLAVE:
                self._results.take(ea, message)
            case PipeDeliveryAck() if ea.role is Role.SLAVE:
                self._commands.receipt(ea, message)
            case _:
                sentence = f"a {ea.role.value} does not send {type(message).__name__}"
                self._state.refuse(ea.peer, "foreign_role", sentence)
        if ea.role is Role.SLAVE and self._pipes.holds(ea):
            self._commands.heard(ea)

    def _pong(self, ea: Ea, ping: Ping) -> None:
        now = self._state.now
        if ping.rtt_ms is not None:
            self._state.observe(PingHeard(account_id=ea.account_id, rtt_ms=ping.rtt_ms))
        feedback.heard_of(self._state, ea, ping)
        pong = Pong(
            ping_id=ping.ping_id,
            timestamp_ms=now.wall_ms,
            echo_ms=ping.timestamp_ms,
            mono_ms=now.mono_ms,
        )
        self._pipes.send(ea, pong)

    def _greet(self, ea: Ea, handshake: Handshake) -> None:
        greeting = self._pipes.greet(ea, handshake)
        self._lost(greeting.lost)
        if greeting.accepted:
            self._commands.greeted(ea)

    def _ea_refused(self, event: EaRefused) -> None:
        ea = self._pipes.heard(event.session)
        if ea is not None:
            self._state.refuse(ea.peer, event.reason, event.sentence)
            self._commands.heard(ea)

    def _lost(self, ea: Ea | None) -> None:
        if ea is not None:
            self._market.lost(ea.session)
            self._commands.lost(ea)

    # ------------------------------------------------------------------------------ the Core

    def _core_up(self, stream: int) -> None:
        if self._state.stream is not None:
            self._core_down("another stream opened")
        self._state.stream = stream
        self._state.core_clock = ClockProbe()
        self._state.core_wall = PeerClock()
        self._state.observe(LinkChanged(peer="core", up=True))
        self._pulse.core_up()
        self._pipes.announce()
        self._market.announce()
        self._uplink.core_up()

    def _core_gone(self, event: CoreDown) -> None:
        if event.stream == self._state.stream:
            self._core_down(event.reason)

    def _core_down(self, reason: str) -> None:
        self._state.stream = None
        self._state.observe(LinkChanged(peer="core", up=False, reason=reason))
        self._uplink.core_down()
        self._actions.core_down()

    def _core_said(self, event: CoreSaid) -> None:
        if event.stream == self._state.stream:
            self._pulse.heard()
            self._core_message(event.message)

    def _core_message(self, message: CoreToAgent) -> None:
        match message:
            case MessageAck():
                item = self._uplink.acknowledged(message)
                if item is not None:
                    self._actions.settled(item, message)
                    self._results.settled(item, message)
            case TradeIntentAck():
                self._actions.answered(message)
            case ResultAck():
                self._results.acknowledged(message)
            case DeliveryHeartbeat():
                if self._pulse.paced(message):
                    self._pipes.pace_changed()
                self._probe(message)
            case ClockEcho():
                self._probe(message)
            case SymbolRegistrationResult():
                ea = self._pipes.registered(message)
                if ea is not None and ea.role is Role.SLAVE:
                    self._commands.look(ea.account_id)
            case CoreHello():
                self._core_hello(message)
            case _:
                self._commands.take(message)

    def _probe(self, message: DeliveryHeartbeat | ClockEcho) -> None:
        if self._pulse.stamped(message):
            self._commands.probed()

    def _core_hello(self, hello: CoreHello) -> None:
        if hello.required_protocol_version > PROTOCOL_NEWEST:
            self._state.observe(
                Alarm(
                    key="core_protocol",
                    code="PROTOCOL_VERSION_UNSUPPORTED",
                    sentence=f"the Core ({hello.service_version}) requires protocol"
                    f" {hello.required_protocol_version}, this Agent speaks {PROTOCOL_NEWEST}",
                )
            )

    # ------------------------------------------------------------------------------ the rest

    def _due(self, purpose: str) -> None:
        match purpose:
            case "notes":
                self._notes.rang()
            case "uplink":
                self._uplink.rang()
            case "commands":
                self._commands.rang()
            case "market":
                self._market.rang()
            case "heartbeat":
                self._pulse.beat()
            case "ea_silence":
                for ea in self._pipes.rang():
                    self._lost(ea)
            case "verdict":
                self._pipes.ask_again()
            case "core_silence":
                self._watch_core()
            case _:
                self._state.refuse("timer", "unknown_timer", purpose)

    def _watch_core(self) -> None:
        silent_ms = self._pulse.silent_ms()
        stream = self._state.stream
        if silent_ms is not None and stream is not None:
            reason = f"the Core was silent for {silent_ms} ms"
            self._state.effects.append(EndStream(stream, reason))
            self._core_down(reason)

    def _settings_changed(self, settings: BridgeSettings) -> None:
        self._state.settings = settings
        for ea in self._pipes.settings_changed():
            if ea.role is Role.SLAVE:
                self._commands.look(ea.account_id)
        if not self._state.core_paced:
            self._state.pace = starting_pace(settings)
            self._pipes.pace_changed()
