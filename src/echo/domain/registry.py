"""What people may ask about registration, and what they are told."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from echo.domain.handshake import (
    AccountMode,
    RegistrationIssue,
    RegistrationStatus,
    Role,
    SymbolRegistration,
    SymbolRegistrationResult,
)
from echo.domain.ids import AccountId, AgentId, EvaluationId, StrategyId

COVERAGE_HOURS: Final = 48
"""How far back accounts count as active, and as reporting their symbols."""
SILENT_SHARE_MAX: Final = 0.10
"""More silent accounts than this, and symbols that are not mapped must be tolerated again."""
REGISTRATIONS_MAX: Final = 1_000
"""Accounts in one answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRegistrations:
    """How is each account registered?  ``account_id`` ``None`` = all, without their symbols."""

    account_id: AccountId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluate:
    """Judge an account again, now.

    With ``send`` its EA is told, whether anything has changed or not, and what is new is stored;
    without it nothing happens but the answer.
    """

    account_id: AccountId
    send: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AskCoverage:
    """Do all accounts report their symbols?"""

    hours: int = COVERAGE_HOURS


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """One account as it is registered; times are Unix ms, 0 = never.

    Attributes:
        status: ``None`` = not judged in this session of its EA, so nothing is opened.
        issues: What is wrong with the terminal itself, errors first.
        accepted, warned, rejected: How many of its symbols are.
        follows: Strategies that it has a policy for, ``*`` = any.
        without_policy: Strategies that others follow, and it does not.
        symbols: What was thought of each; only where one account was asked for.
    """

    account_id: AccountId
    role: Role
    agent_id: AgentId | None
    connected: bool
    status: RegistrationStatus | None
    protocol_version: int
    client_semver: str
    terminal: str
    server: str
    account_mode: AccountMode | None
    ea_config_hash: str
    features: tuple[str, ...]
    issues: tuple[RegistrationIssue, ...]
    accepted: int
    warned: int
    rejected: int
    evaluation_id: EvaluationId
    evaluated_at_ms: int
    last_connected_at_ms: int
    reported_at_ms: int
    follows: tuple[StrategyId, ...]
    without_policy: tuple[StrategyId, ...]
    symbols: tuple[SymbolRegistration, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationList:
    """All registrations that were asked for, by account; ``total`` counts those without room."""

    rows: tuple[Registration, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """What an account was judged to be; ``before`` ``None`` = it was not judged yet."""

    result: SymbolRegistrationResult
    before: RegistrationStatus | None
    changed: bool
    sent: bool


class Advice(StrEnum):
    """What ``core/symbols/unknown_action`` should be."""

    REJECT = "reject"
    WARN = "warn"
    WAIT = "wait"
    """Leave it as it is, and look again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How many accounts were here lately, how many of them told their symbols, and what follows."""

    hours: int
    active: int
    reporting: int
    silent: tuple[AccountId, ...]
    unknown_action: str
    advice: Advice
    sentence: str


RegistryRequest = ListRegistrations | Evaluate | AskCoverage
RegistryAnswer = RegistrationList | Evaluated | Coverage


def coverage(
    active: Collection[AccountId],
    reporting: Collection[AccountId],
    *,
    hours: int,
    unknown_action: str,
) -> Coverage:
    """Advise for or against refusing symbols that an account has not mapped.

    Args:
        active: Accounts that were connected within *hours*.
        reporting: Accounts that told their symbols within *hours*.
        unknown_action: What is in force.
    """
    silent = tuple(sorted(set(active) - set(reporting)))
    count, quiet = len(set(active)), len(silent)
    told = f"{count - quiet} of {count} accounts that were here within {hours} h told their symbols"
    if not count:
        advice, why = Advice.WAIT, f"no account was here within {hours} h"
    elif not quiet:
        advice, why = Advice.REJECT, f"{told}: unknown symbols can be rejected"
    elif quiet > SILENT_SHARE_MAX * count:
        share = f"{100 * quiet / count:.0f} % are silent, more than {100 * SILENT_SHARE_MAX:.0f} %"
        advice, why = Advice.WARN, f"{told}; {share}: unknown symbols must warn"
    else:
        advice, why = Advice.WAIT, f"{told}: leave it at {unknown_action} until all do"
    return Coverage(
        hours=hours,
        active=count,
        reporting=count - quiet,
        silent=silent,
        unknown_action=unknown_action,
        advice=advice,
        sentence=why,
    )
