"""Handshakes, symbols and the verdict about them, in the stream and in the domain."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Protocol

from echo.domain.handshake import (
    AccountSymbolsReport,
    HandshakeMetadata,
    RegistrationIssue,
    Role,
    SymbolRegistration,
    SymbolRegistrationResult,
)
from echo.domain.ids import AgentId, EvaluationId
from echo.domain.specs import SymbolMapping
from echo.wire.core import enums
from echo.wire.core.numbers import double, number
from echo.wire.identifiers import account_id
from echo.wire.pb import common_pb2 as pb
from echo.wire.refusals import WireError, WireReason, quoted

_ROLES = {role.value: role for role in Role}

_spec_number = lru_cache(maxsize=1_024)(number)
"""As `number`: the specs of a hundred accounts are the same few numbers over and over."""


class _Issues(Protocol):
    """The field of a message that holds issues."""

    def add(self) -> pb.SymbolRegistrationIssue: ...


def read_role(text: str) -> Role:
    """Return the role that *text* names.

    Raises:
        WireError: it names none.
    """
    role = _ROLES.get(text)
    if role is None:
        raise WireError(WireReason.UNKNOWN_VALUE, f"role {quoted(text)} is not known")
    return role


def write_symbols_report(out: pb.AccountSymbolsReport, report: AccountSymbolsReport) -> None:
    """Fill *out* with *report*.

    A list that was not sent and an empty one look alike in the stream; only a list has a time.
    """
    out.account_id = report.account_id
    if report.symbols is not None:
        out.reported_at_ms = report.reported_at_ms
    for mapping in report.symbols or ():
        _write_mapping(out.symbols.add(), mapping)
    if report.metadata is not None:
        _write_metadata(out.metadata, report.metadata)


def read_symbols_report(message: pb.AccountSymbolsReport) -> AccountSymbolsReport:
    """Return what *message* says; without a time no list was sent, and the known one stays."""
    symbols = tuple(_read_mapping(each) for each in message.symbols)
    return AccountSymbolsReport(
        account_id=account_id(message.account_id),
        symbols=symbols if symbols or message.reported_at_ms else None,
        reported_at_ms=message.reported_at_ms,
        metadata=_read_metadata(message.metadata) if message.HasField("metadata") else None,
    )


def _write_mapping(out: pb.SymbolMapping, mapping: SymbolMapping) -> None:
    out.canonical_symbol = mapping.canonical_symbol
    out.broker_symbol = mapping.broker_symbol
    out.digits = mapping.digits
    out.point = double(mapping.point)
    out.tick_size = double(mapping.tick_size)
    out.min_lot = double(mapping.min_lot)
    out.max_lot = double(mapping.max_lot)
    out.lot_step = double(mapping.lot_step)
    out.stop_level = mapping.stop_level_points
    if mapping.contract_size is not None:
        out.contract_size = double(mapping.contract_size)
    if mapping.tick_value is not None:
        out.tick_value = double(mapping.tick_value)
    if mapping.trade_permission is not None:
        out.trade_permission = enums.TRADE_PERMISSIONS[mapping.trade_permission]


def _read_mapping(message: pb.SymbolMapping) -> SymbolMapping:
    has = message.HasField
    permission = message.trade_permission
    return SymbolMapping(
        canonical_symbol=message.canonical_symbol,
        broker_symbol=message.broker_symbol,
        digits=message.digits,
        point=_spec_number(message.point),
        tick_size=_spec_number(message.tick_size),
        min_lot=_spec_number(message.min_lot),
        max_lot=_spec_number(message.max_lot),
        lot_step=_spec_number(message.lot_step),
        stop_level_points=message.stop_level,
        contract_size=_spec_number(message.contract_size) if has("contract_size") else None,
        tick_value=_spec_number(message.tick_value) if has("tick_value") else None,
        trade_permission=enums.trade_permission(permission) if permission else None,
    )


def _write_metadata(out: pb.HandshakeMetadata, about: HandshakeMetadata) -> None:
    out.protocol_version = about.protocol_version
    out.client_semver = about.client_semver
    out.required_features.extend(about.required_features)
    out.optional_features.extend(about.optional_features)
    out.capabilities.features.extend(about.features)
    out.capabilities.metrics.extend(about.metrics)
    out.terminal_build = about.terminal_build
    out.broker = about.broker
    out.pipe_role = about.pipe_role.value
    if about.account_mode is not None:
        out.account_mode = enums.ACCOUNT_MODES[about.account_mode]
    out.currency = about.currency
    out.leverage = about.leverage
    out.server = about.server
    out.terminal = about.terminal
    out.ea_config_hash = about.ea_config_hash
    out.instance = about.instance
    out.ledger_n = about.ledger_n
    out.symbol_mappings = about.symbol_mappings
    out.ledger_id = about.ledger_id


def _read_metadata(message: pb.HandshakeMetadata) -> HandshakeMetadata:
    mode = message.account_mode
    return HandshakeMetadata(
        protocol_version=message.protocol_version,
        client_semver=message.client_semver,
        required_features=tuple(message.required_features),
        optional_features=tuple(message.optional_features),
        features=tuple(message.capabilities.features),
        metrics=tuple(message.capabilities.metrics),
        terminal_build=message.terminal_build,
        broker=message.broker,
        # Older Agents do not say it; only slaves are judged there.
        pipe_role=read_role(message.pipe_role) if message.pipe_role else Role.SLAVE,
        account_mode=enums.account_mode(mode) if mode else None,
        currency=message.currency,
        leverage=message.leverage,
        server=message.server,
        terminal=message.terminal,
        ea_config_hash=message.ea_config_hash,
        instance=message.instance,
        ledger_n=message.ledger_n,
        symbol_mappings=message.symbol_mappings,
        ledger_id=message.ledger_id,
    )


def write_registration(out: pb.SymbolRegistrationResult, result: SymbolRegistrationResult) -> None:
    """Fill *out* with *result*."""
    out.account_id = result.account_id
    out.pipe_role = result.pipe_role.value
    out.protocol_version = result.protocol_version
    out.agent_id = result.agent_id
    out.core_version = result.core_version
    out.status = enums.STATUSES[result.status]
    _write_issues(out.errors, result.errors)
    _write_issues(out.warnings, result.warnings)
    for entry in result.symbols:
        symbol = out.symbols.add()
        symbol.canonical_symbol = entry.canonical_symbol
        symbol.broker_symbol = entry.broker_symbol
        symbol.status = enums.STATUSES[entry.status]
        _write_issues(symbol.warnings, entry.warnings)
        _write_issues(symbol.errors, entry.errors)
        symbol.spec_age_ms = entry.spec_age_ms
        symbol.evaluated_at_ms = entry.evaluated_at_ms
    out.evaluated_at_ms = result.evaluated_at_ms
    out.evaluation_id = result.evaluation_id
    out.client_semver = result.client_semver
    out.ledger_n = result.ledger_n
    out.ledger_id = result.ledger_id


def read_registration(message: pb.SymbolRegistrationResult) -> SymbolRegistrationResult:
    """Return what *message* says."""
    return SymbolRegistrationResult(
        account_id=account_id(message.account_id),
        pipe_role=read_role(message.pipe_role),
        protocol_version=message.protocol_version,
        status=enums.status(message.status),
        evaluation_id=EvaluationId(message.evaluation_id),
        evaluated_at_ms=message.evaluated_at_ms,
        agent_id=AgentId(message.agent_id),
        core_version=message.core_version,
        client_semver=message.client_semver,
        errors=_read_issues(message.errors),
        warnings=_read_issues(message.warnings),
        symbols=tuple(
            SymbolRegistration(
                canonical_symbol=entry.canonical_symbol,
                broker_symbol=entry.broker_symbol,
                status=enums.status(entry.status),
                warnings=_read_issues(entry.warnings),
                errors=_read_issues(entry.errors),
                spec_age_ms=entry.spec_age_ms,
                evaluated_at_ms=entry.evaluated_at_ms,
            )
            for entry in message.symbols
        ),
        ledger_n=message.ledger_n,
        ledger_id=message.ledger_id,
    )


def _write_issues(out: _Issues, issues: Iterable[RegistrationIssue]) -> None:
    for issue in issues:
        message = out.add()
        message.code = enums.ISSUES[issue.code]
        message.message = issue.message
        for key, value in issue.metadata:
            message.metadata[key] = value


def _read_issues(issues: Iterable[pb.SymbolRegistrationIssue]) -> tuple[RegistrationIssue, ...]:
    return tuple(
        RegistrationIssue(
            code=enums.issue(issue.code),
            message=issue.message,
            # A map has no order; sorted, two readings of it are the same.
            metadata=tuple(sorted(issue.metadata.items())),
        )
        for issue in issues
    )
