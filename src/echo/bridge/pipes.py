"""EAs come and go: one session per pipe, handshakes, epochs, gates, silence."""

from dataclasses import dataclass

from echo.bridge import gatekeeping
from echo.bridge.ea import PROTOCOL_NEWEST, Ea
from echo.bridge.effects import EndPipe, ToEaMessage
from echo.bridge.feedback import Feedback
from echo.bridge.schedule import Schedule
from echo.bridge.state import State
from echo.domain.copies import replace
from echo.domain.facts import LinkChanged
from echo.domain.handshake import (
    AccountSymbolsReport,
    Handshake,
    HandshakeMetadata,
    Role,
    SymbolRegistrationResult,
)
from echo.domain.ids import AccountId
from echo.domain.ledger_files import LedgerFiles
from echo.domain.link_facts import PipeConnected
from echo.domain.registration_facts import HandshakeHeard
from echo.domain.sessions import AccountConnected, AccountDisconnected, DeliveryConfig, EaSession


@dataclass(frozen=True, slots=True)
class Greeting:
    """What came of a handshake: whether it was accepted, and which session ended for it."""

    accepted: bool
    lost: Ea | None = None


class Pipes:
    """All EA sessions.

    The first EA on a pipe holds it.  A second one is a candidate until its handshake tells
    whether it is the same EA come back, or another one.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._sessions: dict[int, Ea] = {}
        self._holders: dict[tuple[Role, AccountId], Ea] = {}
        self._epochs: dict[tuple[Role, AccountId], int] = {}
        self._ledger_n: dict[AccountId, int] = {}
        self._files: dict[AccountId, LedgerFiles] = {}
        self._silence: Schedule[int] = Schedule(state, ("ea_silence",))
        self._feedback = Feedback(state)

    def slave(self, account_id: AccountId) -> Ea | None:
        """Return the account's slave EA after its handshake, or ``None``."""
        return self._greeted(Role.SLAVE, account_id)

    def master(self, account_id: AccountId) -> Ea | None:
        """Return the account's master EA after its handshake, or ``None``."""
        return self._greeted(Role.MASTER, account_id)

    def holds(self, ea: Ea) -> bool:
        """Whether *ea* is the one that its pipe serves."""
        return self._holders.get(ea.pipe) is ea

    def send(self, ea: Ea, message: ToEaMessage) -> None:
        """Write *message* in the dialect of *ea*."""
        self._state.to_ea(ea.session, ea.protocol_version, message)

    def opened(self, session: int, role: Role, account_id: AccountId) -> Ea | None:
        """An EA connected; return the session that ended because of it, if any."""
        now = self._state.now
        ea = Ea(session, role, account_id, opened_at_ms=now.wall_ms, heard_mono_ms=now.mono_ms)
        self._sessions[session] = ea
        self._state.observe(PipeConnected(account_id=account_id, role=role))
        self._silence.set(session, now.mono_ms + self._state.settings.ea_silent_ms_max)
        holder = self._holders.get(ea.pipe)
        lost = None
        if holder is not None:
            if not self._is_silent(holder):
                return None
            lost = self._end(holder, "silent, and another EA connected")
        self._holders[ea.pipe] = ea
        return lost

    def heard(self, session: int) -> Ea | None:
        """An EA said something; return it, or ``None`` if the session is over."""
        ea = self._sessions.get(session)
        if ea is not None:
            ea.heard_mono_ms = self._state.now.mono_ms
        return ea

    def closed(self, session: int, reason: str) -> Ea | None:
        """An EA is gone; return it if it was still known."""
        ea = self._sessions.get(session)
        if ea is not None:
            self._remove(ea, reason)
        return ea

    def greet(self, ea: Ea, handshake: Handshake) -> Greeting:
        """Take a handshake: check whose it is, then begin a new session epoch."""
        if handshake.role is not ea.role or handshake.account_id != ea.account_id:
            sentence = f"a {handshake.role.value} of account {handshake.account_id} on the pipe of"
            sentence += f" the {ea.role.value} of account {ea.account_id}"
            return Greeting(
                accepted=False, lost=self._turn_away(ea, handshake, "foreign_pipe", sentence)
            )
        lost = None
        holder = self._holders.get(ea.pipe)
        if holder is not None and holder is not ea:
            instance = handshake.metadata.instance
            same = holder.instance == instance != ""
            if holder.greeted and not same and not self._is_silent(holder):
                sentence = f"another EA serves account {ea.account_id} as {ea.role.value};"
                sentence += " remove one of the two"
                lost = self._turn_away(ea, handshake, "second_ea", sentence)
                return Greeting(accepted=False, lost=lost)
            lost = self._end(holder, "its EA connected again")
        self._holders[ea.pipe] = ea
        self._begin_session(ea, handshake)
        return Greeting(accepted=True, lost=lost)

    def announce(self) -> None:
        """Tell a Core that was away which EAs are here, and what they said of themselves."""
        self._feedback.core_up()
        for ea in self._sessions.values():
            if ea.report is not None:
                self._announce(ea, ea.report)

    def registered(self, result: SymbolRegistrationResult) -> Ea | None:
        """Open or shut an EA's gate by the Core's verdict, and pass the verdict on."""
        ea = self._greeted(result.pipe_role, result.account_id)
        if ea is None:
            self._feedback.undeliverable(result)
            return None
        ea.verdict = result
        ea.gate_open = not ea.rejected and not ea.barred
        if not ea.judged and self._knows_more(ea, result):
            self.journaled(ea.account_id, result.ledger_n)
            self._send_session(ea, file_before=result.ledger_id)
        ea.judged = True
        self._tell_verdict(ea, result)
        return ea

    def settings_changed(self) -> list[Ea]:
        """Bar or let in by the settings that are in force now; return whose gate has moved."""
        moved = []
        for ea in self._sessions.values():
            if ea.report is None:
                continue
            metadata = ea.report.metadata or HandshakeMetadata()
            ea.barred = self._bar(metadata.protocol_version)
            is_open = ea.judged and not ea.rejected and not ea.barred
            if is_open is not ea.gate_open:
                ea.gate_open = is_open
                moved.append(ea)
                if ea.verdict is not None:
                    self._tell_verdict(ea, ea.verdict)
        return moved

    def ask_again(self) -> None:
        """Tell the Core again of EAs that it should have judged by now."""
        for ea in self._feedback.rang():
            if ea.report is not None:
                self._announce(ea, ea.report)

    def pace_changed(self) -> None:
        """Tell the master EAs how patiently to repeat from now on."""
        for ea in self._sessions.values():
            if ea.greeted:
                self._send_delivery_config(ea)

    def journaled(self, account_id: AccountId, ledger_n: int) -> None:
        """The Core has the EA's ledger up to record *ledger_n*."""
        self._ledger_n[account_id] = max(ledger_n, self._ledger_n.get(account_id, 0))

    def rang(self) -> list[Ea]:
        """End the sessions of EAs that have been silent for too long, and return them."""
        self._silence.rang()
        lost = []
        for session in self._silence.take_due():
            ea = self._sessions[session]
            if self._is_silent(ea):
                silent_ms = self._state.now.mono_ms - ea.heard_mono_ms
                lost.append(self._end(ea, f"silent for {silent_ms} ms"))
            else:
                limit_ms = self._state.settings.ea_silent_ms_max
                self._silence.set(session, ea.heard_mono_ms + limit_ms)
        return lost

    def arm(self) -> None:
        """Have the shell wake us when the next EA may have been silent for too long."""
        self._silence.arm()
        self._feedback.arm()

    def _greeted(self, role: Role, account_id: AccountId) -> Ea | None:
        ea = self._holders.get((role, account_id))
        return ea if ea is not None and ea.greeted else None

    def _is_silent(self, ea: Ea) -> bool:
        silent_ms = self._state.now.mono_ms - ea.heard_mono_ms
        return silent_ms >= self._state.settings.ea_silent_ms_max

    def _begin_session(self, ea: Ea, handshake: Handshake) -> None:
        state = self._state
        # What the EA resumes is between it and its Agent.
        metadata = replace(handshake.metadata, pipe_role=ea.role, resume=())
        # Protocol 1 stamps tick counts, which are no times.
        stamped = metadata.protocol_version > 1 and handshake.timestamp_ms > 0
        ea.report = AccountSymbolsReport(
            account_id=ea.account_id,
            symbols=handshake.symbols,
            reported_at_ms=handshake.timestamp_ms if stamped else state.now.wall_ms,
            metadata=metadata,
        )
        ea.instance = metadata.instance
        ea.protocol_version = min(max(metadata.protocol_version, 1), PROTOCOL_NEWEST)
        ea.offered = metadata.offered
        ea.gate_open = ea.judged = False
        ea.verdict = None
        ea.barred = self._bar(metadata.protocol_version)
        # The wall clock carries the epoch over restarts, the count over several in a second.
        ea.epoch = max(self._epochs.get(ea.pipe, 0) + 1, state.now.wall_ms // 1000)
        self._epochs[ea.pipe] = ea.epoch
        if ea.role is Role.SLAVE:
            files = self._files.setdefault(ea.account_id, LedgerFiles())
            files.seen(metadata.ledger_id, state.now.mono_ms)
        if ea.barred:
            state.refuse(ea.peer, "protocol", ea.barred)
        state.observe(LinkChanged(peer=ea.peer, up=True))
        state.observe(
            HandshakeHeard(
                account_id=ea.account_id,
                role=ea.role,
                protocol_version=metadata.protocol_version,
                client_semver=metadata.client_semver,
                symbols=None if handshake.symbols is None else len(handshake.symbols),
                legacy=metadata.protocol_version <= 1,
            )
        )
        self._feedback.greeted(ea)
        self._send_session(ea)
        self._send_delivery_config(ea)
        self._announce(ea, ea.report)

    def _tell_verdict(self, ea: Ea, result: SymbolRegistrationResult) -> None:
        told = gatekeeping.as_barred(ea, result)
        self.send(ea, told)
        self._feedback.forwarded(ea, told, pipe_count=len(self._sessions))

    def _bar(self, version: int) -> str:
        settings = self._state.settings
        if not settings.protocol_min <= version <= settings.protocol_max:
            spoken = f"{settings.protocol_min} to {settings.protocol_max}"
            return f"protocol {version} is not spoken here, {spoken} are; no opens pass"
        if version == 1 and not settings.allow_legacy:
            return "protocol 1 is not allowed any more; no opens pass"
        return ""

    def _knows_more(self, ea: Ea, result: SymbolRegistrationResult) -> bool:
        """Whether the Core has seen more of the EA's ledger than this Agent remembers, or a file of
        another EA.  One whose file lacks something must know it before it opens anything.
        """
        lacks = result.ledger_n > self._ledger_n.get(ea.account_id, 0)
        return lacks or result.ledger_id not in ("", self._file_before(ea))

    def _file_before(self, ea: Ea) -> str:
        files = self._files.get(ea.account_id)
        return files.told(self._state.now.mono_ms) if files is not None else ""

    def _send_session(self, ea: Ea, *, file_before: str = "") -> None:
        if ea.takes_acks:
            pace = self._state.pace
            session = EaSession(
                session_epoch=ea.epoch,
                heartbeat_interval_ms=pace.heartbeat_interval_ms,
                retry_backoff_ms=pace.retry_backoff_ms,
                max_retries=pace.max_retries,
                ledger_n=self._ledger_n.get(ea.account_id, 0),
                ledger_id=file_before or self._file_before(ea),
            )
            self.send(ea, session)

    def _send_delivery_config(self, ea: Ea) -> None:
        if ea.role is Role.MASTER and ea.takes_acks:
            pace = self._state.pace
            config = DeliveryConfig(
                retry_backoff_ms=pace.retry_backoff_ms, max_retries=pace.max_retries
            )
            self.send(ea, config)

    def _announce(self, ea: Ea, report: AccountSymbolsReport) -> None:
        """Say that the EA is here, then what it reported: the Core judges anew in this order."""
        self._state.to_core(
            AccountConnected(
                account_id=ea.account_id,
                connected_at_ms=ea.opened_at_ms,
                role=ea.role,
                broker=report.metadata.broker if report.metadata else "",
            )
        )
        self._state.to_core(report)
        self._feedback.announced(ea)

    def _turn_away(self, ea: Ea, handshake: Handshake, reason: str, sentence: str) -> Ea:
        """Refuse an EA, and have its terminal say why."""
        ea.protocol_version = min(max(handshake.metadata.protocol_version, 1), PROTOCOL_NEWEST)
        self.send(ea, gatekeeping.turned_away(self._state, ea, handshake.metadata, sentence))
        self._state.refuse(ea.peer, reason, sentence)
        return self._end(ea, sentence)

    def _end(self, ea: Ea, reason: str) -> Ea:
        self._state.effects.append(EndPipe(ea.session, reason))
        self._remove(ea, reason)
        return ea

    def _remove(self, ea: Ea, reason: str) -> None:
        del self._sessions[ea.session]
        self._silence.forget(ea.session)
        self._feedback.lost(ea.session)
        if self.holds(ea):
            del self._holders[ea.pipe]
        if ea.greeted:
            lasted_ms = max(0, self._state.now.wall_ms - ea.opened_at_ms)
            self._state.observe(
                LinkChanged(peer=ea.peer, up=False, reason=reason, lasted_ms=lasted_ms)
            )
            self._state.to_core(
                AccountDisconnected(
                    account_id=ea.account_id,
                    disconnected_at_ms=self._state.now.wall_ms,
                    reason=reason,
                )
            )
            self._announce_other_role(ea)

    def _announce_other_role(self, gone: Ea) -> None:
        """An account can have two EAs, a master and a slave; the Core hears of accounts only."""
        other = Role.SLAVE if gone.role is Role.MASTER else Role.MASTER
        ea = self._greeted(other, gone.account_id)
        if ea is not None and ea.report is not None:
            self._announce(ea, ea.report)
