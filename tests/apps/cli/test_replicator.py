"""``echoctl replicator``: tables for people, objects for programs, an exit code for both."""

import json
from pathlib import Path

import pytest

from echo.domain.answers import AckStage, Outcome
from echo.domain.ids import AccountId, CommandId, Ticket, TradeId
from echo.domain.intents import ActionKind
from echo.domain.journal import CommandStatus
from echo.domain.operations import (
    Carried,
    Finding,
    ListPending,
    NotDone,
    OperationCode,
    PendingList,
    PendingWork,
    Reconcile,
    Reconciled,
    Resend,
    Settle,
)
from tests.apps.cli.running_core import echoctl, running, write_settings, write_token
from tests.links.admin_desk import Behind

ID = CommandId("01890a5d-ac96-774b-bcce-b302099a8057")


def work(**changes: object) -> PendingWork:
    row = {
        "command_id": ID,
        "trade_id": TradeId(ID),
        "seq": 0,
        "account_id": AccountId("70001"),
        "kind": ActionKind.OPEN,
        "stage": AckStage.PIPE_DELIVERED,
        "status": CommandStatus.DELIVERED,
        "attempt": 2,
        "age_ms": 4_200,
        "ticket": None,
        "candidates": (),
        "why": "the EA has it and has not answered",
        **changes,
    }
    return PendingWork(**row)  # type: ignore[arg-type]  # a test names fields as it likes


def asked(folder: Path, behind: Behind, *arguments: str) -> tuple[int, str, str]:
    with running(folder, behind) as settings:
        return echoctl("replicator", *arguments, "--config", str(settings))


def test_nothing_pending_is_said_so(tmp_path: Path) -> None:
    assert asked(tmp_path, Behind(), "pending") == (0, "nothing is pending\n", "")


def test_what_is_pending_is_a_table(tmp_path: Path) -> None:
    waiting = work(
        command_id=None, kind=ActionKind.CLOSE, ticket=Ticket(9), age_ms=600_000, why="waits"
    )
    behind = Behind(PendingList(rows=(work(), waiting), total=7))

    code, said, _ = asked(tmp_path, behind, "pending", "--account", "70001")

    assert code == 0
    for text in (ID, "70001", "PIPE_DELIVERED, delivered", "4.2 s", "10 min", "close 9"):
        assert text in said
    assert "(not sent yet)" in said
    assert "and 6 commands more" in said
    assert behind.asked[0][1] == ListPending(account_id=AccountId("70001"))


def test_doubt_shows_its_candidates_and_is_a_problem(tmp_path: Path) -> None:
    doubt = work(status=CommandStatus.IN_DOUBT, candidates=(Ticket(1), Ticket(2)), why="in doubt")
    behind = Behind(PendingList(rows=(doubt,), total=1))

    code, said, _ = asked(tmp_path, behind, "pending")

    assert code == 1
    assert "it may be ticket 1 or 2" in said


def test_programs_get_the_whole_list(tmp_path: Path) -> None:
    behind = Behind(PendingList(rows=(work(),), total=1))

    _, said, _ = asked(tmp_path, behind, "pending", "--json")

    told = json.loads(said)
    assert told["total"] == 1
    assert (told["rows"][0]["command_id"], told["rows"][0]["stage"]) == (ID, "PIPE_DELIVERED")


def test_a_settlement_is_asked_in_somebodys_name(tmp_path: Path) -> None:
    behind = Behind(Carried(command_id=ID, sentence="settled by ana: filled, ticket 77"))
    words = ("settle", ID.upper(), "--as", "filled", "--ticket", "77", "--sure", "--by", "ana")

    assert asked(tmp_path, behind, *words) == (0, "settled by ana: filled, ticket 77\n", "")
    asked_for = Settle(command_id=ID, outcome=Outcome.FILLED, ticket=Ticket(77), sure=True)
    assert behind.asked == [("ana", asked_for)]


def test_whoever_is_logged_in_asks_by_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "berta")
    behind = Behind(Carried(command_id=ID, sentence="sent"))

    code, said, _ = asked(tmp_path, behind, "resend", ID, "--json")

    assert (code, json.loads(said)) == (0, {"command_id": ID, "sentence": "sent"})
    assert behind.asked == [("berta", Resend(command_id=ID))]


def test_reconciling_lists_what_is_left_to_people(tmp_path: Path) -> None:
    finding = Finding(
        kind="late_close", account_id=AccountId("70001"), command_id=ID, sentence="for 40 s"
    )
    behind = Behind(Reconciled(resent=3, left=1, findings=(finding,)))

    code, said, _ = asked(tmp_path, behind, "reconcile", "--by", "ana")

    assert code == 1
    assert "3 sent again, 1 left as they are" in said
    assert "late_close" in said
    assert "for 40 s" in said
    assert behind.asked == [("ana", Reconcile())]


def test_reconciling_in_peace_is_no_problem(tmp_path: Path) -> None:
    code, said, _ = asked(tmp_path, Behind(Reconciled(resent=0, left=0, findings=())), "reconcile")

    assert (code, said) == (0, "0 sent again, 0 left as they are\n")


@pytest.mark.parametrize("refusal", OperationCode)
def test_every_refusal_says_what_to_do_next(tmp_path: Path, refusal: OperationCode) -> None:
    behind = Behind(NotDone(code=refusal, sentence="because"))

    code, said, errors = asked(tmp_path, behind, "resend", ID, "--json")

    waits = refusal in {OperationCode.NOT_READY, OperationCode.NO_ANSWER}
    assert code == (3 if waits else 1)
    assert json.loads(said) == {"code": refusal, "sentence": "because"}
    first, hint = errors.splitlines()
    assert first == "echoctl replicator resend: because"
    assert len(hint) > 10


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("resend", "x"), "'x' is no command's id"),
        (("settle", ID, "--as", "lost"), "--as lost is not one of filled,"),
        (("settle", ID, "--as", "failed", "--by", "a\nb"), "is not a name"),
        (("settle", ID, "--as", "failed", "--by", ""), "is not a name"),
        (("reconcile", "--by", "x" * 65), "is not a name of 1 to 64 characters"),
        (("pending", "--account", "a b"), "'a b' is no account"),
    ],
)
def test_what_cannot_be_asked_is_not_asked(
    tmp_path: Path, words: tuple[str, ...], named: str
) -> None:
    settings = write_settings(tmp_path)

    code, _, errors = echoctl("replicator", *words, "--config", str(settings))

    assert code == 2
    assert named in errors


def test_a_user_without_a_name_is_an_operator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nameless() -> str:
        raise KeyError("no such user")

    monkeypatch.setattr("getpass.getuser", nameless)
    behind = Behind(Reconciled(resent=0, left=0, findings=()))

    asked(tmp_path, behind, "reconcile")

    assert behind.asked[0][0] == "operator"


def test_no_core_is_another_thing_than_a_refusal(tmp_path: Path) -> None:
    settings = write_settings(tmp_path)

    code, said, errors = echoctl("replicator", "pending", "--config", str(settings), "--json")

    assert code == 3
    assert json.loads(said)["code"] == "unreachable"
    assert "start it with echo-core" in errors


def test_settings_that_cannot_be_read_are_a_usage_error(tmp_path: Path) -> None:
    code, _, errors = echoctl("replicator", "pending", "--config", str(tmp_path / "none"))

    assert code == 2
    assert "--config FILE" in errors


def test_the_token_of_another_core_is_refused(tmp_path: Path) -> None:
    with running(tmp_path, Behind()) as settings:
        write_token(tmp_path, "another")
        code, _, errors = echoctl("replicator", "pending", "--config", str(settings))

    assert code == 1
    assert "token is missing or wrong" in errors
