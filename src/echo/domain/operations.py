"""What an operator may ask of the running Core, and what the Core answers.

A settlement is a person's word where no program can know: it is recorded as such and final.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from echo.domain.answers import AckStage, Outcome
from echo.domain.desk import DeskAnswer, DeskRequest
from echo.domain.explanations import EntryExplained, ExplainEntry
from echo.domain.ids import AccountId, CommandId, Ticket, TradeId
from echo.domain.intents import ActionKind
from echo.domain.journal import CommandStatus
from echo.domain.registry import RegistryAnswer, RegistryRequest

PENDING_ROWS_MAX: Final = 200
"""Commands in one answer: a long list must not hold up a trade."""

RESENT_MAX: Final = 200
"""Commands that one `Reconcile` sends again, and findings that it tells."""

NAME_CHARS_MAX: Final = 64
"""Longest name of a person."""

SETTLEMENTS: Final = {
    ActionKind.OPEN: (Outcome.FILLED, Outcome.FAILED),
    ActionKind.MODIFY: (Outcome.MODIFIED, Outcome.NOTHING_TO_MODIFY, Outcome.OMITTED),
    ActionKind.REDUCE: (
        Outcome.REDUCED,
        Outcome.UNCHANGED,
        Outcome.CLOSED,
        Outcome.NOTHING_TO_CLOSE,
        Outcome.OMITTED,
    ),
    ActionKind.CLOSE: (Outcome.CLOSED, Outcome.NOTHING_TO_CLOSE, Outcome.MANUAL),
}
"""As what a command of each kind of action may be settled.

``manual``: the person looks after the position from now on, Echo leaves it alone.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPending:
    """Which commands and actions have no outcome yet?  ``account_id`` ``None`` = on any account."""

    account_id: AccountId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconcile:
    """Send everything again that may be, and say what is not as it should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resend:
    """Send this command once more, now."""

    command_id: CommandId


@dataclass(frozen=True, slots=True, kw_only=True)
class Settle:
    """Record what became of this command, as a person has found out.

    ``ticket``: of the position that a fill opened, or that a reduction left.  ``sure``: the ticket
    is right although the terminal does not count it among those that it may be.
    """

    command_id: CommandId
    outcome: Outcome
    ticket: Ticket | None = None
    sure: bool = False


Request = ListPending | Reconcile | Resend | Settle | ExplainEntry | DeskRequest | RegistryRequest


class OperationCode(StrEnum):
    """Why a request was refused."""

    UNKNOWN_COMMAND = "unknown_command"
    IN_DOUBT = "in_doubt"
    MAY_HAVE_BEEN_READ = "may_have_been_read"
    NO_AGENT = "no_agent"
    NOT_STUCK = "not_stuck"
    WRONG_OUTCOME = "wrong_outcome"
    TICKET_NEEDED = "ticket_needed"
    TICKET_TAKEN = "ticket_taken"
    NOT_A_CANDIDATE = "not_a_candidate"
    BAD_RULE = "bad_rule"
    UNKNOWN_RULE = "unknown_rule"
    READ_ONLY = "read_only"
    LOOP = "loop"
    UNKNOWN_ACCOUNT = "unknown_account"
    NOT_REGISTERED = "not_registered"
    NOT_READY = "not_ready"
    NO_ANSWER = "no_answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingWork:
    """One action on one account that has no outcome yet.

    ``command_id`` ``None``: it waits in its lane, nothing was sent.  ``age_ms`` counts from the
    decision.  ``candidates``: positions that may be the fill of an open in doubt.
    """

    command_id: CommandId | None
    trade_id: TradeId
    seq: int
    account_id: AccountId
    kind: ActionKind
    stage: AckStage
    status: CommandStatus
    attempt: int
    age_ms: int
    ticket: Ticket | None
    candidates: tuple[Ticket, ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingList:
    """What is unresolved: commands, the most pressing first, each with what waits behind it.

    ``total`` counts all unresolved commands, also those that found no room.
    """

    rows: tuple[PendingWork, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """The request was carried out, and is on disk."""

    command_id: CommandId
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is not as it should be: ``in_doubt``, ``late_close`` or ``no_agent``."""

    kind: str
    account_id: AccountId
    command_id: CommandId | None
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """What was sent again, what stayed as it is, and what a person should look at."""

    resent: int
    left: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotDone:
    """The request was refused; nothing changed."""

    code: OperationCode
    sentence: str


Answer = PendingList | Carried | Reconciled | NotDone | EntryExplained | DeskAnswer | RegistryAnswer
