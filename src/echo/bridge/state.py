"""What all parts of the bridge share: the moment, the stream, the numbers, the effects so far."""

from echo.bridge.effects import Effect, Observe, SendCore, SendEa, ToEaMessage
from echo.bridge.pace import starting_pace
from echo.bridge.settings import BridgeSettings
from echo.domain.clocks import PeerClock
from echo.domain.facts import Fact, InputRefused
from echo.domain.ids import MessageId
from echo.domain.ledger import LedgerContents, LedgerEntry
from echo.domain.quantities import ClockProbe, Instant
from echo.domain.sessions import AgentToCore


class State:
    """One handling's moment and effects, and the few facts that every part looks at."""

    def __init__(self, settings: BridgeSettings) -> None:
        self.settings = settings
        self.pace = starting_pace(settings)
        self.core_paced = False
        """Whether the pace is the Core's; until then it is that of the settings."""
        self.now = Instant(0, 0)
        self.effects: list[Effect] = []
        self.rescheduled = False
        """Whether any part may have to be woken earlier than it has asked for."""
        self.stream: int | None = None
        """The stream to the Core; ``None`` = the Core is away."""
        self.core_clock = ClockProbe()
        self.core_wall = PeerClock()
        self.restored = False
        self.born_mono_ms = 0
        self.boot_id = ""
        self._boot_ms = 0
        self._ledger_id = ""
        self._n = 0

    def begin(self, now: Instant) -> None:
        """Start to handle what happened at *now*."""
        self.now = now
        self.effects = []

    def restore(self, contents: LedgerContents, boot_id: str, boot_ms: int) -> None:
        """Take on the identity of the ledger.

        Numbers go on after the wall clock's microseconds as well as after the ledger's highest:
        most are settled before they are ever written down, and must not come again.
        """
        self.restored = True
        self.born_mono_ms = self.now.mono_ms
        self.boot_id = boot_id
        self._boot_ms = boot_ms
        self._ledger_id = contents.ledger_id
        highest_n = max((entry.n for entry in contents.entries), default=0)
        self._n = max(contents.n, highest_n, self.now.wall_ms * 1000)

    def next_n(self) -> int:
        """Give out a number that this ledger has never given out."""
        self._n += 1
        return self._n

    def message_id(self, n: int) -> MessageId:
        """Name uplink frame *n*."""
        return MessageId(f"{self._ledger_id}:{n}")

    def n_of(self, message_id: MessageId) -> int | None:
        """Return the number in a name of ours, or ``None``."""
        ledger_id, _, n = message_id.rpartition(":")
        return int(n) if ledger_id == self._ledger_id and n.isdecimal() else None

    @property
    def boot_ms(self) -> int:
        """The boot clock now, as far as the monotonic clock tells."""
        return self._boot_ms + self.now.mono_ms - self.born_mono_ms

    def ms_since(self, entry: LedgerEntry) -> int | None:
        """Return how long ago a ledger entry was made; ``None`` = in another boot."""
        if not self.boot_id or entry.boot_id != self.boot_id:
            return None
        return max(0, self._boot_ms - entry.boot_ms)

    def to_core(self, message: AgentToCore, message_id: MessageId | None = None) -> None:
        """Send *message* up, if there is a stream; else it is dropped."""
        if self.stream is not None:
            self.effects.append(SendCore(self.stream, message_id, message))

    def to_ea(self, session: int, protocol_version: int, message: ToEaMessage) -> None:
        """Write *message* to an EA."""
        self.effects.append(SendEa(session, protocol_version, message))

    def observe(self, fact: Fact) -> None:
        """Tell telemetry."""
        self.effects.append(Observe(fact))

    def refuse(self, peer: str, reason: str, sentence: str) -> None:
        """Turn an input away; the link lives on."""
        self.observe(InputRefused(peer=peer, reason=reason, sentence=sentence))
