"""An EA's link to its Agent: who is connected, since when, and how far the clocks are apart."""

from echo.domain.errors import ErrorCode, Refusal
from echo.domain.handshake import NO_EVALUATION, RegistrationStatus, SymbolRegistrationResult
from echo.domain.quantities import ClockProbe, Instant
from echo.domain.sessions import DeliveryConfig, EaSession, Ping, Pong
from echo.terminal.effects import Arm, Disarm, Effect, EndPipe, Say
from echo.terminal.settings import EaSettings

PING = ("ping",)
PONG = ("pong",)
TELLS_SESSIONS = 3
"""From this protocol version on an Agent answers a handshake with the number of the session."""


class Link:
    """The pipe of one EA, with its pulse.  Shut until `opened`."""

    def __init__(self, settings: EaSettings) -> None:
        self._settings = settings
        self._instance = ""
        self._pings = 0
        self._asked: Ping | None = None
        self._asked_mono_ms = 0
        self._opened_mono_ms = 0
        self._heard_mono_ms = 0
        self._answered_mono_ms = 0
        self._rtt_ms: int | None = None
        self._evaluation_id = NO_EVALUATION
        self._judged_mono_ms = 0
        self.up = False
        self.probe = ClockProbe()
        self.epoch: int | None = None
        """Of the session; ``None`` until the Agent has told it.  Commands of others are ignored."""
        self.ledger_n = 0
        self.backoff_ms = settings.retry_backoff_ms
        self.max_retries = settings.max_retries

    def attached(self, instance: str) -> None:
        """Take the name of this life; pings are named after it."""
        self._instance = instance

    def opened(self, now: Instant) -> list[Effect]:
        """Start the pulse; the first ping leaves at once, for its answer bounds our clocks."""
        self.up = True
        self._evaluation_id = NO_EVALUATION
        self.epoch = None
        self.probe = ClockProbe()
        self._opened_mono_ms = self._heard_mono_ms = now.mono_ms
        return self._ping(now)

    def closed(self) -> list[Effect]:
        """Stop the pulse."""
        self.up = False
        self.epoch = None
        self.probe = ClockProbe()
        self._asked = None
        return [Disarm(PING), Disarm(PONG)]

    def heard(self, now: Instant) -> None:
        """Note a sign of life."""
        self._heard_mono_ms = now.mono_ms

    def answered(self, pong: Pong) -> bool:
        """Take a pong; tells whether it is the answer to the ping that was asked."""
        # Ids of older protocols travel in upper case, and come back as they travelled.
        if self._asked is None or pong.ping_id.casefold() != self._asked.ping_id.casefold():
            return False
        self.probe.answered(probed_at_mono_ms=self._asked_mono_ms, peer_mono_ms=pong.mono_ms)
        self._answered_mono_ms = self._heard_mono_ms
        self._rtt_ms = self._heard_mono_ms - self._asked_mono_ms
        self._asked = None
        return True

    def agent_mono_ms(self, now: Instant) -> int | None:
        """Return the least that the Agent's clock can show; ``None`` before the first pong.

        When a pong arrives, the Agent's clock has passed what stands in it.  Stamped with this, a
        line tells the Agent how long it was under way at most, however long it lay in the pipe.
        """
        if self.probe.probed_at_mono_ms is None:
            return None
        return self.probe.peer_mono_ms + now.mono_ms - self._answered_mono_ms

    def judged(self, verdict: SymbolRegistrationResult, now: Instant) -> None:
        """A verdict was taken in; the next ping says so, if pings of this protocol may."""
        if self._settings.protocol_version >= TELLS_SESSIONS:
            self._evaluation_id = verdict.evaluation_id
            self._judged_mono_ms = now.mono_ms

    def agreed(self, message: EaSession | DeliveryConfig) -> None:
        """Take the pace that the Agent asks for, and the session's epoch with it."""
        self.backoff_ms = message.retry_backoff_ms or self.backoff_ms
        self.max_retries = message.max_retries
        if isinstance(message, EaSession):
            self.epoch = message.session_epoch
            self.ledger_n = message.ledger_n

    def due(self, key: tuple[str, ...], now: Instant) -> list[Effect]:
        """Ping again, or give the pipe up: unanswered for too long, or nothing heard at all.

        Nor is a pipe worth anything on which the handshake found no ear: it is said but once.
        """
        if not self.up:
            return []
        silent_ms = now.mono_ms - self._heard_mono_ms
        if silent_ms >= self._settings.silent_ms_max:
            return self._give_up(f"nothing heard for {silent_ms} ms")
        if self._asked is not None:
            waited_ms = now.mono_ms - self._asked_mono_ms
            if waited_ms >= self._settings.pong_timeout_ms:
                return self._give_up(f"no pong for {waited_ms} ms")
        alone_ms = now.mono_ms - self._opened_mono_ms
        if self._waits_for_session and alone_ms >= self._settings.silent_ms_max:
            return self._give_up(f"no session for {alone_ms} ms")
        return self._ping(now) if key == PING else []

    @property
    def _waits_for_session(self) -> bool:
        return self.epoch is None and self._settings.protocol_version >= TELLS_SESSIONS

    def _ping(self, now: Instant) -> list[Effect]:
        next_ping = Arm(PING, now.mono_ms + self._settings.ping_ms)
        if self._asked is not None:
            return [next_ping]
        self._pings += 1
        self._asked = Ping(
            ping_id=f"{self._instance}-{self._pings}",
            timestamp_ms=now.wall_ms,
            role=self._settings.role,
            rtt_ms=self._rtt_ms,
            evaluation_id=self._evaluation_id,
            verdict_age_ms=now.mono_ms - self._judged_mono_ms if self._evaluation_id else 0,
        )
        self._asked_mono_ms = now.mono_ms
        timeout = Arm(PONG, now.mono_ms + self._settings.pong_timeout_ms)
        return [Say(self._asked), next_ping, timeout]

    def _give_up(self, reason: str) -> list[Effect]:
        return [EndPipe(reason), *self.closed()]


class Gate:
    """What the Core's last verdict leaves open.  Open until a verdict shuts it."""

    def __init__(self) -> None:
        self.status: RegistrationStatus | None = None
        self._rejected: frozenset[str] = frozenset()

    def judged(self, verdict: SymbolRegistrationResult) -> None:
        """Take a verdict; it replaces the last one whole."""
        self.status = verdict.status
        self._rejected = frozenset(
            entry.broker_symbol
            for entry in verdict.symbols
            if entry.status is RegistrationStatus.REJECTED
        )

    @property
    def shut(self) -> bool:
        """Whether the account as a whole was rejected."""
        return self.status is RegistrationStatus.REJECTED

    def rejects(self, broker_symbol: str) -> bool:
        """Whether this symbol was rejected."""
        return broker_symbol in self._rejected

    def refuse(self, broker_symbol: str) -> Refusal | None:
        """Say why an open must not be executed, or ``None``."""
        if self.shut:
            return Refusal(ErrorCode.HANDSHAKE_NOT_READY, "the account's handshake was rejected")
        if self.rejects(broker_symbol):
            return Refusal(ErrorCode.SYMBOL_NOT_MAPPED, f"{broker_symbol} was rejected")
        return None
