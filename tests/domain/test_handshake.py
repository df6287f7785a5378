"""Two verdicts are the same when their codes are, whatever their words, ages and ids."""

from dataclasses import replace

import pytest

from echo.domain.handshake import (
    PROTOCOL_3_FEATURES,
    Feature,
    HandshakeMetadata,
    IssueCode,
    RegistrationIssue,
    RegistrationStatus,
    Role,
    SymbolRegistration,
    SymbolRegistrationResult,
)
from echo.domain.ids import AccountId, AgentId, EvaluationId

STALE = RegistrationIssue(code=IssueCode.SPEC_STALE, message="12 ms old")
UNKNOWN = RegistrationIssue(code=IssueCode.CANONICAL_NOT_ALLOWED, message="who knows")
EURUSD = SymbolRegistration(
    canonical_symbol="EURUSD", broker_symbol="EURUSD.x", status=RegistrationStatus.ACCEPTED
)
GOLD = SymbolRegistration(
    canonical_symbol="XAUUSD",
    broker_symbol="GOLD",
    status=RegistrationStatus.REJECTED,
    errors=(UNKNOWN, STALE),
)
RESULT = SymbolRegistrationResult(
    account_id=AccountId("2001"),
    pipe_role=Role.SLAVE,
    protocol_version=3,
    status=RegistrationStatus.WARNING,
    evaluation_id=EvaluationId("e1"),
    evaluated_at_ms=1,
    errors=(STALE,),
    warnings=(UNKNOWN,),
    symbols=(EURUSD, GOLD),
)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"evaluation_id": EvaluationId("e2"), "evaluated_at_ms": 2}, id="when"),
        pytest.param({"agent_id": AgentId("a"), "core_version": "9"}, id="by whom"),
        pytest.param({"errors": (replace(STALE, message="13 ms old"),)}, id="words"),
        pytest.param({"errors": (UNKNOWN,), "warnings": (STALE,)}, id="order of issues"),
        pytest.param({"symbols": (GOLD, EURUSD)}, id="order of symbols"),
        pytest.param({"symbols": (replace(EURUSD, spec_age_ms=7), GOLD)}, id="age of a spec"),
        pytest.param(
            {"symbols": (EURUSD, replace(GOLD, errors=(STALE, UNKNOWN)))}, id="order in a symbol"
        ),
    ],
)
def test_the_same_verdict(changes: dict[str, object]) -> None:
    assert replace(RESULT, **changes).verdict == RESULT.verdict  # type: ignore[arg-type]  # a table of fields


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"status": RegistrationStatus.REJECTED}, id="status"),
        pytest.param({"errors": ()}, id="one issue less"),
        pytest.param({"symbols": (EURUSD,)}, id="one symbol less"),
        pytest.param({"symbols": (replace(EURUSD, broker_symbol="E"), GOLD)}, id="broker's name"),
        pytest.param({"symbols": (EURUSD, replace(GOLD, errors=(STALE,)))}, id="symbol's issue"),
        pytest.param(
            {"symbols": (replace(EURUSD, status=RegistrationStatus.WARNING), GOLD)},
            id="symbol's status",
        ),
    ],
)
def test_another_verdict(changes: dict[str, object]) -> None:
    assert replace(RESULT, **changes).verdict != RESULT.verdict  # type: ignore[arg-type]  # a table of fields


def test_features_count_wherever_the_ea_wrote_them() -> None:
    metadata = HandshakeMetadata(
        required_features=("a",), optional_features=("b",), features=("c", "a")
    )

    assert metadata.offered == {"a", "b", "c"}


def test_a_legacy_ea_offers_nothing() -> None:
    assert HandshakeMetadata().protocol_version == 1
    assert not HandshakeMetadata().offered


def test_our_own_terminals_offer_everything() -> None:
    assert frozenset(Feature) == PROTOCOL_3_FEATURES


def test_a_feature_is_offered_wherever_the_ea_wrote_it() -> None:
    metadata = HandshakeMetadata(
        required_features=("a",), optional_features=("b",), features=("c",)
    )

    assert [metadata.offers(each) for each in "abcd"] == [True, True, True, False]
