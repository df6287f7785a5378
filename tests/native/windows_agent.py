r"""Runs on Windows Python: the real Agent, and a slave's first words through the real DLL.

``python.exe windows_agent.py ECHO_PIPE_DLL SOURCES SETTINGS``: the Core is on the other side of
gRPC, on Linux.  Prints ``ok`` when the Core's verdict has come all the way to the terminal.
"""

import ctypes
import json
import subprocess
import sys
import time
from typing import Any

dll_path, sources, settings = sys.argv[1:]
START = f"import sys; sys.path.insert(0, r'{sources}'); from echo.apps.agent import main; main()"
SYMBOL = {
    "canonical_symbol": "EURUSD",
    "broker_symbol": "EURUSD.m",
    "digits": 5,
    "point": 0.00001,
    "tick_size": 0.00001,
    "tick_value": 1,
    "min_lot": 0.01,
    "max_lot": 100,
    "lot_step": 0.01,
    "stop_level": 0,
    "contract_size": 100000,
    "trade_permission": "full",
}
HANDSHAKE = {
    "client_id": "slave_70001",
    "account_id": "70001",
    "broker": "Wine",
    "role": "slave",
    "protocol_version": 3,
    "client_semver": "0.1.0",
    "capabilities": {"features": ["lossless/v1", "positions/v1", "modify/v1"], "metrics": []},
    "required_features": [],
    "optional_features": [],
    "account_mode": "hedging",
    "currency": "USD",
    "server": "Wine-Demo",
    "terminal": "mt5",
    "ea_config_hash": "0",
    "instance": "one",
    "leverage": 100,
    "ledger_n": 0,
    "symbols": [SYMBOL],
}


def said_to_it(library: Any, slot: int, within_s: float) -> str | None:
    """Return the next line, or ``None`` when there is none in time."""
    buffer = ctypes.create_unicode_buffer(70_000)
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        count = library.EchoRead(slot, buffer, 70_000)
        if count > 0:
            return buffer.value
        if count < 0:
            return None
        time.sleep(0.002)
    return None


def verdict(library: Any) -> str | None:
    """Connect as a slave and return the status that the Core gives it."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        slot = library.EchoOpen("echo_slave_70001")
        if slot <= 0:
            time.sleep(0.1)
            continue
        line = {"type": "handshake", "timestamp_ms": library.EchoNowMs(), "payload": HANDSHAKE}
        library.EchoWrite(slot, json.dumps(line))
        while (text := said_to_it(library, slot, 10)) is not None:
            heard = json.loads(text)
            print("    ", heard["type"], flush=True)
            if heard["type"] == "symbol_registration_result":
                return str(heard["payload"]["status"])
        library.EchoClose(slot)
    return None


def main() -> int:
    """Start the Agent, ask, end it."""
    load: Any = ctypes.WinDLL  # type: ignore[attr-defined]  # there on Windows only
    library = load(dll_path)
    library.EchoNowMs.restype = ctypes.c_longlong
    agent = subprocess.Popen([sys.executable, "-c", START, "--config", settings])
    try:
        status = verdict(library)
    finally:
        agent.terminate()
        agent.wait()
    good = status is not None and status.endswith(("ACCEPTED", "WARNING"))
    print("ok  " if good else "FAIL", f"the Core's verdict: {status}", flush=True)
    return 0 if good else 1


sys.exit(main())
