"""Facts about handshakes hold what was said, nothing else."""

from echo.domain.handshake import (
    Handshake,
    HandshakeMetadata,
    RegistrationStatus,
    Role,
    SymbolRegistrationResult,
)
from echo.domain.handshake_facts import HandshakeSent, VerdictConsumed, consumed, sent
from echo.domain.ids import AccountId, ClientId, EvaluationId

ACCOUNT = AccountId("2001")


def test_who_names_no_symbols_has_told_none() -> None:
    handshake = Handshake(
        account_id=ACCOUNT,
        client_id=ClientId("slave_2001"),
        role=Role.SLAVE,
        metadata=HandshakeMetadata(protocol_version=2, client_semver="1.5.0"),
        symbols=None,
    )

    assert sent(handshake) == HandshakeSent(
        account_id=ACCOUNT, role=Role.SLAVE, protocol_version=2, client_semver="1.5.0", symbols=0
    )


def test_a_verdict_is_taken_in_at_a_moment() -> None:
    result = SymbolRegistrationResult(
        account_id=ACCOUNT,
        pipe_role=Role.MASTER,
        protocol_version=3,
        status=RegistrationStatus.REJECTED,
        evaluation_id=EvaluationId("e-1"),
        evaluated_at_ms=5,
        client_semver="1.0.0",
    )

    assert consumed(result, 9) == VerdictConsumed(
        account_id=ACCOUNT,
        role=Role.MASTER,
        status=RegistrationStatus.REJECTED,
        protocol_version=3,
        client_semver="1.0.0",
        evaluation_id=EvaluationId("e-1"),
        consumed_at_ms=9,
    )
