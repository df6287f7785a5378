"""``echoctl handshake``: who is registered, and how; an exit code for whom that stops."""

import json
from dataclasses import replace
from pathlib import Path

from echo.domain.handshake import (
    AccountMode,
    IssueCode,
    RegistrationIssue,
    RegistrationStatus,
    Role,
    SymbolRegistration,
    SymbolRegistrationResult,
)
from echo.domain.ids import AccountId, AgentId, EvaluationId, StrategyId
from echo.domain.operations import NotDone, OperationCode
from echo.domain.registry import (
    Evaluate,
    Evaluated,
    ListRegistrations,
    Registration,
    RegistrationList,
)
from tests.apps.cli.running_core import echoctl, running
from tests.links.admin_desk import Behind

LEGACY = RegistrationIssue(
    code=IssueCode.PROTOCOL_VERSION_UNSUPPORTED, message="protocol 1 is legacy: update the EA"
)
ROW = Registration(
    account_id=AccountId("2001"),
    role=Role.SLAVE,
    agent_id=AgentId("agent-a"),
    connected=True,
    status=RegistrationStatus.WARNING,
    protocol_version=1,
    client_semver="0.3.0",
    terminal="mt4",
    server="Demo",
    account_mode=AccountMode.HEDGING,
    ea_config_hash="0123456789abcdef",
    features=("spec_report/v1",),
    issues=(LEGACY,),
    accepted=3,
    warned=1,
    rejected=2,
    evaluation_id=EvaluationId("e-1"),
    evaluated_at_ms=1_750_000_000_000,
    last_connected_at_ms=1_750_000_000_000,
    reported_at_ms=0,
    follows=(StrategyId("swing"),),
    without_policy=(StrategyId("scalp"),),
)
REJECTED = SymbolRegistrationResult(
    account_id=AccountId("2001"),
    pipe_role=Role.SLAVE,
    protocol_version=1,
    status=RegistrationStatus.REJECTED,
    evaluation_id=EvaluationId("e-2"),
    evaluated_at_ms=1,
    errors=(LEGACY,),
    symbols=(
        SymbolRegistration(
            canonical_symbol="EURUSD",
            broker_symbol="EURUSD.x",
            status=RegistrationStatus.ACCEPTED,
        ),
    ),
)


def asked(folder: Path, behind: Behind, *arguments: str) -> tuple[int, str, str]:
    with running(folder, behind) as settings:
        return echoctl("handshake", *arguments, "--config", str(settings))


def test_the_list_says_who_speaks_what_and_why_not(tmp_path: Path) -> None:
    gone = replace(ROW, account_id=AccountId("2002"), connected=False, status=None, issues=())
    behind = Behind(RegistrationList(rows=(ROW, gone), total=3))
    code, out, _ = asked(tmp_path, behind, "list")

    assert code == 0
    for word in ("2001", "by agent-a", "mt4 0.3.0", "01234567", "WARNING", "3 live", "2 rejected"):
        assert word in out
    for word in (
        "protocol 1 is legacy",
        "not scalp",
        "last 2025-06-15",
        "not judged",
        "1 accounts more",
    ):
        assert word in out
    assert "0123456789abcdef" not in out
    assert behind.asked == [("operator", ListRegistrations())]


def test_a_rejected_account_that_is_here_is_exit_code_1(tmp_path: Path) -> None:
    rejected = replace(ROW, status=RegistrationStatus.REJECTED)
    for connected, expected in ((True, 1), (False, 0)):
        rows = (replace(rejected, connected=connected),)
        code, _, _ = asked(tmp_path, Behind(RegistrationList(rows=rows, total=1)), "list")
        assert code == expected


def test_programs_get_everything(tmp_path: Path) -> None:
    behind = Behind(RegistrationList(rows=(ROW,), total=1))
    code, out, _ = asked(tmp_path, behind, "list", "--account", "2001", "--json")
    [row] = json.loads(out)["rows"]

    assert code == 0
    assert (row["ea_config_hash"], row["account_mode"]) == ("0123456789abcdef", "hedging")
    assert behind.asked == [("operator", ListRegistrations(account_id=AccountId("2001")))]


def test_of_one_account_the_symbols_are_listed_the_worst_first(tmp_path: Path) -> None:
    rejected = replace(
        REJECTED.symbols[0],
        canonical_symbol="AAPL",
        broker_symbol="AAPL.us",
        status=RegistrationStatus.REJECTED,
        errors=(RegistrationIssue(code=IssueCode.CANONICAL_NOT_ALLOWED, message="not known"),),
    )
    row = replace(ROW, symbols=(*REJECTED.symbols, rejected))
    behind = Behind(RegistrationList(rows=(row,), total=1))
    code, out, _ = asked(tmp_path, behind, "list", "--account", "2001")

    assert code == 0
    assert out.index("CANONICAL_NOT_ALLOWED: not known") < out.index("EURUSD.x")


def test_nobody_was_ever_here(tmp_path: Path) -> None:
    code, out, _ = asked(tmp_path, Behind(RegistrationList(rows=(), total=0)), "list")

    assert (code, out) == (0, "no account was ever here\n")


def test_an_evaluation_is_told_with_its_reasons(tmp_path: Path) -> None:
    behind = Behind(
        Evaluated(result=REJECTED, before=RegistrationStatus.WARNING, changed=True, sent=True)
    )
    code, out, _ = asked(tmp_path, behind, "evaluate", "--account", "2001", "--by", "ana")

    assert code == 1
    assert "account 2001: REJECTED (WARNING before; its EA is told)" in out
    assert "error PROTOCOL_VERSION_UNSUPPORTED: protocol 1 is legacy: update the EA" in out
    assert "EURUSD.x" in out
    assert behind.asked == [("ana", Evaluate(account_id=AccountId("2001")))]


def test_an_evaluation_can_be_looked_at_only(tmp_path: Path) -> None:
    sound = replace(REJECTED, status=RegistrationStatus.ACCEPTED, errors=())
    behind = Behind(Evaluated(result=sound, before=None, changed=False, sent=False))
    arguments = ("evaluate", "--account", "2001", "--no-send", "--by", "ana", "--json")
    code, out, _ = asked(tmp_path, behind, *arguments)

    assert (code, json.loads(out)["sent"]) == (0, False)
    assert behind.asked == [("ana", Evaluate(account_id=AccountId("2001"), send=False))]


def test_an_account_that_was_never_here_is_refused_with_a_hint(tmp_path: Path) -> None:
    refusal = NotDone(code=OperationCode.UNKNOWN_ACCOUNT, sentence="account 9 was never here")
    code, _, told = asked(tmp_path, Behind(refusal), "evaluate", "--account", "9")

    assert code == 1
    assert told.splitlines() == [
        "echoctl handshake evaluate: account 9 was never here",
        "  see which accounts there are: echoctl handshake list",
    ]


def test_what_is_no_account_is_not_even_asked(tmp_path: Path) -> None:
    behind = Behind()
    code, _, told = asked(tmp_path, behind, "evaluate", "--account", "no account")

    assert code == 2
    assert "'no account' is no account" in told
    assert behind.asked == []
