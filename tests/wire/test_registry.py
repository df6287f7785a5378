"""Questions about registration cross the admin door as they were asked, and so do the answers."""

import pytest

from echo.domain.handshake import (
    IssueCode,
    RegistrationIssue,
    RegistrationStatus,
    Role,
    SymbolRegistration,
    SymbolRegistrationResult,
)
from echo.domain.ids import AccountId, EvaluationId
from echo.domain.registry import (
    Advice,
    AskCoverage,
    Coverage,
    Evaluate,
    Evaluated,
    ListRegistrations,
)
from echo.wire.operations import write_answer
from echo.wire.refusals import WireError
from echo.wire.registry import (
    read_coverage,
    read_evaluate,
    read_listing_of_accounts,
    read_registry_answer,
    write_evaluate,
)

ACCOUNT = AccountId("2001")


@pytest.mark.parametrize(
    "request_", [Evaluate(account_id=ACCOUNT), Evaluate(account_id=ACCOUNT, send=False)]
)
def test_an_evaluation_is_asked_for_in_somebodys_name(request_: Evaluate) -> None:
    assert read_evaluate(write_evaluate("ana", request_)) == ("ana", request_)


def test_who_does_not_say_who_he_is_is_an_operator() -> None:
    assert read_evaluate(b'{"account_id":"2001"}') == ("operator", Evaluate(account_id=ACCOUNT))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"account_id":"a b"}',
        b'{"account_id":"1","more":1}',
        b'{"account_id":1}',
    ],
)
def test_what_is_no_evaluation_is_refused(body: bytes) -> None:
    with pytest.raises(WireError):
        read_evaluate(body)


def test_queries() -> None:
    assert read_listing_of_accounts({}) == ListRegistrations()
    assert read_listing_of_accounts({"account": "2001"}) == ListRegistrations(account_id=ACCOUNT)
    assert read_coverage({}) == AskCoverage(hours=48)
    assert read_coverage({"hours": "12"}) == AskCoverage(hours=12)
    for hours in ("0", "-1", "x", "", "99999999999999999999", "1.5"):
        with pytest.raises(WireError):
            read_coverage({"hours": hours})
    with pytest.raises(WireError):
        read_listing_of_accounts({"account": "a b"})


def test_answers_come_back_as_they_were() -> None:
    issue = RegistrationIssue(
        code=IssueCode.AMBIGUOUS_SYMBOL, message="which?", metadata=(("candidates", "US30"),)
    )
    line = SymbolRegistration(
        canonical_symbol="US30",
        broker_symbol="DOW",
        status=RegistrationStatus.REJECTED,
        errors=(issue,),
        spec_age_ms=5,
    )
    result = SymbolRegistrationResult(
        account_id=ACCOUNT,
        pipe_role=Role.SLAVE,
        protocol_version=3,
        status=RegistrationStatus.WARNING,
        evaluation_id=EvaluationId("e"),
        evaluated_at_ms=7,
        symbols=(line,),
    )
    answer = Evaluated(result=result, before=None, changed=True, sent=False)
    covered = Coverage(
        hours=48,
        active=2,
        reporting=1,
        silent=(ACCOUNT,),
        unknown_action="warn",
        advice=Advice.WARN,
        sentence="so",
    )

    assert read_registry_answer(Evaluate(account_id=ACCOUNT), write_answer(answer)) == answer
    assert read_registry_answer(AskCoverage(), write_answer(covered)) == covered
    for request in (Evaluate(account_id=ACCOUNT), AskCoverage(), ListRegistrations()):
        for body in (b"{", b'{"x":1}'):
            with pytest.raises(WireError):
                read_registry_answer(request, body)
