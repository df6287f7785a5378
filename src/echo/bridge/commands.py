"""Commands on their way down: held, written, repeated, until there is a result."""

from echo.bridge import gatekeeping, legacy, opens, telling
from echo.bridge.delivery import Delivery
from echo.bridge.ea import Ea
from echo.bridge.errands import Errand, Errands, Warrant, unsupported
from echo.bridge.market import Market
from echo.bridge.notes import Notes
from echo.bridge.pipes import Pipes
from echo.bridge.results import Results, command_note, written_note
from echo.bridge.state import State
from echo.domain.answers import AckResult, PipeDeliveryAck, Receipt
from echo.domain.commands import Command, ExecuteOrder
from echo.domain.errors import ErrorCode, Refusal
from echo.domain.facts import Alarm
from echo.domain.handshake import Role
from echo.domain.ids import AccountId, CommandId
from echo.domain.ledger import LedgerEntry, LedgerKind


class Commands:
    """Brings commands to EAs.

    Everything that may have changed an errand's prospects ends in `_look`, which decides from
    the state alone what is to be done about it now, and when to look again.
    """

    def __init__(
        self,
        state: State,
        notes: Notes,
        pipes: Pipes,
        market: Market,
        errands: Errands,
        results: Results,
    ) -> None:
        self._state = state
        self._notes = notes
        self._pipes = pipes
        self._market = market
        self._errands = errands
        self._results = results
        self._delivery = Delivery(state, pipes)
        self._clockless: dict[CommandId, None] = {}

    def take(self, command: Command) -> None:
        """Take a command from the Core; one that is known is only acknowledged again."""
        if self._results.repeat(command):
            return
        errand = self._errands.get(command.command_id)
        if errand is None:
            if self._errands.full(command.account_id):
                sentence = f"too many commands wait for account {command.account_id}"
                self._state.refuse("core", "errands_full", sentence)
                return
            errand = self._new(command, self._state.next_n())
            self._notes.put(
                command_note(errand.command_id),
                lambda: self._delivery.entry(errand, LedgerKind.COMMAND),
                urgent=False,
            )
        else:
            if errand.clock is None:
                errand.command, errand.stream = command, self._state.stream
            if errand.refused is None and (errand.noted or errand.delivered):
                self._delivery.acknowledge(errand)
        self._read_clock(errand)
        self._look(errand)

    def restore(self, entry: LedgerEntry, command: Command) -> None:
        """Take over a command of a former life, which may have written it."""
        if self._results.is_under_way(command.account_id, command.command_id):
            self._notes.drop(entry.key)
            return
        errand = self._new(command, entry.n)
        errand.noted = errand.restored = True
        if isinstance(command, ExecuteOrder):
            since_ms = self._state.ms_since(entry)
            errand.clock = opens.restored_clock(command, since_ms, self._state.now.mono_ms)
        self._look(errand)

    def restore_written(self, entry: LedgerEntry, order: ExecuteOrder) -> None:
        """A former life may have written an open to a legacy EA, which has lost its session."""
        if self._results.is_under_way(order.account_id, order.command_id):
            self._results.keep_warrant(order.command_id)
            return
        errand = self._new(order, entry.n)
        errand.warrant = Warrant.ON_DISK
        self._results.doubt(errand, "this Agent was restarted after the command was delivered")

    def noted(self, command_id: CommandId) -> None:
        """The ledger has the command: the Core need not repeat it."""
        errand = self._errands.get(command_id)
        if errand is not None:
            errand.noted = True
            if not errand.delivered:
                self._delivery.acknowledge(errand)

    def written_noted(self, command_id: CommandId) -> None:
        """The ledger says that an open may have been read: now it may be written."""
        errand = self._errands.get(command_id)
        if errand is not None and errand.warrant is Warrant.ASKED:
            errand.warrant = Warrant.ON_DISK
            self._look(errand)

    def probed(self) -> None:
        """The Core's clock is known: opens of this stream that waited for it may go on."""
        waiting, self._clockless = self._clockless, {}
        for command_id in waiting:
            errand = self._errands.get(command_id)
            if errand is not None:
                self._read_clock(errand)
                self._look(errand)

    def greeted(self, ea: Ea) -> None:
        """A new EA session: everything without a result goes out again."""
        if ea.role is not Role.SLAVE:
            return
        for errand in self._errands.of(ea.account_id):
            errand.rest()
            self._look(errand)

    def look(self, account_id: AccountId) -> None:
        """A gate has moved: look at what waits behind it."""
        for errand in self._errands.of(account_id):
            self._look(errand)

    def heard(self, ea: Ea) -> None:
        """A legacy EA shows that it is alive: opens may have waited for that."""
        if ea.role is Role.SLAVE and ea.greeted and not ea.lossless:
            self.look(ea.account_id)

    def lost(self, ea: Ea) -> None:
        """An EA is gone.  What a legacy one may have executed cannot be told any more."""
        for errand in self._errands.of(ea.account_id):
            if errand.session != ea.session:
                continue
            if isinstance(errand.command, ExecuteOrder) and not ea.lossless:
                if errand.refused is not None:
                    self._results.refuse(errand, legacy.turned_away(errand.refused))
                else:
                    self._results.doubt(errand, "the EA's session was lost before its result")
                continue
            errand.rest()
            errand.refused = None
            if errand.clock is not None:
                self._delivery.look_at_deadline(errand, errand.clock)

    def receipt(self, ea: Ea, ack: PipeDeliveryAck) -> None:
        """An EA says whether it has taken a command."""
        errand = self._errands.get(ack.command_id)
        if errand is None or errand.session != ea.session:
            return
        telling.command_heard(self._state, errand, ack.result)
        once = not ea.lossless and isinstance(errand.command, ExecuteOrder)
        if ack.result is Receipt.OK:
            errand.delivered = True
            self._delivery.acknowledge(errand)
        elif ack.result is Receipt.RETRY and not once:
            errand.delivered = False
            self._delivery.wait(errand, self._state.pace.wait_ms(errand.sends))
        else:
            errand.delivered = True
            self._delivery.acknowledge(errand, AckResult.FAILED, ack.error_message)
            if not ea.lossless:
                errand.refused = ack.error_message
                self._delivery.wait(errand, legacy.RESULT_MS)

    def rang(self) -> None:
        """The timer is due: look at what waits for it."""
        for command_id in self._delivery.rang():
            errand = self._errands.get(command_id)
            if errand is not None:
                self._look(errand)

    def arm(self) -> None:
        """Have the shell wake us for the next look."""
        self._delivery.arm()

    def _new(self, command: Command, n: int) -> Errand:
        errand = Errand(command, command.account_id, n, self._state.now.wall_ms, self._state.stream)
        self._errands.add(errand)
        return errand

    def _read_clock(self, errand: Errand) -> None:
        order = errand.command
        if not isinstance(order, ExecuteOrder) or errand.clock is not None:
            return
        # The stamps of an earlier stream may be another Core's: that copy waits to be replaced.
        if errand.stream == self._state.stream:
            errand.clock = opens.read_clock(
                order,
                self._state.core_clock,
                now_mono_ms=self._state.now.mono_ms,
            )
        if errand.clock is None:
            self._clockless[errand.command_id] = None

    def _look(self, errand: Errand) -> None:
        ea = self._pipes.slave(errand.account_id)
        if errand.refused is not None:
            if self._state.now.mono_ms >= errand.due_mono_ms:
                self._results.refuse(errand, legacy.turned_away(errand.refused))
            return
        why = unsupported(errand.command, ea) if ea is not None else ""
        if why:
            self._refuse_unsupported(errand, why)
        elif isinstance(errand.command, ExecuteOrder):
            self._look_open(errand, errand.command, ea)
        elif ea is not None:
            self._delivery.bring(errand, ea)

    def _refuse_unsupported(self, errand: Errand, why: str) -> None:
        code = ErrorCode.UNSUPPORTED_BY_PEER
        self._results.refuse(errand, Refusal(code, why))
        trade_id, traceparent = telling.trade_of(errand.command)
        self._state.observe(
            Alarm(
                key=f"unsupported:{errand.account_id}",
                code=code.name,
                sentence=why,
                account_id=errand.account_id,
                trade_id=trade_id,
                traceparent=traceparent,
            )
        )

    def _look_open(self, errand: Errand, order: ExecuteOrder, ea: Ea | None) -> None:
        if ea is not None and errand.first_price is None:
            quote = self._market.quote(ea.session, order.symbol)
            errand.first_price = opens.price_of(quote, order)
        if errand.clock is None:
            return
        if ea is not None and not ea.lossless:
            self._look_legacy_open(errand, order, ea, errand.clock)
            return
        known = self._maybe_known(errand, order)
        if errand.clock.left_ms(self._state.now.mono_ms) == 0:
            if not known:
                refusal = opens.stale(0, needed_ms=0, why=_what_it_waited_for(ea))
                self._results.refuse(errand, refusal)
            elif ea is not None:
                # Nothing is left, so nothing is opened, shut gate or not: the EA only answers.
                self._delivery.bring(errand, ea)
        elif ea is None or gatekeeping.is_shut(self._state, errand, ea):
            self._delivery.look_at_deadline(errand, errand.clock)
        elif known or not self._market_refused(errand, order, ea):
            self._delivery.bring(errand, ea)

    def _maybe_known(self, errand: Errand, order: ExecuteOrder) -> bool:
        """Whether its EA may know of an open.

        From this Agent, from a former life of it, or from another one: two may have one name, and
        an account may have been another's before.
        """
        return errand.written or not order.first

    def _may_be_forgotten(
        self, errand: Errand, order: ExecuteOrder, clock: opens.OpenClock
    ) -> bool:
        """Whether a former life may have written an open to an EA that keeps nothing.

        What it wrote or was to write it has noted; but somebody may have deleted its ledger, or put
        back an older one, and such an EA is never asked twice.
        """
        if order.first or errand.restored:
            return False
        return clock.began_before(self._state.born_mono_ms)

    def _look_legacy_open(
        self, errand: Errand, order: ExecuteOrder, ea: Ea, clock: opens.OpenClock
    ) -> None:
        if errand.written:
            silent_ms = self._state.now.mono_ms - errand.written_mono_ms
            if errand.session != ea.session:
                self._results.doubt(errand, "it was delivered to another EA before this one")
            elif silent_ms >= legacy.ANSWER_MS:
                self._results.doubt(errand, f"the EA has said nothing of it for {silent_ms} ms")
            else:
                self._delivery.wait(errand, legacy.ANSWER_MS - silent_ms)
            return
        if self._may_be_forgotten(errand, order, clock):
            sentence = (
                "it was sent before this Agent was started, and its ledger knows nothing of it"
            )
            self._results.doubt(errand, sentence)
            return
        left_ms = clock.left_ms(self._state.now.mono_ms)
        if left_ms is not None and left_ms < legacy.LEFT_MS_MIN:
            why = f"account {ea.account_id} has a legacy EA"
            refusal = opens.stale(left_ms, needed_ms=legacy.LEFT_MS_MIN, why=why)
            self._results.refuse(errand, refusal)
            return
        self._delivery.look_at_deadline(errand, clock, early_ms=legacy.LEFT_MS_MIN - 1)
        if gatekeeping.is_shut(self._state, errand, ea):
            return
        if not self._reads(ea) or self._market_refused(errand, order, ea):
            return
        if errand.warrant is Warrant.ON_DISK:
            self._delivery.bring(errand, ea)
            if errand.written:
                self._delivery.wait(errand, legacy.ANSWER_MS)
        elif errand.warrant is Warrant.NONE:
            errand.warrant = Warrant.ASKED
            self._notes.put(
                written_note(errand.command_id),
                lambda: self._delivery.entry(errand, LedgerKind.WRITTEN),
                urgent=True,
            )

    def _reads(self, ea: Ea) -> bool:
        """Whether a legacy EA can be expected to read a line soon."""
        now_mono_ms = self._state.now.mono_ms
        if now_mono_ms - ea.heard_mono_ms > legacy.HEARD_MS_MAX:
            return False
        return not any(
            errand.written
            and isinstance(errand.command, ExecuteOrder)
            and errand.session == ea.session
            and now_mono_ms - errand.written_mono_ms >= legacy.UNREAD_MS
            for errand in self._errands.of(ea.account_id)
        )

    def _market_refused(self, errand: Errand, order: ExecuteOrder, ea: Ea) -> bool:
        quote = self._market.quote(ea.session, order.symbol)
        refusal = opens.refuse_spread(quote, order.max_spread_points) or opens.refuse_slippage(
            quote, errand.first_price, order
        )
        if refusal is not None:
            self._results.refuse(errand, refusal)
        return refusal is not None


def _what_it_waited_for(ea: Ea | None) -> str:
    if ea is None:
        return "its EA is away"
    return "it came too late" if ea.gate_open else "the account has not been accepted yet"
