"""The reconciler: whoever may be judged differently now is judged again, and never twice at once.

What changes for everybody is worked through in turns, so that trades pass in between.
"""

from echo.domain.ids import EvaluationId
from echo.domain.quantities import Instant
from echo.domain.registration_facts import Cause
from echo.domain.specs import SymbolSpecReport
from echo.engine import registration, replica, reporting
from echo.engine.evaluations import INTERVAL_KEY as INTERVAL_KEY
from echo.engine.outbox import Outbox
from echo.engine.settings import EngineSettings
from echo.engine.state import State

TURN_KEY = ("judge",)
"""Names the timer of the next turn."""
LINES_PER_TURN = 512
"""Symbols that are judged in one turn: some milliseconds."""
TURN_PAUSE_MS = 1
SEEN_AGAIN_MS = 3_600_000
"""How often the journal is told that an account is still connected."""


def everybody(state: State, cause: Cause, now: Instant, out: Outbox) -> None:
    """Something has changed for all accounts: judge them again, beginning now."""
    for account in state.accounts.values():
        if cause is Cause.INTERVAL and not account.connected:
            continue  # That its specs age is no news: it is judged when its EA comes back.
        if account.verdict is not None and account.report is not None:
            state.judging.waiting.setdefault(account.account_id, cause)
    turn(state, now, out)


def turn(state: State, now: Instant, out: Outbox) -> None:
    """Judge as many of those that wait as one turn may take; leave the rest to the next."""
    waiting, lines = state.judging.waiting, 0
    while waiting and lines < LINES_PER_TURN:
        account_id = next(iter(waiting))
        cause = waiting.pop(account_id)
        account = state.account(account_id)
        lines += 1 + len(account.report.symbols or () if account.report else ())
        registration.judge_again(state, account, now, out, cause=cause)
    if waiting:
        out.arm(TURN_KEY, now.mono_ms + TURN_PAUSE_MS)


def interval(state: State, now: Instant, out: Outbox) -> None:
    """Time has passed, and with it perhaps a policy or the freshness of a spec."""
    for account in state.accounts.values():
        enrolment = account.enrolment
        since_ms = now.wall_ms - enrolment.stored_account_at_ms
        if account.connected and account.metadata is not None and account.agent_id is not None:
            enrolment.last_connected_at_ms = now.wall_ms
            if account.verdict is not None and since_ms >= SEEN_AGAIN_MS:
                enrolment.stored_account_at_ms = now.wall_ms
                out.persist_lazily(registration.account_record(account, now))
    everybody(state, Cause.INTERVAL, now, out)
    out.arm(INTERVAL_KEY, now.mono_ms + state.settings.retry_interval_ms)


def settings_changed(state: State, settings: EngineSettings, now: Instant, out: Outbox) -> None:
    """Put *settings* into force for verdicts; a new interval counts from now on."""
    is_new = settings.retry_interval_ms != state.settings.retry_interval_ms
    state.settings = settings
    if is_new and state.judging.interval_armed:
        out.arm(INTERVAL_KEY, now.mono_ms + state.settings.retry_interval_ms)


def specs(
    state: State,
    message: SymbolSpecReport,
    now: Instant,
    out: Outbox,
    evaluation_id: EvaluationId | None,
) -> None:
    """Take in specs; judge their account again at once where a verdict may hang on them."""
    account = state.account(message.account_id)
    news = replica.specs(state, message, now)
    if news:
        registration.judge_again(state, account, now, out, evaluation_id, Cause.SPECS)
    reporting.specs_taken(account, message, now, out, news=news)
