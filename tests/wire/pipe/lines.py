"""Lines for tests: a payload in, the content of a line out."""

import json
from typing import Any

from tests.wire.pipe.samples import COMMAND, TRADE


def line(name: str, payload: object, **root: Any) -> bytes:
    """Return the content of a line, with spaces as no peer of ours writes them."""
    return json.dumps({"type": name, **root, "payload": payload}).encode()


INTENT: dict[str, Any] = {
    "trade_id": TRADE,
    "client_id": "master_61100781",
    "account_id": "61100781",
    "symbol": "XAUUSD",
    "order_side": "BUY",
    "lot_size": 0.2,
    "price": 4015.1,
    "magic_number": 7,
    "ticket": 1_000_001,
}
CLOSE: dict[str, Any] = {"trade_id": TRADE, "client_id": "master_61100781", "ticket": 1_000_001}
RESULT: dict[str, Any] = {
    "command_id": COMMAND,
    "trade_id": TRADE,
    "client_id": "slave_70001",
    "success": False,
}
HANDSHAKE: dict[str, Any] = {"client_id": "slave_70001", "account_id": "70001", "role": "slave"}
SYMBOL: dict[str, Any] = {
    "canonical_symbol": "XAUUSD",
    "broker_symbol": "GOLD",
    "digits": 2,
    "point": 0.01,
    "tick_size": 0.01,
    "min_lot": 0.01,
    "max_lot": 50,
    "lot_step": 0.01,
}
SPEC: dict[str, Any] = {
    "canonical_symbol": "XAUUSD",
    "broker_symbol": "GOLD",
    "general": {"digits": 2, "contract_size": 100, "tick_value": 1},
    "volume": {"min_volume": 0.01, "max_volume": 50, "volume_step": 0.01},
}
ACCOUNT: dict[str, Any] = {"account_id": "70001", "balance": 100, "equity": -3.5}
LANE: dict[str, Any] = {
    "command_id": COMMAND,
    "trade_id": TRADE,
    "target_account_id": "70001",
    "symbol": "GOLD",
    "magic_number": 7,
}
