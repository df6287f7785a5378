"""What the journal still knows of each account's registration, for a Core that starts."""

from echo.domain.journal import Recovered
from echo.domain.registration_facts import MappingsLoaded
from echo.engine.enrolment import Enrolment, Judging
from echo.engine.outbox import Outbox
from echo.engine.state import State


def restore(state: State, recovered: Recovered, out: Outbox) -> None:
    """Take over where each account is, when it was last here, and how many symbols it has.

    What was written down by a former life is written again at the next handshake: this one
    cannot tell whether it was.
    """
    state.judging = Judging()
    for account in state.accounts.values():
        before = account.enrolment
        account.enrolment = Enrolment(
            spec_told_mono_ms=before.spec_told_mono_ms,
            spec_doubts=before.spec_doubts,
            warning_codes=before.warning_codes,
        )
    for record in recovered.accounts:
        enrolment = state.account(record.account_id).enrolment
        enrolment.server = record.metadata.server
        enrolment.last_connected_at_ms = record.last_connected_at_ms
    for symbols in recovered.symbol_maps:
        state.account(symbols.account_id).enrolment.reported_at_ms = symbols.reported_at_ms
        out.observe(MappingsLoaded(account_id=symbols.account_id, symbols=len(symbols.symbols)))
