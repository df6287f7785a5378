"""Delivery of one command to an EA: the write, its repeats, and what the Core hears of it."""

from echo.bridge import telling
from echo.bridge.ea import Ea
from echo.bridge.errands import Errand, noted_form, stamped
from echo.bridge.opens import OpenClock
from echo.bridge.pipes import Pipes
from echo.bridge.results import command_note, written_note
from echo.bridge.schedule import Schedule
from echo.bridge.state import State
from echo.domain.answers import AckResult, AckStage, CommandAck
from echo.domain.facts import Alarm, DeliveryRetried
from echo.domain.ids import CommandId
from echo.domain.ledger import LedgerEntry, LedgerKind


class Delivery:
    """Writes commands that may be written now; whether they may is decided elsewhere."""

    def __init__(self, state: State, pipes: Pipes) -> None:
        self._state = state
        self._pipes = pipes
        self._schedule: Schedule[CommandId] = Schedule(state, ("commands",))

    def rang(self) -> list[CommandId]:
        """The timer is due: return the commands that should be looked at."""
        self._schedule.rang()
        return self._schedule.take_due()

    def arm(self) -> None:
        """Have the shell wake us for the next look."""
        self._schedule.arm()

    def wait(self, errand: Errand, wait_ms: int) -> None:
        """Let nothing happen to *errand* before *wait_ms* have passed, then look."""
        errand.due_mono_ms = self._state.now.mono_ms + wait_ms
        self._schedule.set(errand.command_id, errand.due_mono_ms)

    def look_at_deadline(self, errand: Errand, clock: OpenClock, *, early_ms: int = 0) -> None:
        """Look again when an open's time is up, or *early_ms* before."""
        if clock.deadline_mono_ms is not None:
            self._schedule.set(errand.command_id, clock.deadline_mono_ms - early_ms)

    def bring(self, errand: Errand, ea: Ea) -> None:
        """Write the command, unless this session has it or the next repeat is not due yet."""
        if errand.delivered:
            return
        now_mono_ms = self._state.now.mono_ms
        if now_mono_ms < errand.due_mono_ms:
            self._schedule.set(errand.command_id, errand.due_mono_ms)
            return
        errand.again |= errand.written and errand.life != ea.instance
        self._pipes.send(ea, stamped(errand, ea, now_mono_ms))
        errand.written, errand.life = True, ea.instance
        errand.session = ea.session
        errand.written_mono_ms = now_mono_ms
        errand.sends += 1
        telling.command_written(self._state, errand, confirmed=ea.lossless)
        if errand.sends > 1:
            self._retried(errand)
        if ea.lossless:
            self.wait(errand, self._state.pace.wait_ms(errand.sends))
        else:
            # It confirms nothing: the write is all there will be.
            errand.delivered = True
            self.acknowledge(errand)

    def acknowledge(
        self, errand: Errand, result: AckResult = AckResult.OK, message: str = ""
    ) -> None:
        """Tell the Core how far the command has come."""
        stage = AckStage.PIPE_DELIVERED if errand.delivered else AckStage.AGENT_BUFFERED
        self._state.to_core(
            CommandAck(
                command_id=errand.command_id,
                stage=stage,
                result=result,
                attempt=max(1, errand.sends),
                observed_at_ms=self._state.now.wall_ms,
                error_message=message,
            )
        )

    def entry(self, errand: Errand, kind: LedgerKind) -> LedgerEntry:
        """Return what the ledger should keep of the command."""
        note = written_note if kind is LedgerKind.WRITTEN else command_note
        return LedgerEntry(
            key=note(errand.command_id),
            n=errand.n,
            kind=kind,
            account_id=errand.account_id,
            message=noted_form(errand, self._state.now.mono_ms),
            boot_id=self._state.boot_id,
            boot_ms=self._state.boot_ms,
        )

    def _retried(self, errand: Errand) -> None:
        trade_id, traceparent = telling.trade_of(errand.command)
        self._state.observe(
            DeliveryRetried(
                command_id=errand.command_id,
                account_id=errand.account_id,
                agent_id=self._state.settings.agent_id,
                stage=AckStage.PIPE_DELIVERED,
                attempt=errand.sends,
                trade_id=trade_id,
                traceparent=traceparent,
            )
        )
        if errand.sends == self._state.pace.max_retries:
            self._state.observe(
                Alarm(
                    key=f"command:{errand.command_id}",
                    code="COMMAND_UNDELIVERED",
                    sentence=f"{errand.command.kind.value} was written {errand.sends} times"
                    " without a receipt",
                    account_id=errand.account_id,
                    trade_id=trade_id,
                    traceparent=traceparent,
                )
            )
