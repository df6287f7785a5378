"""What an EA is told by its inputs, and the times it keeps."""

from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Final

from echo.domain.handshake import Role
from echo.domain.ids import AccountId, ClientId, StrategyId

NO_STRATEGY: Final = StrategyId("")


@dataclass(frozen=True, slots=True, kw_only=True)
class EaSettings:
    """Inputs of one EA; times in ms.

    ``symbols``: (broker symbol, canonical symbol) pairs; empty = everything the terminal shows,
    under its own name.  ``magic_numbers``: a master reports only these; empty = all.
    ``protocol_version`` 3 speaks as described in this package; 1 and 2 behave like the EAs that
    are deployed in the field, faults included.

    A slave's own limits hold against everybody: ``lots_per_minute_max`` (lots opened within 60 s)
    and ``open_positions_max``; ``None`` = no limit.
    """

    role: Role
    account_id: AccountId
    server: str
    protocol_version: int = 3
    client_semver: str = "0.1.0"
    symbols: tuple[tuple[str, str], ...] = ()
    strategy_id: StrategyId = NO_STRATEGY
    magic_numbers: frozenset[int] = frozenset()
    atr_bars: int = 14
    """Whole bars of the average true range that a master tells with a trade; 0 = none."""
    lots_per_minute_max: Decimal | None = None
    open_positions_max: int | None = None
    ping_ms: int = 5_000
    pong_timeout_ms: int = 5_000
    silent_ms_max: int = 15_000
    retry_backoff_ms: tuple[int, ...] = (50, 100, 200, 400, 800)
    max_retries: int = 100
    ttl_ms_max: int = 60_000
    """No open lives longer; how long a cold ledger must be distrusted follows from it."""
    doubt_ms: int = 65_000
    """How long a broker may take to show a fill: they were seen up to a minute late."""
    reply_ms_max: int = 10_000
    """After this long without an answer, an order is in doubt."""
    retry_pause_ms: int = 100
    """Between two attempts of one open after a passing refusal."""
    quotes_ms: int = 250
    """How often a slave looks for quotes that it has not told again for a while."""
    protect_within_ms: int = 5_000
    """A position without its protective stop for longer is an alarm."""
    keep_settled_ms: int = 7 * 86_400_000
    compact_records_min: int = 2_000
    """A file with fewer records is not worth compacting."""

    @property
    def client_id(self) -> ClientId:
        """``master_<account>`` or ``slave_<account>``."""
        return ClientId(f"{self.role}_{self.account_id}")

    @property
    def config_hash(self) -> str:
        """SHA-256 of the inputs, so that the Core sees when somebody changes them."""
        inputs = (
            self.symbols,
            self.strategy_id,
            sorted(self.magic_numbers),
            str(self.lots_per_minute_max),
            self.open_positions_max,
            self.atr_bars,
        )
        return sha256(repr(inputs).encode()).hexdigest()
