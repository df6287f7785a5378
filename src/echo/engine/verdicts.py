"""Verdicts: what is wrong with a terminal and with each of its symbols."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from echo.domain.handshake import (
    AccountMode,
    Feature,
    HandshakeMetadata,
    IssueCode,
    RegistrationIssue,
    RegistrationStatus,
    Role,
    SymbolRegistration,
)
from echo.domain.policy import RiskPolicy, RiskType
from echo.domain.quantities import Instant
from echo.domain.specs import SymbolMapping
from echo.engine.naming import Name
from echo.engine.settings import EngineSettings
from echo.engine.state import AccountState, State

CURABLE: Final = frozenset({IssueCode.RISK_POLICY_MISSING, IssueCode.FEATURE_MISSING})
"""Errors of a symbol whose spec is sound: what is open in it can still be changed and closed."""

_SEMVER: Final = re.compile(r"\d+\.\d+\.\d+", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What is thought of one reported symbol.

    ``canonical`` ``None`` = nobody knows what it is; ``taken``: whether it stands for that.
    """

    canonical: str | None
    taken: bool = True
    error: RegistrationIssue | None = None
    warning: RegistrationIssue | None = None

    @property
    def is_known(self) -> bool:
        """Whether the symbol's name and spec can be relied on."""
        return self.taken and (self.error is None or self.error.code in CURABLE)


def judge_symbols(
    state: State, account: AccountState, symbols: Sequence[SymbolMapping], names: Sequence[Name]
) -> tuple[Judgement, ...]:
    """Judge each symbol for itself: one bad symbol does not spoil the others."""
    policies = [each for each in state.book.policies if each.account_id == account.account_id]
    return tuple(
        _judge(account, policies, mapping, name)
        for mapping, name in zip(symbols, names, strict=True)
    )


def _judge(
    account: AccountState, policies: Sequence[RiskPolicy], mapping: SymbolMapping, name: Name
) -> Judgement:
    canonical = name.canonical
    if name.complaint is not None:
        issue = RegistrationIssue(
            code=IssueCode.SPEC_INVALID, message=f"{mapping.broker_symbol}: {name.complaint}"
        )
        return Judgement(canonical=canonical, error=issue, taken=name.taken)
    if name.error is not None or canonical is None:
        return Judgement(canonical=canonical, error=name.error, taken=False)
    if not name.taken or account.role is Role.MASTER:
        return Judgement(canonical=canonical, warning=name.warning, taken=name.taken)
    return _judge_policies(account, policies, mapping, canonical, name.warning)


def _judge_policies(
    account: AccountState,
    policies: Sequence[RiskPolicy],
    mapping: SymbolMapping,
    canonical: str,
    warning: RegistrationIssue | None,
) -> Judgement:
    if not policies:
        issue = RegistrationIssue(
            code=IssueCode.RISK_POLICY_MISSING,
            message=f"account {account.account_id} follows no strategy",
        )
        return Judgement(canonical=canonical, error=issue)
    risks_money = all(each.risk_type is RiskType.FIXED_RISK for each in policies)
    is_valued = (mapping.tick_value or 0) > 0 or canonical in account.tick_values
    if not risks_money or is_valued:
        return Judgement(canonical=canonical, warning=warning)
    if not account.offers(Feature.TICK_VALUE):
        issue = RegistrationIssue(
            code=IssueCode.FEATURE_MISSING,
            message=f"{mapping.broker_symbol}: the EA reports no tick value, FIXED_RISK needs it",
        )
        return Judgement(canonical=canonical, error=issue)
    awaiting = RegistrationIssue(
        code=IssueCode.SPEC_STALE, message=f"{mapping.broker_symbol}: awaiting its tick value"
    )
    return Judgement(canonical=canonical, warning=warning or awaiting)


def entry(mapping: SymbolMapping, judgement: Judgement, now: Instant) -> SymbolRegistration:
    """Return *judgement* as a line of the verdict."""
    error, warning = judgement.error, judgement.warning
    status = RegistrationStatus.WARNING if warning else RegistrationStatus.ACCEPTED
    return SymbolRegistration(
        canonical_symbol=judgement.canonical or mapping.canonical_symbol,
        broker_symbol=mapping.broker_symbol,
        status=RegistrationStatus.REJECTED if error else status,
        warnings=(warning,) if warning else (),
        errors=(error,) if error else (),
        evaluated_at_ms=now.wall_ms,
    )


def protocol_issues(
    metadata: HandshakeMetadata | None, settings: EngineSettings
) -> tuple[tuple[RegistrationIssue, ...], tuple[RegistrationIssue, ...]]:
    """Return (errors, warnings) about the terminal itself."""
    unsupported = IssueCode.PROTOCOL_VERSION_UNSUPPORTED
    if metadata is None:
        return (RegistrationIssue(code=unsupported, message="the handshake has no metadata"),), ()
    version = metadata.protocol_version
    errors, warnings = [], []
    if not settings.protocol_min <= version <= settings.protocol_max:
        spoken = f"{settings.protocol_min} to {settings.protocol_max}"
        errors.append(
            RegistrationIssue(
                code=unsupported, message=f"protocol {version} is not spoken here, {spoken} are"
            )
        )
    elif version in settings.blocked_versions:
        errors.append(RegistrationIssue(code=unsupported, message=f"protocol {version} is blocked"))
    elif version == 1 and not settings.allow_legacy:
        errors.append(
            RegistrationIssue(code=unsupported, message="protocol 1 is not allowed any more")
        )
    elif version == 1:
        warnings.append(
            RegistrationIssue(code=unsupported, message="protocol 1 is legacy: update the EA")
        )
    if version > 1 and _SEMVER.fullmatch(metadata.client_semver) is None:
        told = f"client_semver {metadata.client_semver!r} is not like 1.2.3"
        warnings.append(RegistrationIssue(code=unsupported, message=told))
    if metadata.account_mode is AccountMode.NETTING:
        errors.append(
            RegistrationIssue(
                code=IssueCode.ACCOUNT_MODE_UNSUPPORTED,
                message="netting accounts merge positions; only hedging accounts can be copied",
            )
        )
    found = errors if settings.missing_feature_rejects else warnings
    found.extend(
        RegistrationIssue(code=IssueCode.FEATURE_MISSING, message=f"the EA does not offer {name}")
        for name in sorted(settings.required_features - metadata.offered)
    )
    return tuple(errors), tuple(warnings)
