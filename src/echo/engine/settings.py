"""The settings that the engine decides by; a new value comes in as an event."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from echo.domain.ids import AccountId
from echo.domain.instruments import CATALOGUE


class UnknownSymbolAction(StrEnum):
    """What to do with a symbol that an account has not mapped."""

    WARN = "warn"
    REJECT = "reject"


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSettings:
    """Times in ms.  The meaning of each field is that of its key in the settings reference."""

    slave_accounts: tuple[AccountId, ...] = ()
    canonical_symbols: frozenset[str] = CATALOGUE
    unknown_action: UnknownSymbolAction = UnknownSymbolAction.WARN
    spec_max_age_ms: int = 10_000
    quote_max_age_ms: int = 750
    min_distance_points: Decimal = Decimal(5)
    max_risk_drift_pct: Decimal = Decimal("0.02")
    protocol_min: int = 1
    protocol_max: int = 3
    blocked_versions: frozenset[int] = frozenset()
    required_features: frozenset[str] = frozenset()
    missing_feature_rejects: bool = False
    allow_legacy: bool = True
    ack_timeout_ms: int = 150
    retry_backoff_ms: tuple[int, ...] = (50, 100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000)
    max_retries: int = 100
    heartbeat_interval_ms: int = 1_000
    retry_interval_ms: int = 300_000
    fanout_chunk: int = 128
    keep_settled_days: int = 365
    core_version: str = "0.1.0"
