"""Requests and answers cross the admin door unchanged; anything else is refused by name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.answers import AckStage, Outcome
from echo.domain.ids import AccountId, CommandId, Ticket, TradeId
from echo.domain.intents import ActionKind
from echo.domain.journal import CommandStatus
from echo.domain.operations import (
    Answer,
    Carried,
    Finding,
    ListPending,
    NotDone,
    OperationCode,
    PendingList,
    PendingWork,
    Reconcile,
    Reconciled,
    Request,
    Resend,
    Settle,
)
from echo.wire.operations import (
    NOBODY,
    read_answer,
    read_listing,
    read_request,
    write_answer,
    write_request,
)
from echo.wire.refusals import WireError

ID = CommandId("01890a5d-ac96-774b-bcce-b302099a8057")
SETTLE = Settle(command_id=ID, outcome=Outcome.FILLED, ticket=Ticket(2**62 + 1), sure=True)
WORK = PendingWork(
    command_id=ID,
    trade_id=TradeId(ID),
    seq=0,
    account_id=AccountId("200"),
    kind=ActionKind.OPEN,
    stage=AckStage.PIPE_DELIVERED,
    status=CommandStatus.IN_DOUBT,
    attempt=3,
    age_ms=4_000,
    ticket=None,
    candidates=(Ticket(1), Ticket(2**62 + 1)),
    why="größer",
)
WAITING = PendingWork(
    command_id=None,
    trade_id=TradeId(ID),
    seq=2**31 - 1,
    account_id=AccountId("200"),
    kind=ActionKind.CLOSE,
    stage=AckStage.CORE_ACCEPTED,
    status=CommandStatus.PENDING,
    attempt=0,
    age_ms=0,
    ticket=Ticket(9),
    candidates=(),
    why="waits",
)


@pytest.mark.parametrize(
    ("kind", "request_"),
    [
        ("resend", Resend(command_id=ID)),
        ("settle", SETTLE),
        ("settle", Settle(command_id=ID, outcome=Outcome.FAILED)),
        ("reconcile", Reconcile()),
    ],
)
def test_a_request_arrives_as_it_was_asked(kind: str, request_: Resend | Settle) -> None:
    assert read_request(kind, write_request("ana", request_)) == ("ana", request_)


def test_reconcile_needs_no_body_and_nobody_needs_a_name() -> None:
    assert read_request("reconcile", b"") == (NOBODY, Reconcile())


def test_an_id_may_be_written_in_capitals() -> None:
    body = f'{{"command_id":"{ID.upper()}"}}'.encode()

    assert read_request("resend", body)[1] == Resend(command_id=ID)


@pytest.mark.parametrize(
    ("kind", "body", "named"),
    [
        ("resend", b"", "truncated"),
        ("resend", b"[]", "object"),
        ("resend", b"{}", "command_id"),
        ("resend", b'{"command_id":"x"}', "'x' is not a UUID"),
        ("resend", b'{"command_id":7}', "str"),
        ("resend", b'{"command_id":"' + b"a" * 65 + b'"}', "64"),
        ("resend", f'{{"command_id":"{ID}","by":""}}'.encode(), "by"),
        ("resend", f'{{"command_id":"{ID}","by":"a\\nb"}}'.encode(), "by"),
        ("resend", f'{{"command_id":"{ID}","outcome":"x"}}'.encode(), "outcome"),
        ("settle", f'{{"command_id":"{ID}"}}'.encode(), "outcome"),
        ("settle", f'{{"command_id":"{ID}","outcome":"lost"}}'.encode(), "lost"),
        ("settle", f'{{"command_id":"{ID}","outcome":"failed","ticket":0}}'.encode(), "ticket"),
        ("settle", f'{{"command_id":"{ID}","outcome":"failed","ticket":1.5}}'.encode(), "ticket"),
        ("reconcile", b'{"account":"1"}', "account"),
        ("reconcile", b"\xff", "UTF-8"),
        ("reconcile", b"[" * 3_000, "depth"),
    ],
)
def test_what_is_no_request_is_refused_by_name(kind: str, body: bytes, named: str) -> None:
    with pytest.raises(WireError) as refused:
        read_request(kind, body)

    assert named.lower() in refused.value.sentence.lower() or kind == "reconcile"
    assert len(refused.value.sentence) <= 200


@given(st.sampled_from(["resend", "settle", "reconcile"]), st.binary(max_size=200))
def test_any_bytes_give_a_request_or_a_refusal(kind: str, body: bytes) -> None:
    try:
        _, request = read_request(kind, body)
    except WireError:
        return
    assert isinstance(request, Resend | Settle | Reconcile)


def test_another_kind_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="flatten is no request"):
        read_request("flatten", b"{}")


def test_a_list_is_asked_for_whole_or_of_one_account() -> None:
    assert read_listing(None) == read_listing("") == ListPending()
    assert read_listing("200") == ListPending(account_id=AccountId("200"))
    with pytest.raises(WireError):
        read_listing("2 00")


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (ListPending(), PendingList(rows=(WORK, WAITING), total=9)),
        (ListPending(), NotDone(code=OperationCode.NOT_READY, sentence="no")),
        (Resend(command_id=ID), Carried(command_id=ID, sentence="sent")),
        (SETTLE, NotDone(code=OperationCode.TICKET_TAKEN, sentence="no")),
        (
            Reconcile(),
            Reconciled(
                resent=1,
                left=2,
                findings=(
                    Finding(
                        kind="in_doubt",
                        account_id=AccountId("200"),
                        command_id=ID,
                        sentence="why",
                    ),
                ),
            ),
        ),
    ],
)
def test_an_answer_arrives_as_it_was_given(request_: Request, answer: Answer) -> None:
    done = not isinstance(answer, NotDone)

    assert read_answer(request_, done, write_answer(answer)) == answer


def test_stages_are_written_by_name() -> None:
    assert b'"stage":"PIPE_DELIVERED"' in write_answer(PendingList(rows=(WORK,), total=1))


@pytest.mark.parametrize("body", [b"", b"{}", b"<html>", b'{"rows":[{}],"total":1}'])
def test_what_is_no_answer_is_refused(body: bytes) -> None:
    with pytest.raises(WireError):
        read_answer(ListPending(), True, body)


def test_a_stage_that_nobody_knows_is_refused() -> None:
    body = write_answer(PendingList(rows=(WORK,), total=1)).replace(b"PIPE_DELIVERED", b"MOON")

    with pytest.raises(WireError, match="'MOON' is no stage"):
        read_answer(ListPending(), True, body)
