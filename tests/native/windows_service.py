r"""Runs on Windows Python: the Agent installed as a service, used, stopped in the middle, removed.

``python.exe windows_service.py ECHO_PIPE_DLL FOLDER``: settings and state lie in FOLDER.  Prints a
line for each check.
"""

import asyncio
import ctypes
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from echo.apps.cli.main import app
from echo.apps.windows.plan import service_sid
from echo.domain.intents import TradeIntent
from echo.domain.ledger import LedgerContents
from echo.links.pipe_windows import own_sid
from echo.stores.sqlite.ledger import SqliteLedger

DLL, FOLDER = sys.argv[1], Path(sys.argv[2])
NAME = "EchoAgentTried"
STATE = FOLDER / "state"
SETTINGS = FOLDER / "agent.toml"
TEXT = """
[agent]
agent_id = "agent_service"
master_accounts = ["100"]
slave_accounts = ["200"]
pipe_prefix = "echo_tried_"

[endpoints]
core_addr = "127.0.0.1:9"
"""
TRADES = 2_000
STOP_AFTER_ACKS = 100
IN_TIME_S = 5.0
failures = 0


def check(good: bool, what: object) -> None:
    global failures
    failures += not good
    print("ok  " if good else "FAIL", what, flush=True)


def echoctl(*words: str) -> tuple[int, Any, str]:
    """Run ``echoctl agent``; return exit code, what it tells programs, what it tells people."""
    ran = CliRunner().invoke(app, ["agent", *words, "--name", NAME, "--json"])
    if ran.exception and not isinstance(ran.exception, SystemExit):
        raise ran.exception
    told = ran.stdout.strip().splitlines()
    return ran.exit_code, json.loads(told[-1]) if told else None, ran.stderr


def log() -> str:
    path = STATE / "echo-agent.log"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def access(pipe: str) -> str:
    """Return the access list that Windows keeps for a pipe."""
    import win32file
    import win32security

    handle = win32file.CreateFile(
        rf"\\.\pipe\{pipe}", win32file.GENERIC_READ, 0, None, win32file.OPEN_EXISTING, 0, None
    )
    what = win32security.DACL_SECURITY_INFORMATION
    known = win32security.GetSecurityInfo(handle, win32security.SE_KERNEL_OBJECT, what)
    handle.Close()
    return str(
        win32security.ConvertSecurityDescriptorToStringSecurityDescriptor(
            known, win32security.SDDL_REVISION_1, what
        )
    )


class Ea:
    """An EA, through the real DLL."""

    def __init__(self, pipe: str, library: Any) -> None:
        self._library, self._slot = library, -1
        self._buffer = ctypes.create_unicode_buffer(70_000)
        deadline = time.monotonic() + 30
        while self._slot <= 0 and time.monotonic() < deadline:
            self._slot = library.EchoOpen(pipe)
            time.sleep(0.02)

    def say(self, line: dict[str, object]) -> bool:
        return int(self._library.EchoWrite(self._slot, json.dumps(line))) >= 0

    def heard(self) -> dict[str, Any] | None:
        """Return what has come; ``None`` = nothing; an empty one = the pipe is gone."""
        count = self._library.EchoRead(self._slot, self._buffer, 70_000)
        if count > 0:
            return dict(json.loads(self._buffer.value))
        return {} if count < 0 else None

    def hears(self, kind: str, within_s: float = 20.0) -> bool:
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            line = self.heard()
            if line is None:
                time.sleep(0.005)
            elif line == {} or line["type"] == kind:
                return line != {}
        return False

    def close(self) -> None:
        self._library.EchoClose(self._slot)


def handshake(role: str, account: str) -> dict[str, object]:
    return {
        "type": "handshake",
        "timestamp_ms": 1,
        "payload": {
            "client_id": f"{role}_{account}",
            "account_id": account,
            "broker": "Wine",
            "role": role,
            "protocol_version": 3,
            "client_semver": "3.0.0",
            "instance": "i1",
            "capabilities": {"features": ["lossless/v1"], "metrics": []},
            "required_features": [],
            "optional_features": [],
            "symbols": [],
        },
    }


def intent(number: int) -> dict[str, object]:
    return {
        "type": "trade_intent",
        "timestamp_ms": 1,
        "payload": {
            "trade_id": f"0145d921-2800-718b-ba1b-{number:012x}",
            "seq": 0,
            "client_id": "master_100",
            "account_id": "100",
            "symbol": "EURUSD",
            "order_side": "BUY",
            "lot_size": 0.1,
            "price": 1.1,
            "magic_number": 7,
            "ticket": number + 1,
            "attempt": 1,
            "strategy_id": "magic_7",
            "timestamps": {"t0_master_ea_ms": 1},
        },
    }


def trade_until_it_is_gone(library: Any, stop: Callable[[], None]) -> set[tuple[str, int]]:
    """Report trades without a pause; return those that were acknowledged before the end."""
    ea = Ea("echo_tried_master_100", library)
    ea.say(handshake("master", "100"))
    check(ea.hears("session"), "the master's pipe answers")
    acknowledged: set[tuple[str, int]] = set()
    said, stopped, deadline = 0, False, time.monotonic() + 60
    while time.monotonic() < deadline:
        if said < TRADES and not ea.say(intent(said)):
            break
        said += 1
        line = ea.heard()
        if line == {}:
            break
        if line and line["type"] == "trade_intent_ack" and line["payload"]["result"] == "OK":
            acknowledged.add((line["payload"]["trade_id"], line["payload"]["seq"]))
        if len(acknowledged) >= STOP_AFTER_ACKS and not stopped:
            stopped = True
            stop()
    ea.close()
    check(stopped, f"told to stop after {len(acknowledged)} of {said} were acknowledged")
    return acknowledged


def ledger() -> LedgerContents:
    async def read() -> LedgerContents:
        opened = SqliteLedger.open(STATE / "var" / "agent" / "ledger.sqlite")
        contents = await opened.load()
        await opened.close()
        return contents

    return asyncio.run(read())


def install() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    SETTINGS.write_text(TEXT)
    words = ("install-service", "--config", str(SETTINGS), "--state-dir", str(STATE))
    code, told, complaint = echoctl(*words)
    check(code == 0 and told["account"] == rf"NT SERVICE\{NAME}", f"installed {complaint}")
    check(own_sid() in SETTINGS.read_text(), "the settings name whose terminals may come")
    code, _, complaint = echoctl(*words)
    check(code == 0, f"installed over itself {complaint}")
    code, told, _ = echoctl("status")
    check((code, told["state"], told["exit_code"]) == (1, "stopped", 0), "installed, not running")
    code, told, _ = echoctl("install-service", "--config", str(FOLDER / "none.toml"))
    check(code == 1 and "none.toml" in told["sentence"], "not with settings that are not there")


def main() -> None:
    load: Any = ctypes.WinDLL  # type: ignore[attr-defined]  # there on Windows only
    library = load(DLL)
    install()
    code, told, complaint = echoctl("start")
    check(code == 0 and told["state"] == "running" and told["pid"], f"started {complaint}")
    check("echo-agent ready: 2 pipes" in log(), "its log says so")
    sddl = access("echo_tried_slave_200")
    print("    ", sddl)
    wanted = f"(D;;GA;;;NU)(A;;GA;;;SY)(A;;GA;;;{service_sid(NAME)})(A;;0x12019b;;;{own_sid()})"
    # Windows spells the same right as what it comes to for a pipe, Wine as it was given.
    spelled = sddl.replace(";GA;", ";FA;"), wanted.replace(";GA;", ";FA;")
    check(spelled[0] == f"D:P{spelled[1]}", "who may open a pipe")
    ea = Ea("echo_tried_slave_200", library)
    ea.say({"type": "ping", "id": "p1", "timestamp_ms": 1, "role": "slave"})
    check(ea.hears("pong"), "the slave's pipe answers")
    ea.close()
    from echo.apps.windows.control import WindowsServices

    asked_at: list[float] = []

    def stop() -> None:
        asked_at.append(time.monotonic())
        WindowsServices().stop(NAME)

    acknowledged = trade_until_it_is_gone(library, stop)
    code, told, complaint = echoctl("stop")
    took_s = time.monotonic() - asked_at[0] if asked_at else 99.0
    check(code == 0 and told["state"] == "stopped" and took_s < IN_TIME_S, f"ended in {took_s:.1f}")
    check(told["exit_code"] == 0, f"in order {complaint}")
    kept = {
        (entry.message.trade_id, entry.message.seq)
        for entry in ledger().entries
        if isinstance(entry.message, TradeIntent)
    }
    lost = acknowledged - kept
    check(not lost, f"of {len(acknowledged)} acknowledged {len(lost)} are not on the disk")
    check(echoctl("stop")[0] == 0, "stopping it twice is no error")
    SETTINGS.write_text(SETTINGS.read_text().replace("master_accounts", "master_acounts"))
    code, told, _ = echoctl("start")
    check(code == 1 and "ended" in told["sentence"], "it does not run with settings that are wrong")
    check("did you mean agent/master_accounts" in log(), "its log says what is wrong")
    code, told, complaint = echoctl("remove-service")
    check(code == 0 and told["state"] == "removed", f"removed {told} {complaint}")
    code, told, _ = echoctl("status")
    check(code == 1 and "not installed" in told["sentence"], "and gone")
    check((STATE / "var" / "agent" / "ledger.sqlite").exists(), "its ledger stays")


main()
print(f"{failures} failures", flush=True)
sys.exit(failures)
