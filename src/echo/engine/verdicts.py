"""Verdicts: what is wrong with a terminal and with each of its symbols."""

import re
from collections.abc import Iterator, Sequence
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
from echo.domain.sealing import sealed
from echo.domain.specs import SymbolMapping
from echo.engine.naming import Name, shortened
from echo.engine.settings import EngineSettings
from echo.engine.state import AccountState, State

CURABLE: Final = frozenset({IssueCode.RISK_POLICY_MISSING, IssueCode.FEATURE_MISSING})
"""Errors of a symbol whose spec is sound: what is open in it can still be changed and closed."""

RISKS_MONEY: Final = frozenset({RiskType.FIXED_RISK, RiskType.RISK_PERCENT})
"""Sizes that cannot be told without the value of a tick."""

_SEMVER: Final = re.compile(r"\d+\.\d+\.\d+", re.ASCII)


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What is thought of one reported symbol.

    ``canonical`` ``None`` = nobody knows what it is; ``taken``: whether it stands for that.
    """

    canonical: str | None
    taken: bool = True
    error: RegistrationIssue | None = None
    warnings: tuple[RegistrationIssue, ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether the symbol's name and spec can be relied on."""
        return self.taken and (self.error is None or self.error.code in CURABLE)


def judge_symbols(
    state: State,
    account: AccountState,
    symbols: Sequence[SymbolMapping],
    names: Sequence[Name],
    now: Instant,
) -> tuple[Judgement, ...]:
    """Judge each symbol for itself: one bad symbol does not spoil the others."""
    policies = [
        each
        for each in state.book.policies
        if each.account_id == account.account_id
        and (each.valid_until_ms is None or now.wall_ms <= each.valid_until_ms)
    ]
    judge = _Judge(state, account, policies, now)
    return tuple(judge.symbol(mapping, name) for mapping, name in zip(symbols, names, strict=True))


@dataclass(frozen=True, slots=True)
class _Judge:
    """What all symbols of one report are judged by."""

    state: State
    account: AccountState
    policies: Sequence[RiskPolicy]
    now: Instant

    def symbol(self, mapping: SymbolMapping, name: Name) -> Judgement:
        """Judge one line."""
        canonical = name.canonical
        if name.complaint is not None:
            issue = RegistrationIssue(
                code=IssueCode.SPEC_INVALID, message=f"{mapping.broker_symbol}: {name.complaint}"
            )
            return Judgement(canonical=canonical, error=issue, taken=name.taken)
        if name.error is not None or canonical is None:
            return Judgement(canonical=canonical, error=name.error, taken=False)
        named = (name.warning,) if name.warning else ()
        if not name.taken:
            return Judgement(canonical=canonical, warnings=named, taken=False)
        error = self._error(mapping, canonical) if self.account.role is Role.SLAVE else None
        warnings = (*named, *self._warnings(mapping, canonical))
        return Judgement(canonical=canonical, error=error, warnings=warnings)

    def _error(self, mapping: SymbolMapping, canonical: str) -> RegistrationIssue | None:
        """Say why nothing can be copied in a symbol that is sound itself, if that is so."""
        if not self.policies:
            return _no_policy(self.state, self.account)
        if self._lacks_tick_value(mapping, canonical) and not self.account.offers(
            Feature.TICK_VALUE
        ):
            return RegistrationIssue(
                code=IssueCode.FEATURE_MISSING,
                message=f"{mapping.broker_symbol}: the EA reports no tick value, which"
                f" {self.policies[0].risk_type} needs",
            )
        return None

    def _warnings(self, mapping: SymbolMapping, canonical: str) -> Iterator[RegistrationIssue]:
        account, name = self.account, mapping.broker_symbol
        known = account.symbols.get(canonical, mapping)
        if not (known.contract_size or mapping.contract_size):
            yield RegistrationIssue(
                code=IssueCode.SPEC_INVALID,
                message=f"{name}: its contract size is not told; it is never taken for 1, sizes"
                " that need it are refused",
            )
        if account.role is not Role.SLAVE:
            return
        refused = account.enrolment.spec_doubts.get(canonical)
        if refused is not None:
            message = f"{name}: its latest spec is not used: {refused}"
            yield RegistrationIssue(code=IssueCode.SPEC_INVALID, message=message)
        elif account.offers(Feature.SPEC_REPORT):
            stale = self._staleness(name, canonical)
            if stale is not None:
                yield stale
                return
        if self._lacks_tick_value(mapping, canonical) and account.offers(Feature.TICK_VALUE):
            message = f"{name}: awaiting its tick value"
            yield RegistrationIssue(code=IssueCode.SPEC_STALE, message=message)

    def _staleness(self, name: str, canonical: str) -> RegistrationIssue | None:
        told_mono_ms = self.account.enrolment.spec_told_mono_ms.get(canonical)
        if told_mono_ms is None:
            return RegistrationIssue(code=IssueCode.SPEC_STALE, message=f"{name}: awaiting spec")
        age_ms, age_ms_max = self.now.mono_ms - told_mono_ms, self.state.settings.spec_max_age_ms
        if age_ms <= age_ms_max:
            return None
        message = f"{name}: its spec is {age_ms} ms old > {age_ms_max} ms"
        return RegistrationIssue(code=IssueCode.SPEC_STALE, message=message)

    def _lacks_tick_value(self, mapping: SymbolMapping, canonical: str) -> bool:
        if not self.policies or any(each.risk_type not in RISKS_MONEY for each in self.policies):
            return False
        return not (mapping.tick_value or 0) > 0 and canonical not in self.account.tick_values


def _no_policy(state: State, account: AccountState) -> RegistrationIssue:
    strategies = sorted({each.strategy_id for each in state.book.policies})
    return RegistrationIssue(
        code=IssueCode.RISK_POLICY_MISSING,
        message=f"account {account.account_id} follows no strategy",
        metadata=(("strategies", ",".join(strategies)),) if strategies else (),
    )


def entry(
    mapping: SymbolMapping, judgement: Judgement, now: Instant, *, spec_age_ms: int = 0
) -> SymbolRegistration:
    """Return *judgement* as a line of the verdict."""
    error, warnings = judgement.error, judgement.warnings
    status = RegistrationStatus.WARNING if warnings else RegistrationStatus.ACCEPTED
    return SymbolRegistration(
        canonical_symbol=judgement.canonical or mapping.canonical_symbol,
        broker_symbol=mapping.broker_symbol,
        status=RegistrationStatus.REJECTED if error else status,
        warnings=warnings,
        errors=(error,) if error else (),
        spec_age_ms=spec_age_ms,
        evaluated_at_ms=now.wall_ms,
    )


def pipe_issues(account: AccountState) -> tuple[RegistrationIssue, ...]:
    """Return what contradicts the pipe or the account that the terminal is known for."""
    metadata = account.metadata
    if metadata is None:
        return ()
    found = []
    if metadata.pipe_role is Role.MASTER and account.role is Role.SLAVE:
        found.append(
            RegistrationIssue(
                code=IssueCode.ROLE_MISMATCH,
                message=f"a master's EA on the pipe of the slave {account.account_id}: start it as"
                " what it is, or list the account under agent/master_accounts",
            )
        )
    unfinished, server = len(account.led.keys() | account.followed.keys()), account.enrolment.server
    if server and metadata.server and server != metadata.server and unfinished:
        found.append(
            RegistrationIssue(
                code=IssueCode.ROLE_MISMATCH,
                message=f"account {account.account_id} has {unfinished} trades at"
                f" {server}, this terminal is at {metadata.server}: one Core serves a login at one"
                " server; close those trades first, or use another Core",
            )
        )
    return tuple(found)


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
        told = f"client_semver {shortened(metadata.client_semver)!r} is not like 1.2.3"
        errors.append(RegistrationIssue(code=unsupported, message=told))
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
