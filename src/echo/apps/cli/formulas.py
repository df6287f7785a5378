"""The formulas of sizing as people read them, and what became of their result."""

from collections.abc import Mapping
from typing import Final

from echo.domain.policy import RiskType

_RISKING: Final = "lot = amount / (ticks * tick_value + cost_per_lot)"
_ALIGNED: Final = "master_lot * multiplier * master_contract_size / contract_size"
FORMULAS: Final = {
    RiskType.FIXED_LOT: "lot = lot_size",
    RiskType.FIXED_RISK: _RISKING,
    RiskType.RISK_PERCENT: f"{_RISKING}, amount = basis * risk_pct / 100",
    RiskType.MULTIPLIER: f"lot = {_ALIGNED}",
    RiskType.EQUITY_RATIO: f"lot = {_ALIGNED} * slave_equity / master_equity",
    RiskType.BALANCE_RATIO: f"lot = {_ALIGNED} * slave_balance / master_balance",
}


def rounding(inputs: Mapping[str, object]) -> str:
    """Say how the wanted size became the one that is sent."""
    wanted = inputs.get("wanted_lot", inputs.get("lot_size"))
    shown = f"{wanted:.6g}" if isinstance(wanted, float) else wanted
    return f"{shown} down to a multiple of {inputs['lot_step']}, in bounds: {inputs['lot']}"
