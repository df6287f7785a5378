"""The link to the Core: greeting, heartbeats, clock probes, and the silence of a frozen Core."""

from echo.bridge.effects import Arm
from echo.bridge.pace import pace_of
from echo.bridge.state import State
from echo.domain.link_facts import ClockCompared
from echo.domain.sessions import AgentHeartbeat, AgentHello, ClockEcho, DeliveryHeartbeat

SILENT_BEATS = 3
"""A Core whose beats are rare is given the time of so many before it counts as silent."""


class Pulse:
    """Shows that this Agent lives, and watches that the Core does."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._up_mono_ms = 0
        self._heard_mono_ms = 0
        self._peer_mono_ms: int | None = None
        self._peer_heard_mono_ms = 0

    def core_up(self) -> None:
        """A stream opened: say hello, and probe the Core's clock at once."""
        state = self._state
        self._up_mono_ms = self._heard_mono_ms = state.now.mono_ms
        self._peer_mono_ms = None
        settings = state.settings
        accounts = (*settings.master_accounts, *settings.slave_accounts)
        state.to_core(
            AgentHello(
                agent_id=settings.agent_id,
                version=settings.version,
                hostname=settings.hostname,
                os=settings.os,
                owned_accounts=tuple(dict.fromkeys(accounts)),
            )
        )
        self.beat()
        self._watch()

    def heard(self) -> None:
        """The Core said something."""
        self._heard_mono_ms = self._state.now.mono_ms

    def stamped(self, message: DeliveryHeartbeat | ClockEcho) -> bool:
        """Take in the Core's clock; return whether one of our probes is answered by it."""
        now_mono_ms = self._state.now.mono_ms
        first = self._peer_mono_ms is None
        self._peer_mono_ms = message.mono_ms
        self._peer_heard_mono_ms = now_mono_ms
        probed_at_mono_ms = message.echo_mono_ms
        if first or (probed_at_mono_ms is None and isinstance(message, ClockEcho)):
            # The Core waits for an answer before it can judge how old our frames are.
            self._state.to_core(ClockEcho(mono_ms=now_mono_ms, echo_mono_ms=message.mono_ms))
        if probed_at_mono_ms is None or not self._up_mono_ms <= probed_at_mono_ms <= now_mono_ms:
            return False
        self._state.core_clock.answered(
            probed_at_mono_ms=probed_at_mono_ms, peer_mono_ms=message.mono_ms - message.held_ms
        )
        if isinstance(message, DeliveryHeartbeat) and message.wall_ms:
            self._compare(message, probed_at_mono_ms)
        return True

    def _compare(self, beat: DeliveryHeartbeat, asked_mono_ms: int) -> None:
        """Compare the Core's wall clock with ours; nothing is decided by it."""
        state, clock = self._state, self._state.core_wall
        changed = clock.answered(
            asked_mono_ms=asked_mono_ms,
            held_ms=beat.held_ms,
            peer_wall_ms=beat.wall_ms,
            now=state.now,
        )
        if changed and clock.ahead_ms is not None:
            state.observe(
                ClockCompared(peer="core", ahead_ms=clock.ahead_ms, error_ms=clock.error_ms)
            )

    def paced(self, message: DeliveryHeartbeat) -> bool:
        """Take over the Core's delivery settings; return whether EAs must hear of it."""
        pace = pace_of(message)
        if pace is None:
            sentence = "the Core's delivery settings would mean never or always; not taken over"
            self._state.refuse("core", "delivery_settings", sentence)
            return False
        before, self._state.pace = self._state.pace, pace
        self._state.core_paced = True
        return (before.retry_backoff_ms, before.max_retries) != (
            pace.retry_backoff_ms,
            pace.max_retries,
        )

    def beat(self) -> None:
        """Send a heartbeat and plan the next."""
        state = self._state
        if state.stream is None:
            return
        stamp = self._peer_mono_ms
        held_ms = 0 if stamp is None else state.now.mono_ms - self._peer_heard_mono_ms
        state.to_core(
            AgentHeartbeat(
                agent_id=state.settings.agent_id,
                timestamp_ms=state.now.wall_ms,
                mono_ms=state.now.mono_ms,
                echo_mono_ms=stamp,
                held_ms=held_ms,
            )
        )
        state.effects.append(
            Arm(("heartbeat",), state.now.mono_ms + state.pace.heartbeat_interval_ms)
        )

    def silent_ms(self) -> int | None:
        """Return for how long the Core has been silent if that is too long, else ``None``."""
        if self._state.stream is None:
            return None
        silent_ms = self._state.now.mono_ms - self._heard_mono_ms
        if silent_ms >= self._limit_ms:
            return silent_ms
        self._watch()
        return None

    @property
    def _limit_ms(self) -> int:
        beats_ms = SILENT_BEATS * self._state.pace.heartbeat_interval_ms
        return max(self._state.settings.core_silent_ms_max, beats_ms)

    def _watch(self) -> None:
        due_mono_ms = self._heard_mono_ms + self._limit_ms
        self._state.effects.append(Arm(("core_silence",), due_mono_ms))
