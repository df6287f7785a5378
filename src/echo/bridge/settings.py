"""The settings that the bridge decides by."""

from dataclasses import dataclass
from typing import Final

from echo.domain.ids import AccountId, AgentId

AGENT_ID_DEFAULT: Final = AgentId("agent_local")


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeSettings:
    """Times in ms.  The delivery values are start-up values; the Core's heartbeat replaces them."""

    agent_id: AgentId = AGENT_ID_DEFAULT
    version: str = "0.1.0"
    hostname: str = ""
    os: str = ""
    master_accounts: tuple[AccountId, ...] = ()
    slave_accounts: tuple[AccountId, ...] = ()
    protocol_min: int = 1
    protocol_max: int = 3
    allow_legacy: bool = True
    ack_timeout_ms: int = 150
    retry_backoff_ms: tuple[int, ...] = (50, 100, 200, 400, 800)
    max_retries: int = 100
    heartbeat_interval_ms: int = 1_000
    core_silent_ms_max: int = 3_000
    ea_silent_ms_max: int = 15_000
    ledger_delay_ms: int = 40
    coalesce_ms: int = 250
    uplink_entries_max: int = 10_000
