"""An alarm about one trade is a line of that trade's trace; the others are known by name."""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Final

import echo
from echo.domain.facts import Alarm
from echo.domain.ids import TradeId
from echo.links.log_facts import LogFacts
from tests.links.telemetry.facts import TRACE_ID, TRACEPARENT

SOURCES: Final = Path(echo.__file__).parent
OF_NO_ONE_TRADE: Final = {
    # Of programs, files, doors and other programs.
    *("ADMIN_DOOR_FAILED", "EVENTS_NOT_FORWARDED", "EVENTS_NOT_WRITTEN", "EVENTS_SHED"),
    *("EVENTS_UNAVAILABLE", "LEASE_LOST", "LEDGER_UNWRITABLE", "NOTICES_FAIL", "PORT_TAKEN"),
    *("PROTOCOL_RANGE_DRIFT", "PROTOCOL_VERSION_UNSUPPORTED", "PURGE_FAILED"),
    *("RECORDING_FAILED", "SETTINGS_INVALID", "SNAPSHOT_FAILED", "AGENT_ID_TAKEN"),
    # Of what lasts, and of its end.
    *("'ACCOUNT_SILENT' if is_account else 'AGENT_SILENT'", "ACCOUNT_SILENT", "LINK_BACK"),
    *("COLLECTOR_AWAY", "COLLECTOR_BACK", "EA_CHANGED", "LIMIT_CLEAR"),
    *("VERDICT_ACCEPTED", "f'VERDICT_{fact.status.value}'"),
    *("journal_refused", "log_overflow", "MISSED", "TROUBLED", "code"),
    # Of an account: its link, its rules, its limits, all of its positions.
    *("ACCOUNT_CLAIMED_TWICE", "LIMIT_CLOSE_UNSUPPORTED", "LIMIT_FOREIGN_POSITIONS", "NOT_OURS"),
    *("LEDGER_LOST", "POLICY_INVALID", "POLICY_LOOP", "VERDICT_MISSING", "f'LIMIT_{what}'"),
}
OF_THE_TERMINAL: Final = {
    # Of an EA's own file, and of a sweep, which is about all of an account's positions.
    *("LEDGER_UNWRITABLE", "LEDGER_UNREADABLE", "LEDGER_COLD", "LEDGER_OLD", "LEDGER_OTHER"),
    *("OUTBOX_UNWRITABLE", "OUTBOX_UNREADABLE", "NOT_DONE"),
}


def alarms() -> Iterator[ast.Call]:
    """Yield where alarms are made."""
    for path in sorted(SOURCES.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Alarm":
                yield node


def test_whoever_makes_an_alarm_says_which_trade_it_is_about_if_it_is_about_one() -> None:
    without = set()
    for alarm in alarms():
        told = {each.arg: each.value for each in alarm.keywords}
        if "trade_id" not in told:
            code = told["code"]
            without.add(code.value if isinstance(code, ast.Constant) else ast.unparse(code))

    assert without == OF_NO_ONE_TRADE


def terminal_alarms() -> Iterator[tuple[str, bool]]:
    """Yield the code of each alarm of a terminal, and whether its trade is named."""
    for path in sorted((SOURCES / "terminal").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = ast.unparse(node.func)
            if name.endswith(".alarm"):
                code = node.args[1]
                yield (
                    str(code.value if isinstance(code, ast.Constant) else code),
                    len(node.args) > 3,
                )
            elif name == "alarm_if_long":
                yield "NOT_DONE", len(node.args) > 4


def test_a_terminal_says_it_too() -> None:
    found = list(terminal_alarms())

    assert len(found) >= 18
    assert {code for code, named in found if not named} == OF_THE_TERMINAL


MQL: Final = SOURCES.parent.parent / "mql" / "Include" / "Echo"


def test_an_expert_says_it_too() -> None:
    """Codes that its twin has are told as there; it refuses lines that its twin never sees."""
    calls = [
        found
        for path in sorted(MQL.glob("*.mqh"))
        for found in re.findall(
            r"(?:desk\.Alarm|AlarmIfLong)\((.*?)\);", path.read_text(encoding="utf-8"), re.DOTALL
        )
        if "SPatience &" not in found
    ]
    without = {
        next(iter(re.findall(r'"([A-Z_]{6,})"', call)), "NOT_DONE")
        for call in calls
        if call.endswith('""')
    }

    assert len(calls) >= 24
    assert all(re.search(r'(\btrade_id|"")$', call) for call in calls)
    assert without <= OF_THE_TERMINAL | {"LINE_REFUSED", "LINE_TOO_LONG"}


def test_its_log_line_is_in_the_trace_that_its_master_began_or_else_in_the_trades_own() -> None:
    alarm = Alarm(key="k", code="UNPROTECTED", sentence="look", traceparent=TRACEPARENT)
    own = TradeId("01890a5d-ac96-774b-bcce-b302099a8057")
    stream = BytesIO()
    log = LogFacts("echo-core", stream)
    for each in (
        alarm,
        replace(alarm, trade_id=own, traceparent=""),
        replace(alarm, traceparent=""),
    ):
        log.observe(each)
    log.close()

    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line.get("trace_id") for line in lines] == [
        TRACE_ID,
        own.replace("-", ""),
        None,
    ]
