"""The gate of an EA: shut at each connection, opened for opens by the Core's verdict."""

from echo.bridge.ea import Ea
from echo.bridge.errands import Errand
from echo.bridge.state import State
from echo.bridge.telling import trade_of
from echo.domain.copies import replace
from echo.domain.handshake import (
    HandshakeMetadata,
    IssueCode,
    RegistrationIssue,
    RegistrationStatus,
    SymbolRegistrationResult,
)
from echo.domain.ids import derive_evaluation_id
from echo.domain.registration_facts import OpenHeld


def is_shut(state: State, errand: Errand, ea: Ea) -> bool:
    """Whether an open must wait; who asks for the first time is told to people, with the reason."""
    if ea.gate_open:
        return False
    if not errand.held_told:
        errand.held_told = True
        reason = "barred" if ea.barred else "rejected" if ea.rejected else "no_verdict"
        trade_id, traceparent = trade_of(errand.command)
        state.observe(
            OpenHeld(
                account_id=errand.account_id,
                command_id=errand.command_id,
                reason=reason,
                trade_id=trade_id,
                traceparent=traceparent,
            )
        )
    return True


def as_barred(ea: Ea, result: SymbolRegistrationResult) -> SymbolRegistrationResult:
    """Return the verdict as its EA must hear it: this Agent may bar what the Core lets in."""
    if not ea.barred or ea.rejected:
        return result
    issue = RegistrationIssue(code=IssueCode.PROTOCOL_VERSION_UNSUPPORTED, message=ea.barred)
    return replace(result, status=RegistrationStatus.REJECTED, errors=(*result.errors, issue))


def turned_away(
    state: State, ea: Ea, metadata: HandshakeMetadata, sentence: str
) -> SymbolRegistrationResult:
    """Return the verdict for an EA that is on the wrong pipe, or one too many."""
    now = state.now
    return SymbolRegistrationResult(
        account_id=ea.account_id,
        pipe_role=ea.role,
        protocol_version=metadata.protocol_version,
        status=RegistrationStatus.REJECTED,
        evaluation_id=derive_evaluation_id(
            ea.account_id, previous=None, evaluated_at_ms=now.wall_ms
        ),
        evaluated_at_ms=now.wall_ms,
        agent_id=state.settings.agent_id,
        client_semver=metadata.client_semver,
        errors=(RegistrationIssue(code=IssueCode.ROLE_MISMATCH, message=sentence),),
    )
