"""What the engine tells of specs and quotes that it has taken in; nothing is decided by it."""

from typing import Final

from echo.domain.handshake import NO_EVALUATION, HandshakeMetadata
from echo.domain.ids import EvaluationId
from echo.domain.quantities import Instant
from echo.domain.registration_facts import QuotesTaken, SpecsTaken
from echo.domain.specs import Quote, SymbolSpecReport
from echo.engine.outbox import Outbox
from echo.engine.state import AccountState

QUOTES_TOLD_EVERY_MS: Final = 10_000
"""How often an account's quotes are told of: thousands a second may come."""
_UNKNOWN: Final = HandshakeMetadata(protocol_version=0)


def specs_taken(
    account: AccountState, message: SymbolSpecReport, now: Instant, out: Outbox, *, news: bool
) -> None:
    """Tell that a report of specs was taken in; *news*: the account was judged because of it."""
    metadata = account.metadata or _UNKNOWN
    out.observe(
        SpecsTaken(
            account_id=account.account_id,
            role=account.role,
            protocol_version=metadata.protocol_version,
            client_semver=metadata.client_semver,
            evaluation_id=_evaluation_id(account),
            symbols=len(message.symbols),
            news=news,
            taken_at_ms=now.wall_ms,
        )
    )


def quote_taken(
    account: AccountState, message: Quote, canonical: str, now: Instant, out: Outbox
) -> None:
    """Count a quote; tell of all since the last time, now and then."""
    enrolment = account.enrolment
    enrolment.quotes_untold += 1
    if now.mono_ms < enrolment.quotes_due_mono_ms:
        return
    metadata = account.metadata or _UNKNOWN
    out.observe(
        QuotesTaken(
            account_id=account.account_id,
            role=account.role,
            protocol_version=metadata.protocol_version,
            client_semver=metadata.client_semver,
            evaluation_id=_evaluation_id(account),
            symbol=canonical,
            broker_symbol=message.broker_symbol,
            quotes=enrolment.quotes_untold,
            taken_at_ms=now.wall_ms,
        )
    )
    enrolment.quotes_untold = 0
    enrolment.quotes_due_mono_ms = now.mono_ms + QUOTES_TOLD_EVERY_MS


def _evaluation_id(account: AccountState) -> EvaluationId:
    return account.verdict.evaluation_id if account.verdict is not None else NO_EVALUATION
